/* Whose state it is that a device finds: of its app and its chain of roots, of another app, of another chain, of an earlier or later root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "visit.h"

static enum mdr_code open_with(struct tree *t, const char *app, struct slice root, bool refresh, struct mdr_error *err)
{
	struct mdr_client *c;
	enum mdr_code code = tree_open_as(&c, t, app, root, err);

	if (!code && refresh)
		code = mdr_refresh(c, T0, err);
	if (!code) {
		free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, err));
		code = err->code;
	}
	mdr_close(c);
	return code;
}

/* The state of another app does not count, and does not fail: a tree of the other app is taken whatever its version. */
static void test_other_app(void **state)
{
	struct tree t, other;
	struct mdr_error err;

	(void)state;
	second_edition(&t);
	assert_int_equal(open_with(&t, "OTHER-default", visit_root(&t), false, &err), MDR_STATELESS);
	demo_tree(&other);
	other.ntargets = 0;
	other.spec.app = "OTHER-default";
	tree_publish(&other);
	store_copy(&other.store, &t.store);
	assert_int_equal(open_with(&other, "OTHER-default", visit_root(&other), true, &err), MDR_OK);
	tree_release(&other);
	tree_release(&t);
}

/* Nor does that of another root, whose keys have nothing in common with this one; its clock neither. */
static void test_other_root(void **state)
{
	struct tree t, other;

	(void)state;
	second_edition(&t);
	expect(&t, T0 + 6 * DAY, MDR_OK, NULL);
	demo_tree(&other);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		other.spec.seed[i] = (uint8_t)(50 + i);
	other.spec.expires[TUF_TIMESTAMP] = T0 + 5 * DAY;
	tree_write_root(&other);
	tree_publish(&other);
	store_copy(&other.store, &t.store);
	expect(&other, T0, MDR_OK, NULL);
	tree_release(&other);
	tree_release(&t);
}

/* A new chain of roots that goes on with the old keys of timestamp and snapshot: versions count, those of the old roots do not. */
static void test_new_chain(void **state)
{
	struct tree t, other;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		second_edition(&t);
		rotate(&t, TUF_ROOT, 21);
		tree_publish_next(&t);
		expect(&t, T0, MDR_OK, NULL);
		if (lost)
			lose(&t, "trusted");
		demo_tree(&other);
		other.spec.seed[TUF_ROOT] = 50;
		tree_write_root(&other);
		tree_publish_next(&other);
		store_copy(&other.store, &t.store);
		expect(&other, T0, MDR_OLDER, "metadata/timestamp.json: version 2 is older than the trusted 3");
		tree_publish_next(&other);
		expect(&other, T0, MDR_OK, NULL);
		rotate(&other, TUF_ROOT, 60); /* and it is the new chain that is followed from there on */
		rotate(&other, TUF_TIMESTAMP, 61);
		tree_publish_next(&other);
		expect(&other, T0, MDR_OK, NULL);
		tree_release(&other);
		tree_release(&t);
	}
}

/* An app that comes with a newer root of the same chain keeps what it had, whichever key that root replaced, and also when one of the
 * blobs is lost. */
static void test_newer_root(void **state)
{
	static const enum tuf_type replaced[] = { TUF_TARGETS, TUF_ROOT };
	static const char *const lost[] = { NULL, "trusted", "floor" };
	struct mdr_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(replaced) * COUNT(lost); i++) {
		const char *name = lost[i / COUNT(replaced)];
		struct tree t;
		struct slice old = second_edition(&t);

		print_message("key of %s, lost: %s\n", tuf_type_name(replaced[i % 2]), name ? name : "nothing");
		rotate(&t, replaced[i % 2], 23);
		if (replaced[i % 2] == TUF_TARGETS) { /* else the device has seen no root of these keys */
			tree_publish_next(&t);
			expect(&t, T0, MDR_OK, NULL);
		}
		tree_find(&t, "metadata/timestamp.json")->data = old;
		if (name)
			lose(&t, name);
		assert_int_equal(open_with(&t, APP, tree_find(&t, "metadata/2.root.json")->data, true, &err),
				 MDR_OLDER);
		tree_release(&t);
	}
}

/* One that comes with a newer root than before, but an older one than the device has seen, goes on to that. */
static void test_older_root(void **state)
{
	struct mdr_error err;
	struct slice second;
	struct tree t;

	(void)state;
	demo_tree(&t);
	rotate(&t, TUF_TARGETS, 23);
	rotate(&t, TUF_TIMESTAMP, 24);
	tree_publish_next(&t);
	expect(&t, T0, MDR_OK, NULL);
	lose(&t, "trusted");
	second = tree_find(&t, "metadata/2.root.json")->data;
	tree_find(&t, "metadata/3.root.json")->gone = true;
	t.spec.seed[TUF_TIMESTAMP] = 4; /* revoked by the root that is hidden */
	tree_publish_next(&t);
	assert_int_equal(open_with(&t, APP, second, true, &err), MDR_OLDER);
	assert_string_equal(err.text, "metadata/3.root.json: is missing; it was trusted before");
	tree_find(&t, "metadata/3.root.json")->gone = false;
	assert_int_equal(open_with(&t, APP, second, true, &err), MDR_REFUSED);
	t.spec.seed[TUF_TIMESTAMP] = 24;
	tree_publish(&t);
	assert_int_equal(open_with(&t, APP, second, true, &err), MDR_OK);
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_app),  cmocka_unit_test(test_other_root), cmocka_unit_test(test_new_chain),
		cmocka_unit_test(test_newer_root), cmocka_unit_test(test_older_root),
	};

	return cmocka_run_group_tests_name("resolve/owner", tests, NULL, NULL);
}
