/* The switch service: values that are kept, when the tree is asked again, and who is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "demo.h"

#define POINTER "metadata/timestamp.json"

/* A device with its client. */
struct world {
	struct tree tree;
	struct mdr_client *c;
	struct mdr_attr attrs[3];
	struct mdr_device device;
	struct mdr_error err;
};

static void set_attr(struct world *w, size_t i, const char *name, const char *value)
{
	w->attrs[i] = (struct mdr_attr){ name, value, strlen(name), strlen(value) };
}

/* `text`: "KEY=value KEY=value", in the order of the keys. */
static void put_switches(struct world *w, const char *text)
{
	struct strbuf slots = STRBUF_INIT;

	for (struct slice rest = slice_of(text), each; rest.p && text[0];) {
		each = slice_cut(&rest, ' ');
		strbuf_addf(&slots, "%s\"", slots.n ? "," : "");
		strbuf_addslice(&slots, slice_cut(&each, '='));
		strbuf_adds(&slots, "\":[{\"t\":\"0\",\"v\":\"");
		strbuf_addslice(&slots, each);
		strbuf_adds(&slots, "\"}]");
	}
	w->tree.ntargets = 0;
	if (slots.n)
		tree_index(&w->tree, PLATFORM_ANDROID, KIND_SWITCH,
			   arena_printf(&w->tree.mem,
					DEMO_HEAD DEMO_BASE
					"\"format\":1,\"kind\":\"switch\",\"manifest\":{\"slots\":{%s}},"
					"\"platform\":\"android\"}",
					slots.p));
	strbuf_release(&slots);
}

static void start(struct world *w, const char *text)
{
	*w = (struct world){ .c = NULL };
	tree_init(&w->tree);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		w->tree.spec.expires[i] = T0 + 365 * DAY;
	put_switches(w, text);
	tree_write_root(&w->tree);
	tree_publish(&w->tree);
	set_attr(w, 0, "platform", "android");
	set_attr(w, 1, "userId", "u1");
	w->device = (struct mdr_device){ .attrs = w->attrs, .n = 2 };
	w->c = tree_open(&w->tree);
}

static void publish(struct world *w, const char *text)
{
	put_switches(w, text);
	tree_publish_next(&w->tree);
}

static void finish(struct world *w)
{
	mdr_close(w->c);
	tree_release(&w->tree);
}

static void reopen(struct world *w)
{
	mdr_close(w->c);
	w->c = tree_open(&w->tree);
}

static enum mdr_code refresh(struct world *w, int64_t now, bool force, bool *asked)
{
	const struct mdr_ask ask = { &w->device, now, now };

	w->err = (struct mdr_error){ .code = MDR_OK };
	return mdr_switches_refresh(w->c, &ask, force, asked, &w->err);
}

/* Whether the tree was asked at `now`; it must go well. */
static bool asks(struct world *w, int64_t now)
{
	bool asked;

	if (refresh(w, now, false, &asked))
		fail_msg("%s", w->err.text);
	return asked;
}

static const char *value(struct world *w, const char *key)
{
	return mdr_switch_value(w->c, key, "(default)");
}

/* --- values -------------------------------------------------------------------------------------------------------------- */

static void test_values_are_kept_and_served_without_a_network(void **state)
{
	struct world w;
	bool asked = true;

	(void)state;
	start(&w, "A=1 B=");
	assert_string_equal(value(&w, "A"), "(default)");
	assert_null(mdr_switch_value(w.c, "A", NULL));
	assert_int_equal(mdr_switches_due(w.c), 0);
	assert_true(asks(&w, T0));
	assert_string_equal(value(&w, "A"), "1");
	assert_string_equal(value(&w, "B"), "");
	assert_string_equal(value(&w, "C"), "(default)");
	reopen(&w);
	w.tree.down = POINTER;
	w.tree.fetches = 0;
	assert_string_equal(value(&w, "A"), "1");
	assert_int_equal(mdr_switches_due(w.c), T0 + 1800);
	assert_false(asks(&w, T0 + 1799));
	assert_int_equal(w.tree.fetches, 0);
	assert_int_equal(refresh(&w, T0 + 1800, false, &asked), MDR_UNREACHABLE);
	assert_false(asked);
	assert_string_equal(w.err.text, POINTER ": cannot be fetched");
	assert_string_equal(value(&w, "A"), "1");
	finish(&w);
}

