/* The quick fix service: what is loaded, handed over, refused once and for all, taken back, and forgotten when the app is updated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include <stdio.h>

#include "resolve/record.h"
#include "server.h"
#include "signedfix.h"

struct world {
	struct tree t;
	struct server s;
	struct fix_signers signers;
	struct mdr_client *c;
	struct mdr_bundle bundle;
	struct mdr_quickfix q;
	struct mdr_error err;
	int made; /* files, so that each has a name of its own */
};

/* --- a tree with quick fixes -------------------------------------------------------------------------------------------------- */

/* `slots`: a candidate for com.example/7, with its answer; empty: none. */
static void publish(struct world *w, const char *answer, const char *guards)
{
	if (!answer)
		w->t.ntargets = 0;
	else
		tree_index(
			&w->t, PLATFORM_HARMONY, KIND_QUICKFIX,
			arena_printf(&w->t.mem,
				     "{\"app\":\"" APP "\",\"bases\":[\"" BASE "\"],\"format\":1,\"kind\":\"quickfix\","
				     "\"manifest\":{\"answers\":[[\"1\",%s]],\"slots\":{\"com.example/7\":[{\"a\":0%s,"
				     "\"t\":\"full\"}]}},\"platform\":\"harmony\"}",
				     answer, guards));
	tree_publish_next(&w->t);
}

/* The writer of archives takes no such names. */
static void break_names(struct slice bytes, const char *name)
{
	for (char *at; name && (at = memmem(bytes.p, bytes.n, name, strlen(name)));)
		*at = '\xff';
}

static const char *module_of(struct world *w, const struct fix_spec *spec)
{
	struct slice bytes = fix_make(&w->t.mem, &w->signers, spec);
	const char *path = arena_printf(&w->t.mem, "targets/%d.hqf", w->made++).p;
	uint8_t sha256[SHA256_SIZE];
	char hex[SHA256_HEX];

	break_names(bytes, spec->files[0]);
	assert_int_equal(digest_sha256(w->t.dg, sha256, bytes), 0);
	digest_hex(hex, sha256, SHA256_SIZE);
	tree_put(&w->t, path, bytes);
	return arena_printf(&w->t.mem,
			    "{\"module\":\"%s\",\"sha256\":\"%s\",\"size\":%zu,\"types\":[\"phone\"],\"url\":\"%s\"}",
			    spec->module, hex, bytes.n, path)
		.p;
}

static void publish_fix(struct world *w, unsigned patch, const struct fix_spec *v, size_t n)
{
	struct slice modules = SLICE("");

	for (size_t i = 0; i < n; i++) {
		struct fix_spec spec = v[i];

		spec.patch = patch;
		modules = arena_printf(&w->t.mem, "%.*s%s%s", SLICE_ARG(modules), i ? "," : "", module_of(w, &spec));
	}
	publish(w,
		arena_printf(&w->t.mem, "{\"action\":\"apply\",\"hqf\":[%.*s],\"patchVersionCode\":%u}",
			     SLICE_ARG(modules), patch)
			.p,
		arena_printf(&w->t.mem, ",\"above\":%u", patch).p);
}

static const struct fix_spec two[] = { { .module = "entry" }, { .module = "video" } };
static const struct fix_spec unsigned_one[] = { { .module = "entry", .is_unsigned = true } };

static int setup(void **state)
{
	static struct world w;

	w = (struct world){ .made = 0 };
	tree_init(&w.t);
	w.s.t = &w.t;
	fix_signers_make(&w.signers);
	tree_write_root(&w.t);
	publish(&w, NULL, NULL);
	w.c = server_open(&w.s);
	w.bundle = (struct mdr_bundle){
		.name = "com.example", .version_code = 7, .apl = "normal", .system_caller = true, .permitted = true
	};
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	mdr_quickfix_release(&w->q);
	mdr_close(w->c);
	fix_signers_release(&w->signers);
	tree_release(&w->t);
	return 0;
}

/* --- calls -------------------------------------------------------------------------------------------------------------------- */

