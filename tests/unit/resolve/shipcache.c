/* Ships beside the table: whom they are for, a cache that is damaged or another's, what the caller gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include "resolve/record.h"
#include "ships.h"

/* --- whom a ship is for ----------------------------------------------------------------------------------------------------- */

static void test_channels(void **state)
{
	static const struct task none = { NULL, false, 0 };
	static const struct {
		const char *name;
		struct task tasks[4];
		const char *device; /* more of it */
		int prod, dev;      /* ships */
	} cases[] = {
		{ "prod before dev", { { KNOWN, false, 1 }, { KNOWN, true, 2 } }, "", 1, 2 },
		{ "dev before prod", { { KNOWN, true, 2 }, { KNOWN, false, 1 } }, "", 1, 2 },
		{ "prod alone", { { KNOWN, false, 1 } }, "", 1, 0 },
		{ "dev alone", { { KNOWN, true, 1 } }, "", 0, 1 },
		{ "the device's channel is not looked at",
		  { { KNOWN, true, 2 }, { KNOWN, false, 1 } },
		  ",\"channel\":\"dev\"",
		  1,
		  2 },
		{ "nor its versionKey",
		  { { "empty", false, 2 }, { KNOWN, false, 1 } },
		  ",\"versionKey\":\"empty\"",
		  1,
		  0 },
		{ "a hotpatch by appVersion is no ship",
		  { { "=1.0", false, 2 }, { KNOWN, false, 1 } },
		  ",\"appVersion\":\"1.0\"",
		  1,
		  0 },
		{ "a candidate without a guard", { { "", false, 1 }, { KNOWN, true, 2 } }, "", 1, 2 },
		{ "a rollback is for prod", { { KNOWN, true, 2 }, { KNOWN, false, BACK } }, "", 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;

		print_message("%s\n", cases[i].name);
		setup(&w);
		publish(&w, cases[i].tasks[0].ship ? cases[i].tasks : &none);
		for (int dev = 0; dev < 2; dev++) {
			int ship = dev ? cases[i].dev : cases[i].prod;
			const char *json = arena_printf(&w.t.mem, "{\"platform\":\"android\"%s}", cases[i].device).p;
			struct mdr_ship out = call_as(&w, PULL, KNOWN, dev, json);

			assert_int_equal(out.status, ship ? MDR_SHIP_HAS_NEWER : MDR_SHIP_DISABLED);
			assert_string_equal(out.md5, ship ? w.md5[ship] : "");
		}
		teardown(&w);
	}
}

static void test_explained(void **state)
{
	static const char json[] = "{\"platform\":\"android\",\"versionKey\":\"k\",\"channel\":\"dev\"}";
	struct world w;
	struct mdr_error err;
	char *text;

	(void)state;
	setup(&w);
	publish(&w, (const struct task[]){ { KNOWN, false, 1 }, { KNOWN, true, 2 }, { NULL, false, 0 } });
	assert_int_equal(mdr_refresh(w.c, T0, &err), MDR_OK);
	text = tree_answer(w.c, json, T0, MDR_ALL, MDR_EXPLAIN | MDR_STRICT, &err);
	assert_non_null(text);
	assert_non_null(strstr(text, "{\"task\":\"t0\",\"verdict\":\"channel: dev; this one is for prod\""));
	assert_non_null(strstr(text, "{\"task\":\"t1\",\"verdict\":\"chosen\""));
	free(text);
	text = tree_answer(w.c, json, T0, MDR_HOTPATCH, 0, &err); /* not strict: dev devices get prod tasks too */
	assert_non_null(strstr(text, w.md5[1]));
	free(text);
	teardown(&w);
}

/* What is cached for one channel is not applied for the other, and not billed again where it is the same. */
static void test_cache_of_others(void **state)
{
	struct world w;
	struct mdr_ship out;

	(void)state;
	setup(&w);
	publish(&w, (const struct task[]){
			    { KNOWN, true, 2 }, { KNOWN, false, 1 }, { "empty", false, 1 }, { NULL, false, 0 } });
	assert_int_equal(call_with(&w, PULL, KNOWN, true).status, MDR_SHIP_HAS_NEWER);
	assert_int_equal(cached_of(&w, KNOWN, true), 2);
	out = call_with(&w, APPLY, KNOWN, false);
	assert_false(out.applied);
	assert_int_equal(out.status, MDR_SHIP_HAS_NEWER);
	assert_int_equal(cached_of(&w, KNOWN, false), 1);
	assert_int_equal(cached_of(&w, KNOWN, true), 0);
	out = call_with(&w, APPLY, "empty", false);
	assert_false(out.applied);
	assert_int_equal(out.status, MDR_SHIP_HAS_NEWER);
	assert_int_equal(out.units, 1);
	assert_int_equal(cached_of(&w, "empty", false), 1);
	assert_int_equal(cached_of(&w, KNOWN, false), 0);
	assert_int_equal(w.nloads, 0);
	teardown(&w);
}

/* --- a cache that is damaged -------------------------------------------------------------------------------------------------- */

static struct store_entry *package_of(struct world *w)
{
	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		if (w->t.store.v[i].there && strncmp(w->t.store.v[i].name, MDR_PACKAGE, strlen(MDR_PACKAGE)) == 0)
			return &w->t.store.v[i];
	}
	return NULL;
}