static void test_what_vanishes_falls_back(void **state)
{
	struct world w;

	(void)state;
	start(&w, "A=1 B=2");
	assert_true(asks(&w, T0));
	publish(&w, "B=2");
	assert_string_equal(value(&w, "A"), "1");
	assert_true(asks(&w, T0 + 1800));
	assert_string_equal(value(&w, "A"), "(default)");
	assert_string_equal(value(&w, "B"), "2");
	publish(&w, "");
	assert_true(asks(&w, T0 + 3600));
	assert_string_equal(value(&w, "B"), "(default)");
	finish(&w);
}

static void test_without_storage_values_last_as_long_as_the_client(void **state)
{
	struct mdr_config config = { .app = APP, .fetch = tree_fetch };
	struct world w;
	struct slice root;

	(void)state;
	start(&w, "A=1");
	mdr_close(w.c);
	root = tree_find(&w.tree, "metadata/1.root.json")->data;
	config.root = root.p;
	config.root_size = root.n;
	config.fetch_ctx = &w.tree;
	assert_int_equal(mdr_open(&w.c, &config, &w.err), MDR_OK);
	assert_true(asks(&w, T0));
	assert_string_equal(value(&w, "A"), "1");
	assert_false(asks(&w, T0 + 1));
	finish(&w);
}

static void test_a_damaged_record_is_discarded(void **state)
{
	struct world w;
	struct store_entry *e;
	struct strbuf good = STRBUF_INIT;

	(void)state;
	start(&w, "A=1");
	assert_true(asks(&w, T0));
	e = store_find(&w.tree.store, "switches");
	assert_non_null(e);
	strbuf_addslice(&good, strbuf_slice(&e->bytes));
	for (size_t i = 0; i < good.n; i++) {
		e->bytes.p[i] ^= 1;
		reopen(&w);
		assert_string_equal(value(&w, "A"), "(default)");
		assert_int_equal(mdr_switches_due(w.c), 0);
		e->bytes.p[i] ^= 1;
	}
	for (size_t i = 0; i < good.n; i++) {
		strbuf_truncate(&e->bytes, i);
		reopen(&w);
		assert_string_equal(value(&w, "A"), "(default)");
		strbuf_addslice(&e->bytes, slice_from(strbuf_slice(&good), i));
	}
	reopen(&w);
	assert_string_equal(value(&w, "A"), "1");
	strbuf_release(&good);
	finish(&w);
}

static void test_what_cannot_be_stored_does_not_count(void **state)
{
	struct world w;
	bool asked;

	(void)state;
	start(&w, "A=1");
	assert_true(asks(&w, T0));
	publish(&w, "A=2");
	for (size_t i = 1;; i++) {
		w.tree.store.fail_at = i;
		if (!refresh(&w, T0 + 1800, true, &asked))
			break;
		assert_int_equal(w.err.code, MDR_STORAGE);
		assert_false(asked);
		assert_string_equal(value(&w, "A"), "1");
		w.tree.store.fail_at = 0;
		reopen(&w);
		assert_string_equal(value(&w, "A"), "1");
	}
	w.tree.store.fail_at = 0;
	assert_string_equal(value(&w, "A"), "2");
	finish(&w);
}

/* --- when ---------------------------------------------------------------------------------------------------------------- */

