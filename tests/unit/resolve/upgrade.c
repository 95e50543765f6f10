/* The upgrade check, state by state. In answers here `'` stands for a quotation mark. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "offers.h"

#define SIZE 100000

struct world {
	struct tree t;
	struct server s;
	struct mdr_client *c;
	struct made_package old, young;
	struct mdr_attr attrs[3];
	struct mdr_device device;
	struct mdr_ask ask;
	struct mdr_upgrade u;
	struct mdr_error err;
};

static void set_attr(struct world *w, size_t i, const char *name, const char *value)
{
	w->attrs[i] = (struct mdr_attr){ name, value, strlen(name), strlen(value) };
}

static void publish(struct world *w, const char *answer)
{
	offer(&w->t, KIND_UPGRADE, answer);
	tree_publish_next(&w->t);
}

/* What an offer has beside its package. */
static void publish_offer(struct world *w, const char *more)
{
	publish(w, upgrade_text(&w->t, "5.0.0", &w->young, more));
}

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	tree_init(&w->t);
	tree_write_root(&w->t);
	w->s.t = &w->t;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		w->t.spec.expires[i] = T0 + 2000 * DAY;
	package_make(&w->old, &w->t, SIZE, 4);
	package_make(&w->young, &w->t, SIZE, 5);
	set_attr(w, 0, "platform", "android");
	set_attr(w, 1, "appVersion", "4.9.0");
	set_attr(w, 2, "netType", "wifi");
	w->device = (struct mdr_device){ .attrs = w->attrs, .n = 3 };
	w->ask = (struct mdr_ask){ .device = &w->device, .now = T0, .at = T0 };
	tree_write_root(&w->t);
	publish_offer(w, ",'resultStatus':202,'silenceDays':3");
	w->c = server_open(&w->s);
}

static void finish(struct world *w)
{
	mdr_upgrade_release(&w->u);
	mdr_close(w->c);
	tree_release(&w->t);
}

static void reopen(struct world *w)
{
	mdr_close(w->c);
	w->c = server_open(&w->s);
}

static enum mdr_upgrade_state check(struct world *w, int64_t silence)
{
	enum mdr_code code;

	mdr_upgrade_release(&w->u);
	w->err.text[0] = '\0';
	code = mdr_upgrade_check(w->c, &w->ask, silence, &w->u, &w->err);
	if (code)
		print_message("%s\n", w->err.text);
	assert_int_equal(code != MDR_OK, w->u.state == MDR_UPGRADE_INVALID || w->u.state == MDR_UPGRADE_ERROR);
	if (code) {
		assert_int_equal(code, w->err.code);
		assert_true(!w->u.held && !w->u.version && !w->u.result_status);
	}
	return w->u.state;
}

/* --- what is said of an offer --------------------------------------------------------------------------------------------- */

static void test_fields(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	publish_offer(&w,
		      ",'resultStatus':204,'guideMemo':'What is new','md5':'0123','needClientNetType':['4g','wifi'],"
		      "'colour':['red'],'x':{'y':1}");
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(w.u.result_status, 204);
	assert_string_equal(w.u.version, "5.0.0");
	assert_string_equal(w.u.task, "full");
	assert_string_equal(w.u.download_url, arena_printf(&w.t.mem, BASE "targets/%s", w.young.hex).p);
	assert_string_equal(w.u.guide_memo, "What is new");
	assert_string_equal(w.u.sha256, w.young.hex);
	assert_string_equal(w.u.md5, "0123");
	assert_int_equal(w.u.file_size, SIZE);
	assert_int_equal(w.u.n_net_types, 2);
	assert_string_equal(w.u.net_types[1], "wifi");
	assert_string_equal(w.u.file, "");
	mdr_upgrade_release(&w.u);
	mdr_upgrade_release(&w.u); /* zeros are fine */

	publish(&w, NULL);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_NEWEST);
	assert_int_equal(w.u.result_status, 201);
	assert_null(w.u.version);
	w.t.ntargets = 0;
	tree_publish_next(&w.t);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_NEWEST);
	finish(&w);
}

