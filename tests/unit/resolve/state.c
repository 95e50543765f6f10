/* What a device keeps: damage, loss and interruption of it. Whose it is: owner.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* of cmocka; the library has one of its own */
#include "resolve/blob.h"
#include "visit.h"

enum damage { FLIP, CUT, EMPTY, FOREIGN, LONG, GONE, DAMAGES };
static const char *const damage_names[DAMAGES] = { "flip", "cut", "empty", "foreign", "long", "gone" };

static void hurt(struct tree *t, const char *name, enum damage how, size_t at)
{
	struct store_entry *e = store_find(&t->store, name);

	assert_non_null(e);
	switch (how) {
	case FLIP:
		e->bytes.p[at % e->bytes.n] ^= 4;
		break;
	case CUT:
		strbuf_truncate(&e->bytes, at % e->bytes.n);
		break;
	case EMPTY:
		strbuf_truncate(&e->bytes, 0);
		break;
	case FOREIGN:
		strbuf_truncate(&e->bytes, 0);
		strbuf_adds(&e->bytes, "<html>It works!</html>");
		break;
	case LONG:
		for (size_t i = 0; i < at % 64 + 1; i++)
			strbuf_addch(&e->bytes, '\0');
		break;
	default:
		e->there = false;
	}
}

/* Damage to either of the two blobs, in any way: nothing fails, the older tree is refused, the tree itself is taken. */
static void test_damage(void **state)
{
	static const char *const names[] = { "floor", "trusted" };
	struct store whole = { .changes = 0 };
	struct tree t;
	struct slice old = second_edition(&t);

	(void)state;
	store_copy(&whole, &t.store);
	for (size_t i = 0; i < COUNT(names); i++) {
		for (int how = 0; how < DAMAGES; how++) {
			size_t n = store_find(&whole, names[i])->bytes.n;

			print_message("%s: %s\n", names[i], damage_names[how]);
			for (size_t at = 0; at < (how == FLIP || how == CUT ? n : 1); at += 1 + n / 40) {
				store_copy(&t.store, &whole);
				hurt(&t, names[i], (enum damage)how, at);
				replay(&t, old, MDR_OLDER, OLDER);
				expect(&t, T0, MDR_OK, NULL);
				replay(&t, old, MDR_OLDER, OLDER);
			}
		}
	}
	store_release(&whole);
	tree_release(&t);
}

/* Both lost: it is a first contact, and the older tree is one like any other. */
static void test_both_lost(void **state)
{
	struct tree t;
	struct slice old = second_edition(&t);
	enum mdr_code code;

	(void)state;
	hurt(&t, "floor", FLIP, 40);
	hurt(&t, "trusted", FLIP, 1000);
	assert_null(visit_offline(&t, &code));
	assert_int_equal(code, MDR_STATELESS);
	replay(&t, old, MDR_OK, NULL);
	tree_release(&t);
}

/* Without the files there is nothing to answer from; the floor alone refuses, and names what is lower. */
static void test_floor_alone(void **state)
{
	struct tree t;
	enum mdr_code code;

	(void)state;
	second_edition(&t);
	lose(&t, "trusted");
	assert_null(visit_offline(&t, &code));
	assert_int_equal(code, MDR_STATELESS);

	t.spec.version[TUF_TIMESTAMP] = 3; /* which names the snapshot before the last one */
	t.spec.version[TUF_SNAPSHOT] = 1;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER, "metadata/timestamp.json: version 1 of the snapshot is older than the trusted 2");
	t.spec.version[TUF_SNAPSHOT] = 3;
	t.spec.version[TUF_TARGETS] = 1;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER,
	       "metadata/3.snapshot.json: version 1 of role \"targets\" is older than the trusted 2");
	t.spec.version[TUF_TARGETS] = 2;
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

/* A root that was trusted and is hidden now would bring back keys that it revoked. */
static void test_floor_of_roots(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	rotate(&t, TUF_ROOT, 21);
	rotate(&t, TUF_ROOT, 22);
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);
	lose(&t, "trusted");
	tree_find(&t, "metadata/3.root.json")->gone = true;
	t.spec.version[TUF_TIMESTAMP]++;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER, "metadata/3.root.json: is missing; it was trusted before");
	tree_find(&t, "metadata/3.root.json")->gone = false;
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

/* The time seen lies in the floor: with it goes the clock, and nothing else. */
static void test_clock(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0 + 6 * DAY, MDR_OK, NULL);
	lose(&t, "trusted");
	t.spec.expires[TUF_TIMESTAMP] = T0 + 5 * DAY;
	tree_publish_next(&t);
	expect(&t, T0, MDR_EXPIRED, "metadata/timestamp.json");
	lose(&t, "floor");
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