static void test_intervals(void **state)
{
	static const struct {
		const char *value;
		int64_t minutes;
	} cases[] = {
		{ "1", 1 },
		{ "5", 5 },
		{ "43200", 43200 },
		{ "43201", 30 },
		{ "0", 30 },
		{ "-5", 30 },
		{ "5.0", 30 },
		{ "5m", 30 },
		{ "", 30 },
		{ "007", 7 },
		{ "+5", 30 },
		{ "1e3", 30 },
		{ "99999999999999999999", 30 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		char text[64];

		print_message("\"%s\"\n", cases[i].value);
		snprintf(text, sizeof(text), "Load_Config_Interval=%s", cases[i].value);
		start(&w, text);
		assert_true(asks(&w, T0));
		assert_int_equal(mdr_switches_due(w.c), T0 + cases[i].minutes * 60);
		assert_false(asks(&w, T0 + cases[i].minutes * 60 - 1));
		assert_true(asks(&w, T0 + cases[i].minutes * 60));
		finish(&w);
	}
}

static void test_force_and_a_clock_that_was_set_back(void **state)
{
	struct world w;
	bool asked;

	(void)state;
	start(&w, "A=1");
	assert_true(asks(&w, T0 + DAY));
	assert_int_equal(refresh(&w, T0 + DAY + 1, true, &asked), MDR_OK);
	assert_true(asked);
	assert_true(asks(&w, T0));
	assert_false(asks(&w, T0 + 1799));
	assert_true(asks(&w, T0 + 1800));
	assert_true(asks(&w, 0));
	assert_true(asks(&w, -5));
	finish(&w);
}

static void test_another_device_is_asked_for_at_once(void **state)
{
	struct world w;

	(void)state;
	start(&w, "A=1");
	assert_true(asks(&w, T0));
	set_attr(&w, 0, "userId", "u1");
	set_attr(&w, 1, "platform", "android");
	assert_false(asks(&w, T0 + 1)); /* the same in another order */
	set_attr(&w, 0, "userId", "u2");
	assert_string_equal(value(&w, "A"), "1");
	assert_true(asks(&w, T0 + 2));
	assert_false(asks(&w, T0 + 3));
	set_attr(&w, 2, "city", "Berlin");
	w.device.n = 3;
	assert_true(asks(&w, T0 + 4));
	w.device.has_version_code = true;
	assert_true(asks(&w, T0 + 5));
	w.device.version_code = 7;
	assert_true(asks(&w, T0 + 6));
	w.device.has_patch_version_code = true;
	assert_true(asks(&w, T0 + 7));
	reopen(&w);
	assert_false(asks(&w, T0 + 8));
	w.device.n = 2;
	assert_true(asks(&w, T0 + 9));
	finish(&w);
}

/* 60 seconds, doubled with each failure, at most the interval. */
static void test_pauses_after_failures(void **state)
{
	static const struct {
		int64_t at;
		bool fails; /* else nothing is asked */
	} cases[] = {
		{ 1800, true }, { 1859, false }, { 1860, true }, { 1979, false }, { 1980, true },  { 2219, false },
		{ 2220, true }, { 2699, false }, { 2700, true }, { 3659, false }, { 3660, true },  { 5459, false },
		{ 5460, true }, { 7259, false }, { 7260, true }, { 7200, true },  { 7201, false },
	};
	struct world w;
	bool asked;

	(void)state;
	start(&w, "A=1");
	assert_true(asks(&w, T0));
	w.tree.down = POINTER;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%lld\n", (long long)cases[i].at);
		assert_int_equal(refresh(&w, T0 + cases[i].at, false, &asked),
				 cases[i].fails ? MDR_UNREACHABLE : MDR_OK);
		assert_false(asked);
	}
	assert_int_equal(mdr_switches_due(w.c), T0 + 7200 + 1800);
	assert_int_equal(refresh(&w, T0 + 7202, true, &asked), MDR_UNREACHABLE); /* force does not wait */
	set_attr(&w, 1, "userId", "u2");
	assert_int_equal(refresh(&w, T0 + 7203, false, &asked), MDR_UNREACHABLE); /* nor does another device */
	assert_int_equal(refresh(&w, T0 + 7262, false, &asked), MDR_OK);
	w.tree.down = NULL;
	assert_true(asks(&w, T0 + 7263));
	assert_int_equal(mdr_switches_due(w.c), T0 + 7263 + 1800);
	finish(&w);
}