/* Answers that are signed and yet no use. */
static void test_invalid(void **state)
{
#define REST "'downloadUrl':'u','resultStatus':204,'version':'5'"
	static const struct {
		const char *answer;
		enum mdr_upgrade_state state;
	} cases[] = {
		{ "{" REST "}", MDR_UPGRADE_OFFERED },
		{ "{" REST ",'fileSize':7}", MDR_UPGRADE_OFFERED },
		{ "{'downloadUrl':'u','resultStatus':204}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':204,'version':''}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':204,'version':5}", MDR_UPGRADE_INVALID },
		{ "{'resultStatus':204,'version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'','resultStatus':204,'version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':201,'version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':203,'version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':'204','version':'5'}", MDR_UPGRADE_INVALID },
		{ "{'downloadUrl':'u','resultStatus':4294967500,'version':'5'}", MDR_UPGRADE_INVALID },
		{ "{" REST ",'sha256':'abc','fileSize':7}", MDR_UPGRADE_INVALID },
		{ "{" REST ",'sha256':'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}",
		  MDR_UPGRADE_INVALID },
		{ "{" REST ",'sha256':null}", MDR_UPGRADE_INVALID },
		{ "{}", MDR_UPGRADE_INVALID },
	};
	struct world w;

	(void)state;
	start(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].answer);
		publish(&w, cases[i].answer);
		assert_int_equal(check(&w, -1), cases[i].state);
		if (cases[i].state == MDR_UPGRADE_INVALID)
			assert_int_equal(w.err.code, MDR_REFUSED);
	}
	set_attr(&w, 0, "platform", "windows");
	assert_int_equal(check(&w, -1), MDR_UPGRADE_INVALID);
	assert_int_equal(w.err.code, MDR_DEVICE);
	finish(&w);
}

static void test_error(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.t.offline = true;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_ERROR);
	assert_int_equal(w.err.code, MDR_UNREACHABLE);
	w.t.offline = false;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	w.ask.now = T0 + 3000 * DAY;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_ERROR);
	assert_int_equal(w.err.code, MDR_EXPIRED);
	w.ask.now = T0;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	w.t.store.dead = true;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_ERROR);
	assert_int_equal(w.err.code, MDR_STORAGE);
	finish(&w);
}

/* --- silence ------------------------------------------------------------------------------------------------------------- */