/* A file that another service has too stays. */
static void test_shared_file(void **state)
{
	struct world w;
	struct mdr_error err;
	json_t *record;

	(void)state;
	setup(&w);
	publish_ship(&w, 1);
	assert_int_equal(call_with(&w, PULL, KNOWN, false).status, MDR_SHIP_HAS_NEWER);
	record = json_pack("{s:[s]}", "patches", package_of(&w)->name);
	assert_int_equal(record_store(w.c, "hotpatch", record, &err), MDR_OK);
	json_decref(record);
	publish_ship(&w, 0);
	assert_int_equal(call_with(&w, PULL, KNOWN, false).status, MDR_SHIP_DISABLED);
	assert_int_equal(packages(&w), 1);
	assert_int_equal(cached_of(&w, KNOWN, false), 0);
	teardown(&w);
}

enum damage { FLIPPED, CUT, GONE, RECORD, DAMAGES };

static void test_damage(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * DAMAGES; i++) {
		enum call call = i < DAMAGES ? SYNC : APPLY;
		struct world w;
		struct mdr_ship out;
		struct store_entry *e;

		setup(&w);
		publish_ship(&w, 1);
		assert_int_equal(call_with(&w, PULL, KNOWN, false).status, MDR_SHIP_HAS_NEWER);
		e = i % DAMAGES == RECORD ? store_find(&w.t.store, "ship") : package_of(&w);
		assert_non_null(e);
		if (i % DAMAGES == FLIPPED || i % DAMAGES == RECORD)
			e->bytes.p[40] ^= 1;
		if (i % DAMAGES == CUT)
			strbuf_truncate(&e->bytes, 77);
		e->there = i % DAMAGES != GONE;
		out = call_with(&w, call, KNOWN, false);
		assert_int_equal(out.status, call == SYNC ? MDR_SHIP_SUCCESS : MDR_SHIP_HAS_NEWER);
		assert_false(out.applied);
		assert_int_equal(out.loaded, i % DAMAGES == RECORD ? 0 : UNIT); /* the file itself was whole then */
		assert_int_equal(cached_of(&w, KNOWN, false), 1);
		teardown(&w);
	}
}

/* Whatever change of storage the power is lost at: afterwards it is the old or the new ship, whole. */
static void test_power(void **state)
{
	size_t at = 1;
	bool done = false;

	(void)state;
	for (; !done; at++) {
		struct world w;
		int found;

		setup(&w);
		publish_ship(&w, 1);
		assert_int_equal(call_with(&w, PULL, KNOWN, false).status, MDR_SHIP_HAS_NEWER);
		publish_ship(&w, 2);
		w.t.store.fail_at = at;
		w.t.store.crash = true;
		done = call_with(&w, PULL, KNOWN, false).status == MDR_SHIP_HAS_NEWER && !w.t.store.dead;
		mdr_close(w.c);
		store_restart(&w.t.store);
		w.c = server_open(&w.s);
		found = cached_of(&w, KNOWN, false);
		assert_true(found == 1 || found == 2);
		assert_int_equal(call_with(&w, SYNC, KNOWN, false).status, MDR_SHIP_SUCCESS);
		assert_int_equal(cached_of(&w, KNOWN, false), 2);
		teardown(&w);
	}
	assert_in_range(at, 5, 50);
}

/* --- the caller --------------------------------------------------------------------------------------------------------------- */

static bool says_no(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx, (void)done, (void)total;
	return false;
}

static void test_caller(void **state)
{
	struct world w;
	struct mdr_ship out;
	struct mdr_attr platform = { "platform", "android", 8, 7 };
	struct mdr_device device = { .attrs = &platform, .n = 1 }, nothing = { .n = 0 };
	struct mdr_ask ask = { &device, T0, T0 };
	struct mdr_ship_app app = { .version_key = KNOWN, .how = { .progress = says_no } };

	(void)state;
	setup(&w);
	publish_ship(&w, 1);
	mdr_ship_pull(w.c, &ask, &app, &out);
	assert_int_equal(out.status, MDR_SHIP_FAILURE);
	assert_int_equal(out.error.code, MDR_CANCELLED);
	assert_int_equal(out.requests, 1);
	app.how.progress = NULL;
	mdr_ship_sync(w.c, &ask, &app, &out);
	assert_int_equal(out.status, MDR_SHIP_APPLY_ERROR); /* nobody loads it */
	mdr_ship_pull(w.c, &ask, &app, &out);
	assert_int_equal(out.status, MDR_SHIP_HAS_NEWER);
	ask.device = &nothing;
	mdr_ship_pull(w.c, &ask, &app, &out);
	assert_int_equal(out.status, MDR_SHIP_ERROR);
	assert_int_equal(out.error.code, MDR_DEVICE);
	app.version_key = NULL;
	ask.device = &device;
	mdr_ship_pull(w.c, &ask, &app, &out);
	assert_int_equal(out.status, MDR_SHIP_ERROR);
	assert_int_equal(out.requests, 0);
	teardown(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channels),        cmocka_unit_test(test_explained),
		cmocka_unit_test(test_cache_of_others), cmocka_unit_test(test_shared_file),
		cmocka_unit_test(test_damage),          cmocka_unit_test(test_power),
		cmocka_unit_test(test_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
