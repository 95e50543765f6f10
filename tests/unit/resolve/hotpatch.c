/* The life of hotpatches: next, current, previous; what starts badly, what is refused, what is another version's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "offers.h"

#define SIZE 70000

struct world {
	struct tree t;
	struct server s;
	struct mdr_client *c;
	struct made_package p[4]; /* patches */
	struct mdr_attr attrs[3];
	struct mdr_device device;
	struct mdr_ask ask;
	struct mdr_hotpatch h;
	struct mdr_error err;
	bool refuses;     /* the verify callback */
	size_t looked_at; /* how often it was called */
};

static void set_attr(struct world *w, size_t i, const char *name, const char *value)
{
	w->attrs[i] = (struct mdr_attr){ name, value, strlen(name), strlen(value) };
}

static void publish(struct world *w, const char *answer)
{
	offer(&w->t, KIND_HOTPATCH, answer);
	tree_publish_next(&w->t);
}

static void publish_patch(struct world *w, size_t i)
{
	publish(w, hotpatch_text(&w->t, &w->p[i], ""));
}

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	tree_init(&w->t);
	tree_write_root(&w->t);
	w->s.t = &w->t;
	for (size_t i = 0; i < COUNT(w->p); i++)
		package_make(&w->p[i], &w->t, SIZE, (uint32_t)i + 10);
	set_attr(w, 0, "platform", "android");
	set_attr(w, 1, "appVersion", "5.0.0");
	w->device = (struct mdr_device){ .attrs = w->attrs, .n = 2 };
	w->ask = (struct mdr_ask){ .device = &w->device, .now = T0, .at = T0 };
	w->c = server_open(&w->s);
}

static void finish(struct world *w)
{
	mdr_close(w->c);
	tree_release(&w->t);
}

static bool look(void *ctx, const char *name, uint64_t size)
{
	struct world *w = ctx;

	assert_int_equal(size, SIZE);
	assert_non_null(store_find(&w->t.store, name));
	w->looked_at++;
	return !w->refuses;
}

static enum mdr_hotpatch_state sync_now(struct world *w)
{
	if (mdr_hotpatch_sync(w->c, &w->ask, NULL, look, w, &w->h, &w->err))
		fail_msg("%s", w->err.text);
	return w->h.state;
}

/* A new process: which patch it loads, -1: none. */
static int begin(struct world *w, const char *version)
{
	char name[MDR_NAME];

	mdr_close(w->c);
	w->c = server_open(&w->s);
	if (mdr_hotpatch_current(w->c, version, name, &w->err))
		fail_msg("%s", w->err.text);
	if (!name[0])
		return -1;
	for (size_t i = 0; i < COUNT(w->p); i++) {
		const struct store_entry *e = store_find(&w->t.store, name);

		if (strcmp(name, w->p[i].name) != 0)
			continue;
		assert_non_null(e);
		assert_true(slice_eq(strbuf_slice(&e->bytes), w->p[i].bytes));
		return (int)i;
	}
	fail_msg("%s", name);
	return -2;
}

/* The same, and it goes well. */
static int begin_well(struct world *w)
{
	int found = begin(w, "5.0.0");

	assert_int_equal(mdr_hotpatch_started(w->c, &w->err), MDR_OK);
	return found;
}

/* The packages in storage are these. */
static void expect_stored(struct world *w, const char *which)
{
	for (size_t i = 0; i < COUNT(w->p); i++) {
		bool there = store_find(&w->t.store, w->p[i].name) != NULL;

		if (there != (strchr(which, (char)('0' + i)) != NULL))
			print_message("patch %zu is %shere\n", i, there ? "" : "not ");
		assert_int_equal(there, strchr(which, (char)('0' + i)) != NULL);
	}
}

static void expect_told(struct world *w, int patch, const char *task, bool rollback)
{
	assert_string_equal(w->h.version, patch < 0 ? "" : w->p[patch].md5_hex);
	assert_string_equal(w->h.task, task);
	assert_int_equal(w->h.rollback, rollback);
}

/* --- a good life --------------------------------------------------------------------------------------------------------- */