static enum mdr_code sync(struct world *w)
{
	/* what the description says of the bundle is not looked at */
	static const char json[] =
		"{\"platform\":\"harmony\",\"deviceType\":\"phone\",\"bundleName\":\"x\",\"versionCode\":1,"
		"\"patchVersionCode\":2000000}";
	struct mdr_device device;
	struct mdr_parsed *keep = NULL;
	const struct mdr_ask ask = { &device, T0, T0 };
	enum mdr_code code;

	mdr_quickfix_release(&w->q);
	w->s.requests = 0;
	assert_int_equal(mdr_device_parse(&device, &keep, json, sizeof(json) - 1, &w->err), MDR_OK);
	code = mdr_quickfix_sync(w->c, &ask, &w->bundle, NULL, &w->q, &w->err);
	mdr_device_release(keep);
	return code;
}

static void expect(struct world *w, enum mdr_quickfix_state state, uint32_t patch, size_t requests)
{
	enum mdr_code code = sync(w);

	if (code)
		print_message("%s\n", w->err.text);
	assert_int_equal(code, MDR_OK);
	assert_int_equal(w->q.state, state);
	assert_int_equal(w->q.patch_version_code, patch);
	assert_int_equal(w->s.requests, requests);
	assert_int_equal(w->q.state == MDR_QUICKFIX_REFUSED, w->q.code != MDR_QF_OK);
	for (size_t i = 0; i < w->q.n; i++)
		assert_non_null(store_find(&w->t.store, w->q.files[i]));
}

static void done(struct world *w, uint32_t patch)
{
	assert_int_equal(mdr_quickfix_done(w->c, patch, &w->err), MDR_OK);
}

static size_t packages(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++)
		n += w->t.store.v[i].there && strncmp(w->t.store.v[i].name, MDR_PACKAGE, strlen(MDR_PACKAGE)) == 0;
	return n;
}

static const char *only_package(struct world *w)
{
	const struct store_entry *found = NULL;

	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		const struct store_entry *e = &w->t.store.v[i];

		if (!e->there || strncmp(e->name, MDR_PACKAGE, strlen(MDR_PACKAGE)) != 0)
			continue;
		assert_null(found);
		found = e;
	}
	assert_non_null(found);
	return found->name;
}

/* --- from the first fix to the last --------------------------------------------------------------------------------------------- */

static void test_life(void **state)
{
	struct world *w = *state;

	expect(w, MDR_QUICKFIX_NONE, 0, 0);
	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	assert_int_equal(w->q.n, 2);
	assert_string_equal(w->q.modules[0], "entry");
	assert_string_equal(w->q.modules[1], "video");
	assert_string_equal(w->q.task, "full");
	expect(w, MDR_QUICKFIX_READY, 3, 0); /* not deployed yet */
	done(w, 3);
	expect(w, MDR_QUICKFIX_KEPT, 3, 0);
	assert_int_equal(packages(w), 2);
	publish_fix(w, 4, two, 1);
	expect(w, MDR_QUICKFIX_READY, 4, 1);
	assert_int_equal(packages(w), 1); /* those of 3 are gone */
	publish(w, NULL, NULL);
	expect(w, MDR_QUICKFIX_KEPT, 3, 0); /* 4 was withdrawn before it was deployed */
	assert_int_equal(packages(w), 0);
	publish(w, "{\"action\":\"rollback\"}", "");
	expect(w, MDR_QUICKFIX_ROLLBACK, 3, 0);
	assert_string_equal(w->q.task, "full");
	expect(w, MDR_QUICKFIX_ROLLBACK, 3, 0);
	done(w, 0);
	expect(w, MDR_QUICKFIX_NONE, 0, 0);
}

static void test_rollback_before_it_was_deployed(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	publish(w, "{\"action\":\"rollback\"}", "");
	expect(w, MDR_QUICKFIX_NONE, 0, 0);
	assert_int_equal(packages(w), 0);
}

static void test_rollback_of_what_is_deployed(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	done(w, 3);
	publish(w, "{\"action\":\"rollback\"}", "");
	expect(w, MDR_QUICKFIX_ROLLBACK, 3, 0);
	done(w, 0);
	assert_int_equal(packages(w), 0);
	expect(w, MDR_QUICKFIX_NONE, 0, 0);
}

