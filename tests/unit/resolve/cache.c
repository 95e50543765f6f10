/* What is kept of indexes, manifests, answers and verdicts, and how it is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kept.h"

#define RULE     "{\"element\":\"mobileModel\",\"op\":\"contains\",\"value\":[\"Pixel 8\"]}"
#define INDEXES  2
#define METADATA 4 /* timestamp, 2.root, snapshot, targets */

static char *answer_of(struct tree *t, const char *device, bool offline)
{
	struct mdr_client *c = tree_open(t);
	struct mdr_error err;
	char *answer;

	t->offline = offline;
	assert_int_equal(mdr_refresh(c, T0, &err), offline ? MDR_UNREACHABLE : MDR_OK);
	answer = tree_answer(c, device, T0, MDR_ALL, 0, &err);
	assert_non_null(answer);
	t->offline = false;
	mdr_close(c);
	return answer;
}

/* After a restart the last answer needs no network, whitelists included, and is the same to the byte. */
static void test_offline(void **state)
{
	static const char *const devices[] = {
		DEVICE, "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"nobody\"}"
	};
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(devices); i++) {
		char *online, *offline;

		demo_tree(&t);
		online = answer_of(&t, devices[i], false);
		t.store.changes = 0;
		offline = answer_of(&t, devices[i], true);
		assert_string_equal(online, offline);
		assert_int_equal(strstr(offline, "\"task\":\"beta\"") != NULL, i == 0); /* by the list */
		assert_int_equal(t.store.changes, 0);
		free(online);
		free(offline);
		tree_release(&t);
	}
}

/* What a device did not ask for while there was a network is not there without one: that is said, and the rest still answers. */
static void test_not_at_hand(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct tree t;
	char *answer;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	free(tree_answer(c, DEVICE, T0, MDR_SWITCH, 0, &err));
	t.offline = true;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_UNREACHABLE);
	assert_null(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_UNREACHABLE);
	answer = tree_answer(c, DEVICE, T0, MDR_SWITCH, 0, &err);
	assert_non_null(strstr(answer, "\"DARK\":\"off\""));
	free(answer);
	mdr_close(c);
	tree_release(&t);
}

/* A new edition that changes one index: the other one, and what hangs on it, is not loaded again. */
static void test_unchanged(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	demo_switches(&t, "\"DARK\":[{\"t\":\"1\",\"v\":\"dim\"}]", RULE);
	tree_publish_next(&t);
	t.fetches = 0;
	expect(&t, T0, MDR_OK, NULL);
	assert_int_equal(t.fetches, METADATA + 1);
	t.fetches = 0;
	expect(&t, T0, MDR_OK, NULL);
	assert_int_equal(t.fetches, 1);
	tree_release(&t);
}

/* Each object damaged, cut, exchanged or gone: it alone is fetched again, and is whole in storage afterwards. */
static void test_damage(void **state)
{
	static const char *const endings[] = { "android-upgrade.json", "android-switch.json", "manifest.json",
					       "answer.json" };
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	for (size_t i = 0; i < COUNT(endings); i++) {
		for (int how = 0; how < 5; how++) {
			struct store_entry *e = entry_of(&t, endings[i]);

			print_message("%s %d\n", endings[i], how);
			assert_non_null(e);
			if (how == 0)
				e->bytes.p[e->bytes.n / 2] ^= 1;
			else if (how == 1)
				strbuf_truncate(&e->bytes, e->bytes.n - 1);
			else if (how == 2)
				strbuf_truncate(&e->bytes, 0);
			else if (how == 3)
				strbuf_addch(&e->bytes, ' ');
			else
				e->there = false;
			t.fetches = 0;
			expect(&t, T0, MDR_OK, NULL);
			assert_int_equal(t.fetches, 2);
			t.fetches = 0;
			t.store.changes = 0;
			expect(&t, T0, MDR_OK, NULL);
			assert_int_equal(t.fetches, 1);
			assert_int_equal(t.store.changes, 0);
		}
	}
	tree_release(&t);
}

/* A list or verdicts that are damaged or lost: nothing fails; objects are found all the same, and listed again. */
static void test_lists(void **state)
{
	static const struct {
		const char *name;
		size_t fetches;
	} cases[] = { { "objects", 1 }, { "verdicts", 2 } };
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf good = STRBUF_INIT;

		strbuf_addslice(&good, strbuf_slice(&store_find(&t.store, cases[i].name)->bytes));
		for (size_t at = 0; at <= good.n; at++) {
			struct store_entry *e = store_find(&t.store, cases[i].name);

			if (at < good.n)
				e->bytes.p[at] ^= 0x11;
			else
				e->there = false;
			t.fetches = 0;
			t.store.changes = 0;
			expect(&t, T0, MDR_OK, NULL);
			assert_int_equal(t.fetches, cases[i].fetches);
			assert_int_equal(t.store.changes, 1);
			assert_true(slice_eq(strbuf_slice(&good),
					     strbuf_slice(&store_find(&t.store, cases[i].name)->bytes)));
		}
		strbuf_release(&good);
	}
	tree_release(&t);
}