static void test_silence(void **state)
{
	static const struct {
		const char *more;     /* of the offer */
		const char *declined; /* the version; NULL: none */
		int64_t when, silence;
		enum mdr_upgrade_state before, after; /* a second before the end, and at it */
		int64_t length;
	} cases[] = {
		{ ",'resultStatus':202,'silenceDays':3", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED,
		  3 * DAY },
		{ ",'resultStatus':202,'silenceDays':1", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':202", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED, 3 * DAY },
		{ ",'resultStatus':202,'silenceDays':-1", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED,
		  3 * DAY },
		{ ",'resultStatus':202,'silenceDays':366", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED,
		  3 * DAY },
		{ ",'resultStatus':202,'silenceDays':365", "5.0.0", 0, -1, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED,
		  365 * DAY },
		{ ",'resultStatus':202,'silenceDays':3", "5.0.0", 0, 60, MDR_UPGRADE_SILENT, MDR_UPGRADE_OFFERED, 60 },
		{ ",'resultStatus':202,'silenceDays':3", "5.0.0", 0, 0, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':202,'silenceDays':0", "5.0.0", 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED,
		  DAY },
		{ ",'resultStatus':202,'silenceDays':3", NULL, 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':202,'silenceDays':3", "5.0", 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':202,'silenceDays':3", "4.8.0", 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED,
		  DAY },
		{ ",'resultStatus':204", "5.0.0", 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':204", "5.0.0", 0, 1000, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, 1000 },
		{ ",'resultStatus':206", "5.0.0", 0, -1, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED, DAY },
		{ ",'resultStatus':206,'silenceDays':9", "5.0.0", 0, 1000, MDR_UPGRADE_OFFERED, MDR_UPGRADE_OFFERED,
		  1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;

		print_message("%s, declined %s, %d\n", cases[i].more, cases[i].declined, (int)cases[i].silence);
		start(&w);
		publish_offer(&w, cases[i].more);
		assert_int_equal(check(&w, cases[i].silence), MDR_UPGRADE_OFFERED);
		if (cases[i].declined)
			assert_int_equal(mdr_upgrade_declined(w.c, cases[i].declined, T0, &w.err), MDR_OK);
		reopen(&w);
		w.ask.now = T0 + cases[i].length - 1;
		assert_int_equal(check(&w, cases[i].silence), cases[i].before);
		if (w.u.state == MDR_UPGRADE_SILENT)
			assert_int_equal(w.u.silent_until, T0 + cases[i].length);
		w.ask.now++;
		assert_int_equal(check(&w, cases[i].silence), cases[i].after);
		finish(&w);
	}
}

/* Two versions are declined apart; a decline lasts from when it was said last; a clock that was wrong silences nothing. */
static void test_declined(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.1.0", T0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", T0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_SILENT);
	w.ask.now = T0 + 2 * DAY;
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", w.ask.now, &w.err), MDR_OK);
	w.ask.now = T0 + 4 * DAY;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_SILENT);
	assert_int_equal(check(&w, INT64_MAX), MDR_UPGRADE_SILENT);
	assert_true(w.u.silent_until == INT64_MAX);
	w.ask.now = T0 + DAY; /* the clock went back behind the decline */
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", -5, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", INT64_MAX, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(mdr_upgrade_declined(w.c, "", T0, &w.err), MDR_ABSENT_HERE);
	assert_int_equal(mdr_upgrade_declined(w.c, "5\xff", T0, &w.err), MDR_ABSENT_HERE);
	w.t.store.fail_at = 1;
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", T0, &w.err), MDR_STORAGE);
	finish(&w);
}

/* What was declined is kept of so many versions, the latest ones. */
static void test_many_declined(void **state)
{
	struct world w;
	size_t before;

	(void)state;
	start(&w);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", T0 - 1, &w.err), MDR_OK);
	for (int i = 0; i < 15; i++)
		assert_int_equal(mdr_upgrade_declined(w.c, arena_printf(&w.t.mem, "6.%d", i).p, T0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_SILENT);
	before = store_find(&w.t.store, "upgrade")->bytes.n;
	for (int i = 0; i < 10; i++)
		assert_int_equal(mdr_upgrade_declined(w.c, arena_printf(&w.t.mem, "7.%d", i).p, T0, &w.err), MDR_OK);
	assert_in_range(store_find(&w.t.store, "upgrade")->bytes.n, 1, before);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	finish(&w);
}

/* --- networks ------------------------------------------------------------------------------------------------------------ */

static void test_limit(void **state)
{
	static const struct {
		const char *nets, *net; /* of the offer, of the device */
		enum mdr_upgrade_state state;
	} cases[] = {
		{ "", "4g", MDR_UPGRADE_OFFERED },
		{ ",'needClientNetType':[]", "4g", MDR_UPGRADE_OFFERED },
		{ ",'needClientNetType':['wifi']", "wifi", MDR_UPGRADE_OFFERED },
		{ ",'needClientNetType':['wifi']", " WiFi ", MDR_UPGRADE_OFFERED },
		{ ",'needClientNetType':['4g','WIFI']", "wifi", MDR_UPGRADE_OFFERED },
		{ ",'needClientNetType':['wifi']", "4g", MDR_UPGRADE_LIMIT },
		{ ",'needClientNetType':['wifi']", "wifi2", MDR_UPGRADE_LIMIT },
		{ ",'needClientNetType':['wifi']", " ", MDR_UPGRADE_LIMIT },
		{ ",'needClientNetType':['wifi',7]", "7", MDR_UPGRADE_LIMIT },
		{ ",'needClientNetType':'wifi'", "4g", MDR_UPGRADE_OFFERED },
	};
	struct world w;

	(void)state;
	start(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s on %s\n", cases[i].nets, cases[i].net);
		publish_offer(&w, arena_printf(&w.t.mem, ",'resultStatus':206%s", cases[i].nets).p);
		set_attr(&w, 2, "netType", cases[i].net);
		assert_int_equal(check(&w, -1), cases[i].state);
		assert_int_equal(w.u.result_status, 206);
	}
	publish_offer(&w, ",'resultStatus':202,'needClientNetType':['wifi']");
	w.device.n = 2;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_LIMIT);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", T0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_SILENT);
	finish(&w);
}

/* --- the package --------------------------------------------------------------------------------------------------------- */

static void test_download(void **state)
{
	struct world w;
	struct mdr_got got;
	const char *const *none = NULL;

	(void)state;
	start(&w);
	publish_offer(&w, arena_printf(&w.t.mem, ",'resultStatus':202,'needClientNetType':['wifi'],'deltas':[%s]",
				       package_delta(&w.t, "4.9.0", &w.old, &w.young))
				  .p);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	server_add(&w.s, BASE "targets/", SERVE_ABSENT, 0, 0);
	assert_int_equal(mdr_upgrade_download(w.c, &w.u, NULL, &got, &w.err), MDR_OK);
	assert_false(got.by_delta);
	assert_string_equal(got.why_full, "from 4.9.0: its base is not here");
	assert_string_equal(got.name, w.young.name);
	assert_int_equal(got.fetched, SIZE);
	assert_memory_equal(w.s.last, MIRROR, strlen(MIRROR));
	set_attr(&w, 2, "netType", "4g"); /* it is here: the network does not count */
	reopen(&w);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_DOWNLOADED);
	assert_string_equal(w.u.file, w.young.name);
	assert_int_equal(mdr_clean(w.c, none, 0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_DOWNLOADED);
	assert_int_equal(mdr_upgrade_declined(w.c, "5.0.0", T0, &w.err), MDR_OK);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_SILENT);
	strbuf_truncate(&store_find(&w.t.store, w.young.name)->bytes, SIZE - 1); /* damaged: it is not here */
	w.ask.now += 4 * DAY;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_LIMIT);
	publish(&w, NULL);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_NEWEST);
	assert_int_equal(mdr_clean(w.c, none, 0, &w.err), MDR_OK); /* nobody wants it any more */
	assert_null(store_find(&w.t.store, w.young.name));
	w.t.store.changes = 0;
	assert_int_equal(check(&w, -1), MDR_UPGRADE_NEWEST);
	assert_int_equal(w.t.store.changes, 0);
	finish(&w);
}