/* --- refused ------------------------------------------------------------------------------------------------------------------- */

static void test_refused_once(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, unsigned_one, 1);
	for (int i = 0; i < 3; i++) {
		expect(w, MDR_QUICKFIX_REFUSED, 3, i ? 0 : 1);
		assert_int_equal(w->q.code, MDR_QF_SIGN_NONE);
		assert_string_equal(w->q.why, "entry.hqf: it is not signed");
		assert_int_equal(w->q.n, 0);
	}
	store_remove(&w->t.store, only_package(w));
	expect(w, MDR_QUICKFIX_REFUSED, 3, 0);
	w->bundle.apl = "system_core";
	expect(w, MDR_QUICKFIX_REFUSED, 3, 1); /* the bundle is another one */
	w->bundle.stage = MDR_PATCH_DELETING;  /* looked at again, and not loaded again */
	expect(w, MDR_QUICKFIX_REFUSED, 3, 0);
	assert_int_equal(w->q.code, MDR_QF_STATE);
	w->bundle.stage = MDR_PATCH_NONE;
	w->bundle.apl = "normal";
	expect(w, MDR_QUICKFIX_REFUSED, 3, 0);
	assert_int_equal(w->q.code, MDR_QF_SIGN_NONE);
	publish_fix(w, 3, two, 1); /* other bytes */
	expect(w, MDR_QUICKFIX_READY, 3, 1);
	assert_int_equal(packages(w), 1);
}

static void test_refused_while_another_one_is_deployed(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	done(w, 3);
	publish_fix(w, 4, unsigned_one, 1);
	expect(w, MDR_QUICKFIX_REFUSED, 4, 1);
	publish(w, NULL, NULL);
	expect(w, MDR_QUICKFIX_KEPT, 3, 0);
	assert_int_equal(packages(w), 0);
}

/* A reason with a file's name in no encoding. */
static void test_refused_in_words(void **state)
{
	static const struct fix_spec bad[] = { { .module = "entry", .files = { "#/../x" }, .is_unsigned = true } };
	struct world *w = *state;

	publish_fix(w, 3, bad, 1);
	expect(w, MDR_QUICKFIX_REFUSED, 3, 1);
	assert_int_equal(w->q.code, MDR_QF_PROFILE);
	assert_string_equal(w->q.why, "entry.hqf: \"?/../x\" leads out of its folder (..)");
}

/* --- the bundle ------------------------------------------------------------------------------------------------------------------ */

static void test_update_of_the_app(void **state)
{
	static const struct {
		const char *name;
		uint32_t version;
	} cases[] = { { "com.example", 8 }, { "com.other", 7 }, { NULL, 7 } };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		w->bundle.name = "com.example";
		w->bundle.version_code = 7;
		publish_fix(w, 3, two, 2);
		expect(w, MDR_QUICKFIX_READY, 3, 2);
		done(w, 3);
		expect(w, MDR_QUICKFIX_KEPT, 3, 0);
		w->bundle.name = cases[i].name;
		w->bundle.version_code = cases[i].version;
		w->t.fetches = 0;
		expect(w, MDR_QUICKFIX_NONE, 0, 0);
		assert_int_equal(w->t.fetches > 0, cases[i].name != NULL);
		assert_int_equal(packages(w), 0);
	}
}

static void test_the_system_knows(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	done(w, 3);
	w->bundle.knows_deployed = true; /* and has none */
	expect(w, MDR_QUICKFIX_READY, 3, 0);
	w->bundle.deployed = 5;
	expect(w, MDR_QUICKFIX_KEPT, 5, 0);
	w->bundle.knows_deployed = false; /* the number is none, then */
	expect(w, MDR_QUICKFIX_KEPT, 3, 0);
}

/* --- failures --------------------------------------------------------------------------------------------------------------------- */