/* A later `now` alone is stored when it is an hour later; nothing else is, and nothing more. */
static void test_few_writes(void **state)
{
	static const struct {
		int64_t now;
		size_t writes;
	} visits[] = { { 0, 0 },        { 1, 0 },    { 3599, 0 },      { 3600, 1 }, { 3601, 0 },
		       { 2 * 3600, 1 }, { 3600, 0 }, { 6 * 86400, 1 }, { 86400, 0 } };
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	for (size_t i = 0; i < COUNT(visits); i++) {
		print_message("%zu\n", i);
		t.store.changes = 0;
		t.fetches = 0;
		expect(&t, T0 + visits[i].now, MDR_OK, NULL);
		assert_int_equal(t.store.changes, visits[i].writes);
		assert_int_equal(t.fetches, 1);
	}
	tree_release(&t);
}

/* --- rotation frees ------------------------------------------------------------------------------------------------------ */

/* Drives versions up, loses the files (or not), rotates a role's key or none, and publishes low versions again. */
static enum mdr_code recover(enum tuf_type high, int rotated, bool lost)
{
	struct mdr_error err;
	struct tree t;
	enum mdr_code code;

	demo_tree(&t);
	t.spec.version[high] = 1u << 30;
	t.spec.version[TUF_TIMESTAMP] += high != TUF_TIMESTAMP;
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	if (lost)
		lose(&t, "trusted");
	if (rotated >= 0)
		rotate(&t, (enum tuf_type)rotated, 40);
	t.spec.version[high] = 2;
	t.spec.version[TUF_TIMESTAMP] = 3;
	if (high == TUF_TARGETS)
		t.spec.version[TUF_SNAPSHOT] = 2;
	tree_publish(&t);
	code = visit(&t, T0, &err);
	tree_release(&t);
	return code;
}

/* As TUF has it: a new key of timestamp or snapshot frees both and what the snapshot lists; one of targets or root does not. */
static void test_rotation_frees(void **state)
{
	static const struct {
		enum tuf_type high;
		int rotated;
		enum mdr_code code;
	} cases[] = {
		{ TUF_TIMESTAMP, -1, MDR_OLDER },         { TUF_TIMESTAMP, TUF_TIMESTAMP, MDR_OK },
		{ TUF_TIMESTAMP, TUF_SNAPSHOT, MDR_OK },  { TUF_TIMESTAMP, TUF_TARGETS, MDR_OLDER },
		{ TUF_TIMESTAMP, TUF_ROOT, MDR_OLDER },   { TUF_SNAPSHOT, -1, MDR_OLDER },
		{ TUF_SNAPSHOT, TUF_TIMESTAMP, MDR_OK },  { TUF_SNAPSHOT, TUF_SNAPSHOT, MDR_OK },
		{ TUF_SNAPSHOT, TUF_TARGETS, MDR_OLDER }, { TUF_TARGETS, -1, MDR_OLDER },
		{ TUF_TARGETS, TUF_TIMESTAMP, MDR_OK },   { TUF_TARGETS, TUF_SNAPSHOT, MDR_OK },
		{ TUF_TARGETS, TUF_TARGETS, MDR_OLDER },  { TUF_TARGETS, TUF_ROOT, MDR_OLDER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int lost = 0; lost < 2; lost++) {
			print_message("%s is high, key of %s, %s\n", tuf_type_name(cases[i].high),
				      cases[i].rotated < 0 ? "nobody" : tuf_type_name((enum tuf_type)cases[i].rotated),
				      lost ? "files lost" : "files there");
			assert_int_equal(recover(cases[i].high, cases[i].rotated, lost), cases[i].code);
		}
	}
}

/* --- interruption -------------------------------------------------------------------------------------------------------- */

/* What a device answers without a network: an edition's memo is in it, or it knows nothing (NULL). */
static void expect_offline(struct tree *t, const char *one, const char *other)
{
	enum mdr_code code;
	char *answer = visit_offline(t, &code);

	if (!answer) {
		assert_int_equal(code, MDR_STATELESS);
		assert_true(!one || !other);
	} else {
		assert_true((one && strstr(answer, one)) || (other && strstr(answer, other)));
		assert_null(strstr(answer, "incomplete"));
	}
	free(answer);
}

/* Power is lost, or the disk full, at each write of a visit that brings something new: afterwards the device answers as before or anew, by
 * itself; nothing older is taken than what it had; and the tree is taken. */