static void test_download_by_delta(void **state)
{
	struct world w;
	struct mdr_download how = { 0 };
	struct mdr_got got;

	(void)state;
	start(&w);
	publish_offer(&w, arena_printf(&w.t.mem, ",'resultStatus':206,'deltas':[%s]",
				       package_delta(&w.t, "4.9.0", &w.old, &w.young))
				  .p);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	how.base = w.old.bytes.p;
	how.base_size = w.old.bytes.n;
	assert_int_equal(mdr_upgrade_download(w.c, &w.u, &how, &got, &w.err), MDR_OK);
	assert_true(got.by_delta);
	assert_true(got.fetched < 5000);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_DOWNLOADED);
	finish(&w);
}

/* Stores have their packages to themselves. */
static void test_stores(void **state)
{
	static const char *const urls[] = { "https://apps.apple.com/app/id1", "https://testflight.apple.com/join/x" };
	struct world w;
	struct mdr_got got;

	(void)state;
	start(&w);
	for (size_t i = 0; i < COUNT(urls); i++) {
		publish(&w, arena_printf(&w.t.mem, "{'downloadUrl':'%s','resultStatus':202,'version':'5'}", urls[i]).p);
		assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
		assert_true(!w.u.sha256 && !w.u.file_size);
		assert_int_equal(mdr_upgrade_download(w.c, &w.u, NULL, &got, &w.err), MDR_ABSENT_HERE);
	}
	publish(&w, arena_printf(&w.t.mem,
				 "{'downloadUrl':'itms-services://?action=download-manifest&url=x','fileSize':%d,"
				 "'resultStatus':202,'sha256':'%s','version':'5'}",
				 SIZE, w.young.hex)
			    .p);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	assert_int_equal(w.u.file_size, SIZE);
	assert_int_equal(mdr_upgrade_download(w.c, &w.u, NULL, &got, &w.err), MDR_ABSENT_HERE);
	assert_null(store_find(&w.t.store, "packages"));
	publish(&w, NULL);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_NEWEST);
	assert_int_equal(mdr_upgrade_download(w.c, &w.u, NULL, &got, &w.err), MDR_ABSENT_HERE);
	finish(&w);
}

