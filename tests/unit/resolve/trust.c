#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "demo.h"

#define DEVICE "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"user-1\"}"

/* Refreshes and answers with a new client over the stored state: the code, and the message in *err. */
static enum mdr_code visit(struct tree *t, int64_t now, struct mdr_error *err)
{
	struct mdr_client *c;
	enum mdr_code code = tree_open_as(&c, t, APP, tree_find(t, "metadata/1.root.json")->data, err);

	if (!code)
		code = mdr_refresh(c, now, err);
	if (!code) {
		char *answer = tree_answer(c, DEVICE, now, MDR_ALL, 0, err);

		code = err->code;
		free(answer);
	}
	mdr_close(c);
	return code;
}

static void expect(struct tree *t, int64_t now, enum mdr_code code, const char *text)
{
	struct mdr_error err;
	enum mdr_code found = visit(t, now, &err);

	if (found != code || (text && !strstr(err.text, text)))
		print_message("code %d: %s\n", (int)found, err.text);
	assert_int_equal(found, code);
	if (text)
		assert_non_null(strstr(err.text, text));
}

static void test_good(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	assert_null(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_STATELESS);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	assert_int_equal(t.fetches, 4); /* timestamp, 2.root, snapshot, targets */
	assert_int_equal(t.stores, 0);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_OK);
	assert_int_equal(t.fetches, 9); /* two indexes, a manifest, a page, an answer */
	assert_int_equal(t.stores, 2);

	t.fetches = 0;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(t.fetches, 1); /* the one-request check */
	assert_int_equal(t.stores, 2);
	mdr_close(c);

	c = tree_open(&t); /* the same after a restart */
	t.fetches = 0;
	assert_int_equal(mdr_refresh(c, T0 + 1, &err), MDR_OK);
	assert_int_equal(t.fetches, 1);
	mdr_close(c);
	tree_release(&t);
}

/* A refresh that fails half way leaves the client as it was: the trusted tree answers, and is accepted again. */
static void test_half_way(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;
	struct slice old;
	char *answer;

	(void)state;
	demo_tree(&t);
	old = tree_find(&t, "metadata/timestamp.json")->data;
	c = tree_open(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	demo_upgrade(&t, "next");
	tree_publish_next(&t);
	tree_find(&t, "metadata/2.targets.json")->gone = true;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_REFUSED);
	assert_string_equal(err.text, "metadata/2.targets.json: is missing");
	answer = tree_answer(c, DEVICE, T0, MDR_UPGRADE, 0, &err);
	assert_non_null(answer);
	assert_non_null(strstr(answer, "\"guideMemo\":\"new\""));
	free(answer);
	tree_put(&t, "metadata/timestamp.json", old);
	t.fetches = 0;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	assert_int_equal(t.fetches, 1);
	mdr_close(c);
	tree_release(&t);
}

enum damage { FLIP_FIRST, FLIP_MIDDLE, FLIP_LAST, CUT, EXTEND, EMPTY, REMOVE, SWAP, DAMAGES };
static const char *const damage_names[DAMAGES] = { "flip first", "flip middle", "flip last", "cut",
						   "extend",     "empty",       "remove",    "swap" };

static void damage(struct tree *t, struct tree_file *f, enum damage how)
{
	char *copy = arena_alloc(&t->mem, f->data.n + 1);
	size_t n = f->data.n;

	memcpy(copy, f->data.p, n);
	if (how == FLIP_FIRST)
		copy[0] ^= 1;
	if (how == FLIP_MIDDLE)
		copy[n / 2] ^= 1;
	if (how == FLIP_LAST)
		copy[n - 1] ^= 1;
	f->data = (struct slice){ copy, how == CUT ? n - 1 : how == EXTEND ? n + 1 : how == EMPTY ? 0 : n };
	f->gone = how == REMOVE;
	if (how == SWAP)
		f->data = f == &t->v[0] ? t->v[1].data : t->v[0].data;
}

/* Every file × every damage: refused with the file's name, nothing stored; then the good file is taken. */
static void test_tamper(void **state)
{
	struct tree t;
	size_t read = 0;

	(void)state;
	demo_tree(&t);
	for (size_t i = 0; i < t.n; i++) {
		struct tree_file good = t.v[i];

		if (strstr(good.path, "root.json") || strstr(good.path, "filter.bin"))
			continue; /* the trusted root is not read from the tree; a page's loss is told in the answer */
		read++;
		for (int how = 0; how < DAMAGES; how++) {
			print_message("%s: %s\n", good.path, damage_names[how]);
			t.has_blob[0] = t.has_blob[1] = false;
			t.stores = 0;
			damage(&t, &t.v[i], (enum damage)how);
			expect(&t, T0, MDR_REFUSED, good.path);
			assert_int_equal(t.stores, 0);
			t.v[i] = good;
			expect(&t, T0, MDR_OK, NULL);
			assert_int_equal(t.stores, 2);
		}
		t.down = good.path;
		t.has_blob[0] = t.has_blob[1] = false;
		expect(&t, T0, MDR_UNREACHABLE, good.path);
		t.down = NULL;
	}
	assert_int_equal(read, 7);
	t.endless = true;
	expect(&t, T0, MDR_REFUSED, "metadata/timestamp.json: is longer than 16384 bytes");
	tree_release(&t);
}