static void interrupt(bool crash, bool first)
{
	size_t at = 0;
	bool whole = false;

	while (!whole) {
		struct mdr_error err;
		struct tree t;
		struct slice old = { NULL, 0 };

		demo_tree(&t);
		if (!first) {
			expect(&t, T0, MDR_OK, NULL);
			old = tree_find(&t, "metadata/timestamp.json")->data;
			demo_upgrade(&t, "second");
			tree_publish_next(&t);
		}
		t.store.fail_at = ++at;
		t.store.crash = crash;
		t.store.changes = 0;
		whole = visit(&t, T0, &err) == MDR_OK;
		print_message("%s, %s: write %zu\n", crash ? "crash" : "full", first ? "first" : "second", at);
		if (!whole)
			assert_int_equal(err.code, MDR_STORAGE);
		else
			assert_int_equal(t.store.changes, at - 1);
		store_restart(&t.store);
		expect_offline(&t, first ? NULL : "\"new\"", first ? "\"new\"" : "\"second\"");
		expect(&t, T0, MDR_OK, NULL);
		expect_offline(&t, first ? "\"new\"" : "\"second\"", first ? "\"new\"" : "\"second\"");
		if (!first)
			replay(&t, old, MDR_OLDER, OLDER);
		tree_release(&t);
	}
	assert_true(at > 6);
}

static void test_interrupted(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		interrupt(i & 1, i & 2);
}

/* Any two blobs of two editions together: both, the older tree is refused by whichever is newer. */
static void test_mixed_blobs(void **state)
{
	struct store first = { .changes = 0 };
	struct tree t;
	struct slice old;

	(void)state;
	demo_tree(&t);
	old = tree_find(&t, "metadata/timestamp.json")->data;
	expect(&t, T0, MDR_OK, NULL);
	store_copy(&first, &t.store);
	tree_publish_next(&t);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "floor" : "trusted";
		struct store_entry *e;

		print_message("the old %s\n", name);
		expect(&t, T0, MDR_OK, NULL);
		e = store_find(&t.store, name);
		strbuf_reset(&e->bytes);
		strbuf_addslice(&e->bytes, strbuf_slice(&store_find(&first, name)->bytes));
		replay(&t, old, MDR_OLDER, OLDER);
		expect_offline(&t, "\"new\"", "\"new\"");
		expect(&t, T0, MDR_OK, NULL);
		lose(&t, "trusted"); /* the floor was made good, too */
		replay(&t, old, MDR_OLDER, OLDER);
	}
	store_release(&first);
	tree_release(&t);
}

/* Whoever has the keys of timestamp and snapshot can sign two snapshots of one version. With the files of before, the first of them is at
 * hand; what it lists may be below the floor all the same. */
static void test_two_snapshots(void **state)
{
	struct strbuf first = STRBUF_INIT;
	struct store_entry *e;
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	strbuf_addslice(&first, strbuf_slice(&store_find(&t.store, "trusted")->bytes));
	t.spec.version[TUF_TARGETS] = t.spec.version[TUF_TIMESTAMP] = 2;
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	e = store_find(&t.store, "trusted");
	strbuf_release(&e->bytes);
	e->bytes = first;
	t.spec.version[TUF_TARGETS] = 1;
	t.spec.version[TUF_TIMESTAMP] = 3;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER,
	       "metadata/1.snapshot.json: version 1 of role \"targets\" is older than the trusted 2");
	tree_release(&t);
}

/* A checksum that fits says nothing of the files: a root that did not sign itself is damage. */
static void test_unsigned_root(void **state)
{
	struct store_entry *e;
	struct mdr_error err;
	struct tree t;
	char *sig;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	e = store_find(&t.store, "trusted");
	sig = memmem(e->bytes.p, e->bytes.n, "\"sig\":\"", 7);
	assert_non_null(sig);
	sig[7] = sig[7] == '0' ? '1' : '0';
	assert_int_equal(blob_seal(&e->bytes, "mdresolve trust 1\n", t.dg), 0);
	lose(&t, "floor");
	assert_int_equal(visit(&t, T0, &err), MDR_OK);
	tree_release(&t);
}

/* A callback that fails is told, and changes nothing. */
static void test_storage_fails(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct tree t;

	(void)state;
	second_edition(&t);
	t.store.dead = true;
	assert_int_equal(tree_open_as(&c, &t, APP, visit_root(&t), &err), MDR_STORAGE);
	assert_string_equal(err.text, "the state \"floor\" cannot be read");
	assert_null(c);
	t.store.dead = false;

	tree_publish_next(&t);
	c = tree_open(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	t.store.fail_at = 1;
	assert_null(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_STORAGE);
	assert_string_equal(err.text, "the state \"floor\" cannot be stored");
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err)); /* the same client goes on */
	assert_int_equal(err.code, MDR_OK);
	mdr_close(c);
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage),         cmocka_unit_test(test_both_lost),
		cmocka_unit_test(test_floor_alone),    cmocka_unit_test(test_floor_of_roots),
		cmocka_unit_test(test_clock),          cmocka_unit_test(test_few_writes),
		cmocka_unit_test(test_rotation_frees), cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_mixed_blobs),    cmocka_unit_test(test_storage_fails),
		cmocka_unit_test(test_two_snapshots),  cmocka_unit_test(test_unsigned_root),
	};

	return cmocka_run_group_tests_name("resolve/state", tests, NULL, NULL);
}