/* Editions come and go within the bound; what the newest one needs is there. */
static void test_bound(void **state)
{
	struct tree t;
	uint64_t bound;
	enum mdr_code code;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	bound = kept_bytes(&t) * 2;
	for (int i = 0; i < 12; i++) {
		const char *memo = next_edition(&t, i);
		char *answer;

		assert_int_equal(visit_bounded(&t, bound), MDR_OK);
		assert_true(kept_bytes(&t) <= bound);
		answer = visit_offline(&t, &code);
		assert_non_null(strstr(answer, memo));
		free(answer);
	}
	assert_true(kept(&t) > 4);                                       /* as many older ones as have room */
	assert_int_equal(visit_bounded(&t, kept_bytes(&t) - 1), MDR_OK); /* a smaller bound: the oldest goes */
	tree_release(&t);
}

/* The least recently used goes first: the switches, which every edition uses unchanged, stay. */
static void test_least_recent(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	for (int i = 0; i < 6; i++) {
		next_edition(&t, i);
		t.fetches = 0;
		assert_int_equal(visit_bounded(&t, kept_bytes(&t) + 1), MDR_OK);
		assert_int_equal(t.fetches, METADATA + 3); /* index, manifest, answer */
		assert_non_null(entry_of(&t, "android-switch.json"));
	}
	tree_release(&t);
}

/* Where nothing has room, nothing is kept, and everything works; no write is made for it either. */
static void test_no_room(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	assert_int_equal(visit_bounded(&t, 1), MDR_OK);
	assert_int_equal(kept(&t), 0);
	t.store.changes = 0;
	t.fetches = 0;
	assert_int_equal(visit_bounded(&t, 1), MDR_OK);
	assert_int_equal(t.store.changes, 0);
	assert_int_equal(t.fetches, 1 + INDEXES + 2);
	tree_release(&t);
}

/* One client over several editions: what the last ones used and this one does not makes room, but not what this one has in use without
 * having read it again. */
static void test_one_client(void **state)
{
	struct mdr_client *c;
	struct tree t;
	uint64_t bound;
	enum mdr_code code;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	bound = kept_bytes(&t) + 100;
	c = open_bounded(&t, bound);
	for (int i = 0; i < 9; i++) {
		char word[8];
		char *answer;

		snprintf(word, sizeof(word), "word-%c", 'a' + i);
		if (i % 3)
			demo_upgrade(&t, word);
		else
			demo_switches(&t,
				      arena_printf(&t.mem,
						   "\"KEY\":[{\"if\":[0],\"t\":\"0\",\"v\":\"\"},"
						   "{\"t\":\"1\",\"v\":\"%s\"}]",
						   word)
					      .p,
				      RULE);
		tree_publish_next(&t);
		assert_int_equal(go(c), MDR_OK);
		assert_true(kept_bytes(&t) <= bound);
		answer = visit_offline(&t, &code);
		assert_int_equal(code, MDR_OK);
		assert_non_null(strstr(answer, word));
		free(answer);
	}
	mdr_close(c);
	tree_release(&t);
}

/* What an edition brought that came to no answer is not stored with the next one. */
static void test_no_answer(void **state)
{
	struct tree_file *manifest = NULL;
	struct mdr_client *c;
	struct tree t;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	assert_int_equal(go(c), MDR_OK);
	next_edition(&t, 1);
	for (size_t i = 0; i < t.n; i++)
		manifest = slice_ends(slice_of(t.v[i].path), "manifest.json") ? &t.v[i] : manifest;
	manifest->gone = true; /* its index is there */
	t.fetches = 0;
	assert_int_equal(go(c), MDR_REFUSED);
	assert_int_equal(t.fetches, METADATA + 2);
	next_edition(&t, 2);
	assert_int_equal(go(c), MDR_OK);
	assert_int_equal(kept(&t), 4 + 3);
	mdr_close(c);
	tree_release(&t);
}

/* Power is lost at each write of a visit that removes something: the next one comes to the bound, and there is always an answer. */
static void test_interrupted(void **state)
{
	bool whole = false;

	(void)state;
	for (size_t at = 1; !whole; at++) {
		struct mdr_client *c;
		struct tree t;
		uint64_t bound;
		enum mdr_code code;

		demo_tree(&t);
		expect(&t, T0, MDR_OK, NULL);
		bound = kept_bytes(&t) + 100;
		next_edition(&t, 1);
		c = open_bounded(&t, bound);
		t.store.fail_at = at;
		t.store.crash = true;
		whole = go(c) == MDR_OK;
		mdr_close(c);
		store_restart(&t.store);
		free(visit_offline(&t, &code));
		assert_int_equal(code, MDR_OK);
		assert_int_equal(visit_bounded(&t, bound), MDR_OK);
		assert_true(kept_bytes(&t) <= bound);
		tree_release(&t);
	}
}

/* Many devices over one client: their verdicts alone are not worth a write each. */
static void test_many_devices(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct tree t;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	t.store.changes = 0;
	for (int i = 0; i < 200; i++) {
		char device[128];

		snprintf(device, sizeof(device),
			 "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"many-%d\"}", i);
		free(tree_answer(c, device, T0, MDR_UPGRADE, 0, &err));
		assert_int_equal(err.code, MDR_OK);
	}
	assert_in_range(t.store.changes, 1, 16);
	mdr_close(c);
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offline),      cmocka_unit_test(test_not_at_hand),
		cmocka_unit_test(test_unchanged),    cmocka_unit_test(test_damage),
		cmocka_unit_test(test_lists),        cmocka_unit_test(test_bound),
		cmocka_unit_test(test_least_recent), cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_one_client),   cmocka_unit_test(test_many_devices),
		cmocka_unit_test(test_no_answer),    cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests_name("resolve/cache", tests, NULL, NULL);
}
