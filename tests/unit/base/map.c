#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"

static void test_semantics(void **state)
{
	struct map m = MAP_INIT;
	int one, two;

	assert_null(map_get(&m, SLICE("a")));
	assert_null(map_put(&m, SLICE("a"), &one));
	assert_ptr_equal(map_put(&m, SLICE("a"), &two), &one);
	assert_ptr_equal(map_get(&m, SLICE("a")), &one);
	map_set(&m, SLICE("a"), &two);
	assert_ptr_equal(map_get(&m, SLICE("a")), &two);
	assert_int_equal(m.n, 1);
	assert_null(map_put(&m, slice_of(NULL), &one));
	assert_ptr_equal(map_get(&m, SLICE("")), &one);
	map_release(&m);
	assert_null(map_get(&m, SLICE("a")));
}

/* Keys that differ little, in length, in zero bytes or in one place only. */
static void test_close_keys(void **state)
{
	static const char zeros[64];
	static int values[65];
	struct map m = MAP_INIT;

	for (size_t n = 0; n <= 64; n++)
		assert_null(map_put(&m, slice_bytes(zeros, n), &values[n]));
	for (size_t n = 0; n <= 64; n++)
		assert_ptr_equal(map_get(&m, slice_bytes(zeros, n)), &values[n]);
	map_release(&m);
}

/* Families of keys that weak hashes put into few places. Each must cost about what any other costs: the bound is a
 * hundred times the usual time. */
static void test_families(void **state)
{
	static const struct {
		const char *before, *behind; /* the number; NULL: the number's bytes alone */
	} families[] = {
		{ "", "" },           { "k", "000000000000000" }, { "000000000000000", "" },
		{ "", "-same-tail" }, { NULL, NULL },
	};
	enum { KEYS = 20000 };

	for (size_t f = 0; f < COUNT(families); f++) {
		struct arena mem = ARENA_INIT;
		struct map m = MAP_INIT;
		clock_t start = clock();

		print_message("family %zu\n", f);
		for (size_t i = 1; i <= KEYS; i++) {
			uint64_t number = (uint64_t)i << 32;
			char text[64];
			struct slice key = slice_bytes(&number, sizeof(number));

			if (families[f].before)
				key = slice_bytes(text, (size_t)snprintf(text, sizeof(text), "%s%zu%s", families[f].before, i,
									 families[f].behind));
			assert_null(map_put(&m, arena_copy(&mem, key), (void *)(uintptr_t)i));
			assert_int_equal((uintptr_t)map_get(&m, key), i);
		}
		assert_int_equal(m.n, KEYS);
		assert_true(clock() - start < CLOCKS_PER_SEC);
		map_release(&m);
		arena_release(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_semantics),
		cmocka_unit_test(test_close_keys),
		cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
