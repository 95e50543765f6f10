/* Which packages stay, and which mdr_clean() removes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include <stdio.h>

#include "wanting.h"

static void put_record(struct test *t, const char *name, const char *text)
{
	json_t *record = json_loads(text, 0, NULL);

	assert_non_null(record);
	assert_int_equal(record_store(t->c, name, record, &t->err), MDR_OK);
	json_decref(record);
}

/* Five packages or parts: named by a service, deep in its record; by the app; a part that becomes one of them; by nobody. */
static void test_clean(void **state)
{
	static const char *const services[] = { "upgrade", "hotpatch", "h5", "quickfix", "ship" };

	(void)state;
	for (size_t i = 0; i < COUNT(services); i++) {
		char names[5][2][MDR_NAME];
		const char *keep[1] = { names[1][0] };
		struct test t;

		setup(&t);
		for (size_t j = 0; j < 5; j++) {
			uint8_t hash[SHA256_SIZE];

			memset(hash, (int)j + 1, sizeof(hash));
			assert_int_equal(packages_note(t.c, hash, &t.err), MDR_OK);
			download_name(names[j][0], hash);
			part_name(names[j][1], "part-", hash);
			strbuf_adds(&store_make(&t.t.store, names[j][j < 3 ? 0 : 1])->bytes, "x");
		}
		put_record(&t, services[i],
			   arena_printf(&t.t.mem, "{\"a\":[1,{\"b\":{\"file\":\"%s\"}}],\"c\":\"%s\"}", names[0][0],
					names[3][0])
				   .p);
		put_record(&t, "switches", arena_printf(&t.t.mem, "{\"K\":\"%s\"}", names[2][0]).p);
		assert_int_equal(mdr_clean(t.c, keep, 1, &t.err), MDR_OK);
		assert_non_null(store_find(&t.t.store, names[0][0]));
		assert_non_null(store_find(&t.t.store, names[1][0]));
		assert_null(store_find(&t.t.store, names[2][0]));
		assert_non_null(store_find(&t.t.store, names[3][1]));
		assert_null(store_find(&t.t.store, names[4][1]));
		t.t.store.changes = 0;
		assert_int_equal(mdr_clean(t.c, keep, 1, &t.err), MDR_OK);
		assert_int_equal(t.t.store.changes, 0);
		assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
		assert_null(store_find(&t.t.store, names[1][0]));
		teardown(&t);
	}
}

/* A record that cannot be read is no reason to remove anything; one that is damaged names nothing. */
static void test_clean_damaged(void **state)
{
	struct test t;
	struct store_entry *e;

	(void)state;
	setup(&t);
	assert_int_equal(get(&t), MDR_OK);
	put_record(&t, "upgrade", arena_printf(&t.t.mem, "{\"package\":\"%s\"}", t.name).p);
	t.t.store.dead = true;
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_STORAGE);
	t.t.store.dead = false;
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
	expect_package(&t);
	t.t.store.fail_at = 1;
	e = store_find(&t.t.store, "upgrade");
	e->bytes.p[e->bytes.n - 1] ^= 1;
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_STORAGE); /* the first removal fails */
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
	assert_null(store_find(&t.t.store, t.name));
	teardown(&t);
}

static void expect_hashes(struct test *t, size_t most)
{
	json_t *record = NULL;

	assert_int_equal(record_load(&record, t->c, PACKAGES, &t->err), MDR_OK);
	assert_in_range(json_array_size(json_object_get(record, "hashes")), 0, most);
	json_decref(record);
}

/* A record that says something else than it should. */
static void test_strange_hashes(void **state)
{
	static const char *const records[] = { "{\"hashes\":[7,\"../x\",\"package-\",{}]}", "{\"hashes\":7}", "[]" };

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct test t;

		setup(&t);
		put_record(&t, PACKAGES, records[i]);
		assert_int_equal(get(&t), MDR_OK);
		expect_package(&t);
		assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
		assert_null(store_find(&t.t.store, t.name));
		expect_hashes(&t, 0);
		teardown(&t);
	}
}

/* The record of names does not grow with what is gone. */
static void test_many_packages(void **state)
{
	struct test t;

	(void)state;
	setup(&t);
	for (size_t i = 0; i < 300; i++) {
		uint8_t hash[SHA256_SIZE] = { (uint8_t)i, (uint8_t)(i >> 8) };

		assert_int_equal(packages_note(t.c, hash, &t.err), MDR_OK);
		assert_int_equal(packages_note(t.c, hash, &t.err), MDR_OK);
	}
	expect_hashes(&t, 64);
	assert_int_equal(get(&t), MDR_OK);
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
	assert_null(store_find(&t.t.store, t.name));
	teardown(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_damaged),
		cmocka_unit_test(test_many_packages),
		cmocka_unit_test(test_strange_hashes),
	};

	return cmocka_run_group_tests_name("resolve/packages", tests, NULL, NULL);
}