static void test_expired(void **state)
{
	static const struct {
		enum tuf_type type;
		const char *text;
	} cases[] = {
		{ TUF_ROOT, "metadata/1.root.json: expired at 2026-11-21T08:00:00Z" },
		{ TUF_TARGETS, "metadata/1.targets.json: expired at 2026-11-21T08:00:00Z" },
		{ TUF_SNAPSHOT, "metadata/1.snapshot.json: expired at 2026-11-21T08:00:00Z" },
		{ TUF_TIMESTAMP, "metadata/timestamp.json: expired at 2026-11-21T08:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tree t;

		print_message("%s\n", cases[i].text);
		demo_tree(&t);
		t.spec.expires[cases[i].type] = T0;
		tree_write_root(&t);
		tree_publish(&t);
		expect(&t, T0, MDR_EXPIRED, cases[i].text);
		assert_int_equal(t.stores, 0);
		expect(&t, T0 - 1, MDR_OK, NULL);
		expect(&t, T0, MDR_EXPIRED, cases[i].text); /* also when it was trusted before */
		tree_release(&t);
	}
}

/* The clock never goes back behind the largest `now` of a successful refresh, over restarts. */
static void test_clock(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0 + 6 * DAY, MDR_OK, NULL);
	tree_publish_next(&t);
	t.spec.expires[TUF_TIMESTAMP] = T0 + 5 * DAY;
	tree_publish_next(&t);
	expect(&t, T0, MDR_EXPIRED, "metadata/timestamp.json");
	t.spec.expires[TUF_TIMESTAMP] = T0 + 7 * DAY;
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

static void test_older(void **state)
{
	struct tree t;
	struct slice old;

	(void)state;
	demo_tree(&t);
	old = tree_find(&t, "metadata/timestamp.json")->data;
	expect(&t, T0, MDR_OK, NULL);
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);
	t.stores = 0;
	tree_put(&t, "metadata/timestamp.json", old);
	expect(&t, T0, MDR_OLDER, "metadata/timestamp.json: version 1 is older than the trusted 2");

	t.spec.version[TUF_SNAPSHOT] = 1;
	t.spec.version[TUF_TIMESTAMP] = 3;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER, "metadata/timestamp.json: version 1 of the snapshot is older than the trusted 2");

	t.spec.version[TUF_SNAPSHOT] = 3;
	t.spec.version[TUF_TARGETS] = 1;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER,
	       "metadata/3.snapshot.json: version 1 of role \"targets\" is older than the trusted 2");
	assert_int_equal(t.stores, 0);

	t.spec.version[TUF_TARGETS] = 2;
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

/* A timestamp of the trusted version with other bytes is ignored, not followed. */
static void test_same_version(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;
	char *answer;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	demo_upgrade(&t, "other");
	t.spec.version[TUF_TARGETS] = t.spec.version[TUF_SNAPSHOT] = 2;
	tree_publish(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	answer = tree_answer(c, DEVICE, T0, MDR_UPGRADE, 0, &err);
	assert_non_null(strstr(answer, "\"guideMemo\":\"new\""));
	free(answer);
	mdr_close(c);
	tree_release(&t);
}

static void test_versions_and_names(void **state)
{
	struct tree t;
	struct slice second;

	(void)state;
	demo_tree(&t);
	tree_publish_next(&t);
	second = tree_find(&t, "metadata/2.snapshot.json")->data;
	t.spec.version[TUF_TIMESTAMP] = 3;
	t.spec.version[TUF_SNAPSHOT] = 1;
	tree_publish(&t); /* timestamp 3 names snapshot 1 … */
	tree_put(&t, "metadata/1.snapshot.json", second);
	expect(&t, T0, MDR_REFUSED, "metadata/1.snapshot.json: has another SHA-256 than the signed one");
	tree_release(&t);
}

static void test_wrong_root(void **state)
{
	struct tree t, other;
	struct mdr_client *c;
	struct mdr_error err;
	struct slice root;

	(void)state;
	demo_tree(&t);
	demo_tree(&other);
	memset(other.spec.seed, 9, sizeof(other.spec.seed));
	other.spec.seed[TUF_TARGETS] = 10;
	other.spec.seed[TUF_SNAPSHOT] = 11;
	other.spec.seed[TUF_TIMESTAMP] = 12;
	tree_write_root(&other);
	root = tree_find(&other, "metadata/1.root.json")->data;
	assert_int_equal(tree_open_as(&c, &t, APP, root, &err), MDR_OK);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_REFUSED);
	assert_string_equal(err.text,
			    "metadata/timestamp.json: is not signed by enough of the keys that the root names");
	mdr_close(c);

	assert_int_equal(tree_open_as(&c, &t, APP, SLICE("{}"), &err), MDR_REFUSED);
	assert_null(c);
	assert_non_null(strstr(err.text, "the trusted root: "));
	assert_int_equal(tree_open_as(&c, &t, APP, tree_find(&t, "metadata/timestamp.json")->data, &err), MDR_REFUSED);

	/* State that began with another root is no measure, and gives no trust. */
	expect(&t, T0, MDR_OK, NULL);
	assert_int_equal(tree_open_as(&c, &t, APP, root, &err), MDR_OK);
	assert_null(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_STATELESS);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_REFUSED);
	mdr_close(c);
	tree_release(&t);
	tree_release(&other);
}