static void test_life(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish(&w, NULL);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_NONE);
	expect_told(&w, -1, "", false);
	assert_int_equal(begin(&w, "5.0.0"), -1);

	publish_patch(&w, 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	expect_told(&w, 0, "full", false);
	assert_int_equal(w.h.got.fetched, SIZE);
	assert_string_equal(w.h.got.name, w.p[0].name);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART); /* still */
	assert_int_equal(w.h.got.fetched, 0);
	assert_int_equal(w.looked_at, 1);
	assert_int_equal(begin_well(&w), 0);
	w.t.store.changes = 0;
	assert_int_equal(begin_well(&w), 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_KEPT);
	expect_told(&w, 0, "full", false);
	assert_int_equal(w.t.store.changes, 0); /* a good patch costs no writing */

	publish_patch(&w, 1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	expect_told(&w, 1, "full", false);
	expect_stored(&w, "01");
	assert_int_equal(begin(&w, "5.0.0"), 1);
	expect_stored(&w, "01"); /* the old one may come back */
	assert_int_equal(mdr_hotpatch_started(w.c, &w.err), MDR_OK);
	expect_stored(&w, "1");

	publish(&w, NULL); /* an answer of nothing keeps what is installed */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_KEPT);
	expect_told(&w, 1, "full", false);
	assert_int_equal(begin_well(&w), 1);

	publish(&w, "{'action':'rollback'}");
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	expect_told(&w, -1, "full", true);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	expect_told(&w, -1, "full", true);
	publish(&w, NULL);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART); /* it was said */
	expect_stored(&w, "1");
	assert_int_equal(begin_well(&w), -1);
	expect_stored(&w, "");
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_NONE);
	finish(&w);
}

/* What is the next patch changes its mind before it starts. */
static void test_before_the_start(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	publish_patch(&w, 1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	expect_stored(&w, "1");
	publish(&w, "{'action':'rollback'}"); /* nothing runs: there is nothing to take back at the next start */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_NONE);
	expect_told(&w, -1, "", false);
	expect_stored(&w, "");

	publish_patch(&w, 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin_well(&w), 0);
	publish_patch(&w, 1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	publish_patch(&w, 0); /* back to what runs */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_KEPT);
	expect_told(&w, 0, "full", false);
	expect_stored(&w, "0");
	publish(&w, "{'action':'rollback'}");
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	publish_patch(&w, 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_KEPT); /* taken back no more */
	assert_int_equal(begin_well(&w), 0);
	finish(&w);
}

/* --- bad starts ---------------------------------------------------------------------------------------------------------- */

static void test_crash_loop(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin_well(&w), 0);
	publish_patch(&w, 1);
	sync_now(&w);
	assert_int_equal(begin(&w, "5.0.0"), 1);
	assert_int_equal(begin(&w, "5.0.0"), 1);
	assert_int_equal(begin(&w, "5.0.0"), 0);
	expect_stored(&w, "0");
	assert_int_equal(begin(&w, "5.0.0"), 0);
	assert_int_equal(begin(&w, "5.0.0"), 0); /* it has started well before */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED);
	expect_told(&w, 0, "full", false);
	assert_int_equal(w.h.got.fetched, 0);
	expect_stored(&w, "0");
	publish_patch(&w, 2); /* other bytes */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin(&w, "5.0.0"), 2);
	publish_patch(&w, 3); /* once more before it was known to be good */
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin(&w, "5.0.0"), 3);
	expect_stored(&w, "03");
	assert_int_equal(begin(&w, "5.0.0"), 3);
	assert_int_equal(mdr_hotpatch_started(w.c, &w.err), MDR_OK); /* the second time it went well */
	for (int i = 0; i < 5; i++)
		assert_int_equal(begin(&w, "5.0.0"), 3);
	expect_stored(&w, "3");
	finish(&w);
}

/* The first patch is a bad one: none is left. */
static void test_crash_of_the_first(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin(&w, "5.0.0"), 0);
	assert_int_equal(begin(&w, "5.0.0"), 0);
	assert_int_equal(begin(&w, "5.0.0"), -1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED);
	expect_told(&w, -1, "", false);
	assert_int_equal(begin(&w, "5.0.0"), -1);
	expect_stored(&w, "");
	finish(&w);
}

