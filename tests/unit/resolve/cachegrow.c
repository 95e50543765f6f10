/* What could let the cache grow, or keep out what is new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* of cmocka; the library has one of its own */
#include "kept.h"
#include "resolve/blob.h"
#include "resolve/client.h"

/* Editions that come to no answer, one after the other, do not take more and more memory. */
static void test_no_answers(void **state)
{
	struct mdr_client *c;
	struct tree t;
	size_t most = 0;

	(void)state;
	demo_tree(&t);
	c = tree_open(&t);
	for (int i = 0; i < 8; i++) {
		size_t waiting = 0;

		next_edition(&t, i);
		for (size_t j = 0; j < t.n; j++)
			t.v[j].gone = t.v[j].gone || slice_ends(slice_of(t.v[j].path), "manifest.json");
		assert_int_equal(go(c), MDR_REFUSED);
		for (size_t j = 0; j < c->cache.n; j++)
			waiting += c->cache.v[j].waits;
		most = waiting > most ? waiting : most;
	}
	assert_in_range(most, 1, 3);
	mdr_close(c);
	tree_release(&t);
}

/* A list as full as it can be of small objects that nothing uses any more makes room for those of today. */
static void test_full_list(void **state)
{
	struct strbuf list = STRBUF_INIT;
	struct tree t;
	enum mdr_code code;
	char *answer;

	(void)state;
	demo_tree(&t);
	blob_begin(&list, "mdresolve objects 1\n");
	for (uint64_t i = 0; i < 4096; i++) {
		for (int part = 0; part < 4; part++)
			blob_add64(&list, i);
		blob_add64(&list, 1);
	}
	assert_int_equal(blob_seal(&list, "mdresolve objects 1\n", t.dg), 0);
	assert_true(store_store(&t.store, "objects", list.p, list.n));
	strbuf_release(&list);
	expect(&t, T0, MDR_OK, NULL);
	expect(&t, T0, MDR_OK, NULL);
	answer = visit_offline(&t, &code);
	assert_int_equal(code, MDR_OK);
	free(answer);
	tree_release(&t);
}

/* An object that is damaged, and cannot be had again before nothing needs it any more, is not left behind. */
static void test_left_behind(void **state)
{
	struct store_entry *e;
	struct mdr_client *c;
	struct mdr_error err;
	struct tree t;
	char name[MDR_NAME];

	(void)state;
	demo_tree(&t);
	expect(&t, T0, MDR_OK, NULL);
	e = entry_of(&t, "android-upgrade.json");
	e->bytes.p[9] ^= 1;
	snprintf(name, sizeof(name), "%s", e->name);
	c = tree_open(&t);
	t.offline = true;
	assert_null(tree_answer(c, DEVICE, T0, MDR_UPGRADE, 0, &err));
	free(tree_answer(c, DEVICE, T0, MDR_SWITCH, 0, &err));
	assert_int_equal(err.code, MDR_OK);
	mdr_close(c);
	t.offline = false;
	next_edition(&t, 1);
	expect(&t, T0, MDR_OK, NULL);
	assert_non_null(store_find(&t.store, name));
	assert_int_equal(visit_bounded(&t, 1), MDR_OK);
	assert_null(store_find(&t.store, name));
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_full_list),
		cmocka_unit_test(test_left_behind),
	};

	return cmocka_run_group_tests_name("resolve/cachegrow", tests, NULL, NULL);
}