/* --- listeners ----------------------------------------------------------------------------------------------------------- */

struct log {
	struct world *w;
	struct strbuf text;
	const char *name;
	struct log *other;
};

static void note(void *ctx, const char *key, const char *old, const char *now)
{
	struct log *l = ctx;

	strbuf_addf(&l->other->text, "%s:%s %s>%s; ", l->name, key, old ? old : "-", now ? now : "-");
	/* the new values count already */
	assert_string_equal(value(l->w, key), now ? now : "(default)");
}

static void expect_log(struct log *l, const char *wanted)
{
	assert_string_equal(l->text.n ? l->text.p : "", wanted);
	strbuf_reset(&l->text);
}

static void test_listeners_hear_changes_in_the_order_of_keys(void **state)
{
	struct world w;
	struct log any = { .w = &w, .name = "any", .other = &any }, one = { .w = &w, .name = "B", .other = &any };

	(void)state;
	start(&w, "A=1 B=1 a=x");
	assert_int_equal(mdr_switch_listen(w.c, NULL, note, &any), 0);
	assert_int_equal(mdr_switch_listen(w.c, "B", note, &one), 0);
	assert_int_equal(mdr_switch_listen(w.c, "B", note, &one), 0); /* once is enough */
	assert_true(asks(&w, T0));
	expect_log(&any, "any:A ->1; any:B ->1; B:B ->1; any:a ->x; ");
	assert_true(asks(&w, T0 + 1800));
	expect_log(&any, "");
	publish(&w, "AA=5 B=2 C=3 a=x");
	assert_true(asks(&w, T0 + 3600));
	expect_log(&any, "any:A 1>-; any:AA ->5; any:B 1>2; B:B 1>2; any:C ->3; ");
	mdr_switch_unlisten(w.c, NULL, note, &any);
	mdr_switch_unlisten(w.c, "A", note, &one); /* is not there */
	publish(&w, "");
	assert_true(asks(&w, T0 + 5400));
	expect_log(&any, "B:B 2>-; ");
	mdr_switch_unlisten(w.c, "B", note, &one);
	publish(&w, "B=9");
	assert_true(asks(&w, T0 + 7200));
	expect_log(&any, "");
	strbuf_release(&any.text);
	finish(&w);
}

/* Removes all others, itself too, and adds many. */
static void shuffle(void *ctx, const char *key, const char *old, const char *now)
{
	struct log *l = ctx;
	static const char *const keys[] = { "A", "B", "C", "D", "E", "F", "G", "H", "I" };

	note(l, key, old, now);
	mdr_switch_unlisten(l->w->c, NULL, note, l);
	mdr_switch_unlisten(l->w->c, NULL, shuffle, l);
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(mdr_switch_listen(l->w->c, keys[i], note, l), 0);
}

static void recurse(void *ctx, const char *key, const char *old, const char *now)
{
	struct log *l = ctx;
	bool asked = true;

	note(l, key, old, now);
	assert_int_equal(refresh(l->w, T0 + 9999, true, &asked), MDR_CANCELLED);
	assert_string_equal(l->w->err.text, "a listener cannot refresh the switches that it is told of");
	assert_false(asked);
}