/* A patch whose file was lost is as good as none. */
static void test_lost_file(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin_well(&w), 0);
	publish_patch(&w, 1);
	sync_now(&w);
	assert_int_equal(begin(&w, "5.0.0"), 1);
	strbuf_truncate(&store_find(&w.t.store, w.p[1].name)->bytes, 5);
	assert_int_equal(begin(&w, "5.0.0"), 0);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART); /* it did not crash: it is loaded again */
	assert_int_equal(w.h.got.fetched, SIZE);
	assert_int_equal(begin_well(&w), 1);
	store_find(&w.t.store, w.p[1].name)->there = false;
	assert_int_equal(begin(&w, "5.0.0"), -1);
	finish(&w);
}

/* --- refused ------------------------------------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin_well(&w), 0);
	w.refuses = true;
	publish_patch(&w, 1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED);
	expect_told(&w, 0, "full", false);
	assert_int_equal(w.h.got.fetched, SIZE);
	expect_stored(&w, "0");
	w.refuses = false;
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED); /* these bytes were looked at */
	assert_int_equal(w.looked_at, 2);
	assert_int_equal(w.h.got.fetched, 0);
	assert_int_equal(begin_well(&w), 0);
	publish_patch(&w, 2);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin_well(&w), 2);
	finish(&w);
}

/* So many refused patches are remembered. */
static void test_many_refused(void **state)
{
	struct world w;
	struct made_package p;
	size_t n = 0;

	(void)state;
	start(&w);
	w.refuses = true;
	for (uint32_t i = 0; i < 20; i++) {
		package_make(&p, &w.t, SIZE, 100 + i);
		publish(&w, hotpatch_text(&w.t, &p, ""));
		assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED);
		if (i == 15)
			n = store_find(&w.t.store, "hotpatch")->bytes.n;
	}
	assert_int_equal(store_find(&w.t.store, "hotpatch")->bytes.n, n);
	finish(&w);
}

/* --- whose --------------------------------------------------------------------------------------------------------------- */

static void test_other_version(void **state)
{
	static const struct {
		const char *version;
		bool same;
	} cases[] = {
		{ "5.0.0", true }, { "5", true }, { " v5.0 ", true },  { "5.0.1", false },
		{ "5.1", false },  { "", false }, { "5-beta", false }, { NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;

		print_message("%s\n", cases[i].version ? cases[i].version : "none");
		start(&w);
		publish_patch(&w, 0);
		sync_now(&w);
		assert_int_equal(begin(&w, cases[i].version), cases[i].same ? 0 : -1);
		expect_stored(&w, cases[i].same ? "0" : "");
		assert_int_equal(begin(&w, "5.0.0"), cases[i].same ? 0 : -1);
		finish(&w);
	}
}

/* The app was updated, or has another versionKey: the old patch goes, and what comes is the new one's. */
static void test_updated(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin_well(&w), 0);
	set_attr(&w, 1, "appVersion", "5.1.0");
	publish(&w, NULL);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_NONE);
	expect_stored(&w, "");
	publish_patch(&w, 1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin(&w, "5.1.0"), 1);

	set_attr(&w, 2, "versionKey", "build-7");
	w.device.n = 3;
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin(&w, "5.1.0"), 1);
	assert_int_equal(mdr_hotpatch_started(w.c, &w.err), MDR_OK);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_KEPT);
	set_attr(&w, 2, "versionKey", "build-8");
	publish(&w, NULL);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_NONE);
	expect_stored(&w, "");
	set_attr(&w, 2, "versionKey", "\xff"); /* a text that no record can hold is none */
	publish_patch(&w, 2);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	w.attrs[2].value = "k\0y"; /* the same: JSON that is read back has no U+0000 */
	w.attrs[2].value_size = 3;
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
	assert_int_equal(begin(&w, "5.1.0"), 2);
	finish(&w);
}

/* --- faults -------------------------------------------------------------------------------------------------------------- */