/* --- while it is loaded -------------------------------------------------------------------------------------------------- */

static bool ask_meanwhile(void *ctx, uint64_t done, uint64_t total)
{
	struct world *w = ctx;
	struct mdr_upgrade u;
	struct mdr_got got;
	struct mdr_error err;

	assert_int_equal(total, SIZE);
	if (done != SIZE / 2)
		return true;
	w->t.fetches = 0;
	assert_int_equal(mdr_upgrade_check(w->c, &w->ask, -1, &u, &err), MDR_OK);
	assert_int_equal(u.state, MDR_UPGRADE_UPDATING);
	assert_int_equal(u.result_status, 202);
	assert_string_equal(u.version, "5.0.0");
	assert_true(u.version != w->u.version);
	assert_int_equal(w->t.fetches, 0); /* the network is at work */
	assert_int_equal(mdr_upgrade_download(w->c, &u, NULL, &got, &err), MDR_CANCELLED);
	mdr_upgrade_release(&u);
	publish_offer(w, ",'resultStatus':206"); /* another tree meanwhile, with another index */
	free(tree_answer(w->c, "{\"platform\":\"android\"}", T0, MDR_ALL, 0, &err));
	assert_int_equal(mdr_refresh(w->c, T0, &err), MDR_OK);
	free(tree_answer(w->c, "{\"platform\":\"android\"}", T0, MDR_ALL, 0, &err));
	return true;
}

static void test_updating(void **state)
{
	struct world w;
	struct mdr_download how = { .progress = ask_meanwhile, .progress_ctx = &w };
	struct mdr_got got;

	(void)state;
	start(&w);
	assert_int_equal(check(&w, -1), MDR_UPGRADE_OFFERED);
	server_add(&w.s, BASE "targets/", SERVE_CUT, 60000, 1); /* the mirror's address is made afterwards */
	server_add(&w.s, BASE "targets/", SERVE_ABSENT, 0, 0);
	assert_int_equal(mdr_upgrade_download(w.c, &w.u, &how, &got, &w.err), MDR_OK);
	assert_memory_equal(w.s.last, MIRROR, strlen(MIRROR));
	assert_int_equal(check(&w, -1), MDR_UPGRADE_DOWNLOADED);
	assert_int_equal(w.u.result_status, 206);
	finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_declined),
		cmocka_unit_test(test_many_declined),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_download),
		cmocka_unit_test(test_download_by_delta),
		cmocka_unit_test(test_stores),
		cmocka_unit_test(test_updating),
	};

	return cmocka_run_group_tests_name("resolve/upgrade", tests, NULL, NULL);
}
