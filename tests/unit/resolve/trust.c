#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "visit.h"

#define FIRST_WRITES 8 /* floor, list, two indexes, a manifest, an answer, a verdict, the files */

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
	assert_int_equal(t.store.changes, 0);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(err.code, MDR_OK);
	assert_int_equal(t.fetches, 9); /* two indexes, a manifest, a page, an answer */
	assert_int_equal(t.store.changes, FIRST_WRITES);

	t.fetches = 0;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(t.fetches, 1); /* the one-request check */
	assert_int_equal(t.store.changes, FIRST_WRITES);
	mdr_close(c);

	c = tree_open(&t); /* the same after a restart */
	t.fetches = 0;
	assert_int_equal(mdr_refresh(c, T0 + 1, &err), MDR_OK);
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	assert_int_equal(t.fetches, 1);
	assert_int_equal(t.store.changes, FIRST_WRITES);
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
		assert_int_equal(t.store.changes, 0);
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
	t.store.changes = 0;
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
	assert_int_equal(t.store.changes, 0);

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

/* --- rotation ------------------------------------------------------------------------------------------------------------ */

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
	t.store.changes = 0;
	expect(&t, T0, MDR_REFUSED, "metadata/5.root.json: is not signed by the threshold of the previous root's keys");
	assert_int_equal(t.store.changes, 0);
	tree_release(&t);
}

/* The largest limits are as good as none; as many new roots as are allowed are followed. */
static void test_no_limits(void **state)
{
	struct mdr_config config = { .app = APP, .fetch = tree_fetch };
	struct mdr_limits *l = &config.limits;
	struct mdr_client *c = NULL;
	struct mdr_error err;
	struct tree t;

	(void)state;
	demo_tree(&t);
	config.root = visit_root(&t).p;
	config.root_size = visit_root(&t).n;
	config.fetch_ctx = &t;
	config.storage = store_callbacks(&t.store);
	l->root = l->timestamp = l->snapshot = l->targets = l->object = l->memory = l->cache = UINT64_MAX;
	l->rotations = 1; /* and one that is reached is kept */
	rotate(&t, TUF_ROOT, 21);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mdr_open(&c, &config, &err), MDR_OK);
		assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
		free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
		assert_int_equal(err.code, MDR_OK);
		mdr_close(c);
	}
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),       cmocka_unit_test(test_half_way),
		cmocka_unit_test(test_expired),    cmocka_unit_test(test_clock),
		cmocka_unit_test(test_older),      cmocka_unit_test(test_same_version),
		cmocka_unit_test(test_wrong_root), cmocka_unit_test(test_versions_and_names),
		cmocka_unit_test(test_rotation),   cmocka_unit_test(test_no_limits),
	};

	return cmocka_run_group_tests_name("resolve/trust", tests, NULL, NULL);
}