static void test_errors(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{'action':'replace'}",
		"{'action':'apply'}",
		"{'action':'apply','downloadUrl':'targets/x','fileSize':7,'sha256':"
		"'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}",
		"{'action':'apply','downloadUrl':'targets/x','fileSize':7,'hotpatchVersion':'short','sha256':"
		"'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}",
	};
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin_well(&w), 0);
	for (size_t i = 0; i < COUNT(bad); i++) {
		print_message("%s\n", bad[i]);
		publish(&w, bad[i]);
		assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, look, &w, &w.h, &w.err), MDR_REFUSED);
		assert_int_equal(w.h.state, MDR_HOTPATCH_NONE);
		assert_int_equal(begin_well(&w), 0);
	}
	publish_patch(&w, 1);
	server_add(&w.s, "://", SERVE_FLIPPED, 5, 0);
	assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, look, &w, &w.h, &w.err), MDR_REFUSED);
	assert_non_null(strstr(w.err.text, "has another SHA-256 than the signed one"));
	w.t.offline = true;
	assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, look, &w, &w.h, &w.err), MDR_UNREACHABLE);
	assert_int_equal(begin_well(&w), 0);
	w.t.offline = false;
	server_reset(&w.s);
	set_attr(&w, 0, "platform", "");
	assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, look, &w, &w.h, &w.err), MDR_DEVICE);
	set_attr(&w, 0, "platform", "android");
	w.t.store.dead = true;
	assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, NULL, NULL, &w.h, &w.err), MDR_STORAGE);
	w.t.store.dead = false;
	assert_int_equal(mdr_hotpatch_sync(w.c, &w.ask, NULL, NULL, NULL, &w.h, &w.err), MDR_OK);
	assert_int_equal(w.h.state, MDR_HOTPATCH_RESTART);
	finish(&w);
}

static void put_record(struct world *w, const char *json)
{
	struct slice text = quoted(&w->t, json);
	struct strbuf blob = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	assert_int_equal(digest_sha256(w->t.dg, hash, text), 0);
	strbuf_adds(&blob, "mdresolve record 1\n");
	strbuf_add(&blob, hash, sizeof(hash));
	strbuf_addslice(&blob, text);
	store_store(&w->t.store, "hotpatch", blob.p, blob.n);
	strbuf_release(&blob);
}

/* Records that say something else than they should. */
static void test_strange_records(void **state)
{
	static const char *const records[] = {
		"[]",
		"{'current':5,'next':'x','previous':[],'refused':{}}",
		"{'appVersion':'5.0.0','current':{'name':'package-x','size':0}}",
		"{'appVersion':'5.0.0','current':{'name':'package-x','size':7}}",
		"{'appVersion':'5.0.0','current':{'name':7,'size':7},'next':{}}",
		"{'appVersion':'5.0.0','next':{'rollback':true}}",
		"{'appVersion':'5.0.0','next':{'name':'package-x','size':-1,'rollback':1}}",
		"{'appVersion':7,'versionKey':{},'refused':[1,2,{}]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct world w;

		print_message("%s\n", records[i]);
		start(&w);
		put_record(&w, records[i]);
		assert_int_equal(begin_well(&w), -1);
		publish_patch(&w, 0);
		assert_int_equal(sync_now(&w), MDR_HOTPATCH_RESTART);
		assert_int_equal(begin_well(&w), 0);
		finish(&w);
	}
}

/* A count of starts that no start wrote gives no patch more than its two. */
static void test_strange_starts(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_patch(&w, 0);
	sync_now(&w);
	assert_int_equal(begin(&w, "5.0.0"), 0);
	put_record(&w, arena_printf(&w.t.mem,
				    "{'appVersion':'5.0.0','current':{'name':'%s','size':%d,"
				    "'starts':-9223372036854775808}}",
				    w.p[0].name, SIZE)
			       .p);
	assert_int_equal(begin(&w, "5.0.0"), -1);
	assert_int_equal(sync_now(&w), MDR_HOTPATCH_REFUSED);
	finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_before_the_start),
		cmocka_unit_test(test_crash_loop),
		cmocka_unit_test(test_crash_of_the_first),
		cmocka_unit_test(test_lost_file),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many_refused),
		cmocka_unit_test(test_other_version),
		cmocka_unit_test(test_updated),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_strange_records),
		cmocka_unit_test(test_strange_starts),
	};

	return cmocka_run_group_tests_name("resolve/hotpatch", tests, NULL, NULL);
}