static void test_other_app(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	assert_int_equal(tree_open_as(&c, &t, "OTHER-default", tree_find(&t, "metadata/1.root.json")->data, &err),
			 MDR_OK);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_REFUSED);
	assert_string_equal(err.text,
			    "metadata/timestamp.json: is of app \"DEMO01-default\", not of \"OTHER-default\"");
	assert_int_equal(t.stores, 0);
	mdr_close(c);

	expect(&t, T0, MDR_OK, NULL);
	assert_int_equal(tree_open_as(&c, &t, "OTHER-default", tree_find(&t, "metadata/1.root.json")->data, &err),
			 MDR_STORAGE);
	tree_release(&t);
}

/* --- rotation ------------------------------------------------------------------------------------------------------------ */

static void rotate(struct tree *t, enum tuf_type type, uint8_t seed)
{
	t->spec.old_root = type == TUF_ROOT ? t->spec.seed[TUF_ROOT] : 0;
	t->spec.seed[type] = seed;
	t->spec.version[TUF_ROOT]++;
	tree_write_root(t);
	t->spec.old_root = 0;
}

static void test_rotation(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	rotate(&t, TUF_ROOT, 21);
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);
	rotate(&t, TUF_ROOT, 22);
	rotate(&t, TUF_TARGETS, 23);
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);

	t.spec.seed[TUF_ROOT] = 30; /* not signed by the root before it */
	t.spec.version[TUF_ROOT]++;
	tree_write_root(&t);
	tree_publish_next(&t);
	t.stores = 0;
	expect(&t, T0, MDR_REFUSED, "metadata/5.root.json: is not signed by the threshold of the previous root's keys");
	assert_int_equal(t.stores, 0);
	tree_release(&t);
}

/* A stolen timestamp key drives the version up; the root replaces it, and low versions count again. */
static void test_fast_forward(void **state)
{
	struct tree t;

	(void)state;
	demo_tree(&t);
	t.spec.version[TUF_TIMESTAMP] = 1u << 30;
	t.spec.version[TUF_SNAPSHOT] = 1u << 30;
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	t.spec.version[TUF_TIMESTAMP] = t.spec.version[TUF_SNAPSHOT] = 2;
	tree_publish(&t);
	expect(&t, T0, MDR_OLDER, "metadata/timestamp.json");
	rotate(&t, TUF_TIMESTAMP, 24);
	tree_publish(&t);
	expect(&t, T0, MDR_OK, NULL);
	tree_release(&t);
}

static void test_storage(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	t.store_fails = true;
	expect(&t, T0, MDR_STORAGE, "the state \"trusted\" cannot be stored");
	t.store_fails = false;
	expect(&t, T0, MDR_OK, NULL);
	for (size_t at = 0; at < t.blobs[0].n; at += 97) {
		t.blobs[0].p[at] ^= 4;
		expect(&t, T0, MDR_STORAGE, "the stored state is damaged");
		t.blobs[0].p[at] ^= 4;
	}
	t.blobs[0].n--;
	expect(&t, T0, MDR_STORAGE, "the stored state is damaged");
	t.blobs[0].n++;
	t.blobs[1].p[0] = 'x';
	expect(&t, T0, MDR_STORAGE, "\"clock\" is damaged");

	t.blobs[1].p[0] = '1'; /* without a network the last verified tree answers, as long as objects are at hand */
	c = tree_open(&t);
	t.down = "metadata/timestamp.json";
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_UNREACHABLE);
	free(tree_answer(c, DEVICE, T0, MDR_SWITCH, 0, &err));
	assert_int_equal(err.code, MDR_OK);
	mdr_close(c);
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),         cmocka_unit_test(test_half_way),
		cmocka_unit_test(test_tamper),       cmocka_unit_test(test_expired),
		cmocka_unit_test(test_clock),        cmocka_unit_test(test_older),
		cmocka_unit_test(test_same_version), cmocka_unit_test(test_versions_and_names),
		cmocka_unit_test(test_wrong_root),   cmocka_unit_test(test_other_app),
		cmocka_unit_test(test_rotation),     cmocka_unit_test(test_fast_forward),
		cmocka_unit_test(test_storage),
	};

	return cmocka_run_group_tests_name("resolve/trust", tests, NULL, NULL);
}