static void test_failures(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	w->t.offline = true;
	assert_int_equal(sync(w), MDR_UNREACHABLE);
	assert_null(w->q.held);
	w->t.offline = false;
	server_add(&w->s, "1.hqf", SERVE_DOWN, 0, 0);
	assert_int_equal(sync(w), MDR_UNREACHABLE);
	assert_int_equal(packages(w), 1);
	w->s.n = 0;
	expect(w, MDR_QUICKFIX_READY, 3, 1);
	publish(w, "{\"action\":\"apply\",\"patchVersionCode\":9}", "");
	assert_int_equal(sync(w), MDR_REFUSED);
	publish(w, "{\"action\":\"apply\",\"hqf\":[{\"module\":\"x\",\"types\":[\"phone\"]}],\"patchVersionCode\":9}",
		"");
	assert_int_equal(sync(w), MDR_REFUSED);
	assert_int_equal(packages(w), 2); /* what was ready stays */
	mdr_close(w->c);
	w->c = server_open_with(&w->s, (struct mdr_limits){ .apply = 1000 });
	publish_fix(w, 4, two, 1);
	assert_int_equal(sync(w), MDR_MEMORY);
	mdr_close(w->c);
	w->c = server_open(&w->s);
	expect(w, MDR_QUICKFIX_READY, 4, 0);
}

/* A record that is damaged, or holds what nobody wrote, is none. */
static void test_damaged_record(void **state)
{
	struct world *w = *state;

	publish_fix(w, 3, two, 2);
	expect(w, MDR_QUICKFIX_READY, 3, 2);
	done(w, 3);
	store_find(&w->t.store, "quickfix")->bytes.p[60] ^= 1;
	expect(w, MDR_QUICKFIX_READY, 3, 0);
	assert_int_equal(packages(w), 2);
}

/* Of what a record names, only packages are ever removed. */
static void test_record_that_names_other_blobs(void **state)
{
	struct world *w = *state;
	json_t *record = json_pack("{s:s,s:i,s:{s:[s,s]}}", "bundle", "com.example", "versionCode", 7, "offer", "files",
				   "hotpatch", "../hotpatch");
	json_t *mine = json_pack("{s:s}", "next", "x");

	assert_int_equal(record_store(w->c, "hotpatch", mine, &w->err), MDR_OK);
	assert_int_equal(record_store(w->c, "quickfix", record, &w->err), MDR_OK);
	json_decref(mine);
	json_decref(record);
	expect(w, MDR_QUICKFIX_NONE, 0, 0);
	assert_non_null(store_find(&w->t.store, "hotpatch"));
}

/* Whatever change of storage the power is lost at: the next start goes on to the new fix, and nothing is left over. */
static void test_power(void **state)
{
	struct world *w = *state;
	bool finished = false;
	size_t at = 1;

	for (; !finished; at++) {
		store_wipe(&w->t.store);
		mdr_close(w->c);
		w->c = server_open(&w->s);
		publish_fix(w, 3, two, 2);
		expect(w, MDR_QUICKFIX_READY, 3, 2);
		done(w, 3);
		publish_fix(w, 4, two, 2);
		w->t.store.fail_at = at;
		w->t.store.crash = true;
		finished = sync(w) == MDR_OK && !w->t.store.dead;
		mdr_close(w->c);
		store_restart(&w->t.store);
		w->c = server_open(&w->s);
		assert_int_equal(sync(w), MDR_OK);
		assert_int_equal(w->q.state, MDR_QUICKFIX_READY);
		assert_int_equal(w->q.patch_version_code, 4);
		assert_int_equal(mdr_clean(w->c, NULL, 0, &w->err), MDR_OK);
		assert_int_equal(packages(w), 2);
	}
	assert_in_range(at, 8, 60);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_life),
		TEST(test_rollback_before_it_was_deployed),
		TEST(test_rollback_of_what_is_deployed),
		TEST(test_refused_once),
		TEST(test_refused_while_another_one_is_deployed),
		TEST(test_refused_in_words),
		TEST(test_update_of_the_app),
		TEST(test_the_system_knows),
		TEST(test_failures),
		TEST(test_damaged_record),
		TEST(test_record_that_names_other_blobs),
		TEST(test_power),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