static void test_listeners_may_come_and_go_but_not_refresh(void **state)
{
	struct world w;
	struct log l = { .w = &w, .name = "l", .other = &l };

	(void)state;
	start(&w, "A=1 B=1");
	assert_int_equal(mdr_switch_listen(w.c, NULL, shuffle, &l), 0);
	assert_int_equal(mdr_switch_listen(w.c, NULL, note, &l), 0);
	assert_true(asks(&w, T0));
	expect_log(&l, "l:A ->1; ");
	publish(&w, "A=2 B=2 Z=1");
	assert_true(asks(&w, T0 + 1800));
	expect_log(&l, "l:A 1>2; l:B 1>2; ");
	assert_int_equal(mdr_switch_listen(w.c, "Z", recurse, &l), 0);
	publish(&w, "Z=2");
	assert_true(asks(&w, T0 + 3600));
	expect_log(&l, "l:A 2>-; l:B 2>-; l:Z 1>2; ");
	strbuf_release(&l.text);
	finish(&w);
}

static void test_nobody_is_told_of_what_failed(void **state)
{
	struct world w;
	struct log any = { .w = &w, .name = "any", .other = &any };
	bool asked;

	(void)state;
	start(&w, "A=1");
	assert_int_equal(mdr_switch_listen(w.c, NULL, note, &any), 0);
	w.tree.down = POINTER;
	assert_int_equal(refresh(&w, T0, false, &asked), MDR_UNREACHABLE);
	w.tree.down = NULL;
	assert_int_equal(refresh(&w, T0 + 400 * DAY, true, &asked), MDR_EXPIRED);
	w.attrs[0].value_size = 3;
	assert_int_equal(refresh(&w, T0, true, &asked), MDR_DEVICE);
	expect_log(&any, "");
	strbuf_release(&any.text);
	finish(&w);
}

/* A whitelist whose page is away may hide another value: what there is counts, and the tree is asked again after a pause. */
static void test_an_answer_that_may_change_is_asked_for_again_soon(void **state)
{
	struct world w;
	const char *page = NULL;

	(void)state;
	start(&w, "");
	w.tree.ntargets = 0;
	tree_index(&w.tree, PLATFORM_ANDROID, KIND_SWITCH,
		   arena_printf(&w.tree.mem,
				DEMO_HEAD DEMO_BASE
				"\"format\":1,\"kind\":\"switch\",\"manifest\":{\"slots\":{\"A\":[{\"t\":\"0\",\"v\":"
				"\"listed\","
				"\"wl\":[\"beta\"]},{\"t\":\"1\",\"v\":\"other\"}]},\"whitelists\":{%s}},"
				"\"platform\":\"android\"}",
				demo_list(&w.tree)));
	tree_publish_next(&w.tree);
	set_attr(&w, 1, "userId", "user-1");
	for (size_t i = 0; i < w.tree.n; i++) {
		if (strstr(w.tree.v[i].path, "filter.bin"))
			page = w.tree.v[i].path;
	}
	w.tree.down = page;
	assert_true(asks(&w, T0));
	assert_string_equal(value(&w, "A"), "other");
	assert_false(asks(&w, T0 + 59));
	assert_true(asks(&w, T0 + 60));
	w.tree.down = NULL;
	reopen(&w); /* the pause is forgotten with the client */
	assert_true(asks(&w, T0 + 61));
	assert_string_equal(value(&w, "A"), "listed");
	assert_false(asks(&w, T0 + 61 + 1799));
	assert_true(asks(&w, T0 + 61 + 1800));
	finish(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_kept_and_served_without_a_network),
		cmocka_unit_test(test_what_vanishes_falls_back),
		cmocka_unit_test(test_without_storage_values_last_as_long_as_the_client),
		cmocka_unit_test(test_a_damaged_record_is_discarded),
		cmocka_unit_test(test_what_cannot_be_stored_does_not_count),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_force_and_a_clock_that_was_set_back),
		cmocka_unit_test(test_another_device_is_asked_for_at_once),
		cmocka_unit_test(test_pauses_after_failures),
		cmocka_unit_test(test_listeners_hear_changes_in_the_order_of_keys),
		cmocka_unit_test(test_listeners_may_come_and_go_but_not_refresh),
		cmocka_unit_test(test_nobody_is_told_of_what_failed),
		cmocka_unit_test(test_an_answer_that_may_change_is_asked_for_again_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
