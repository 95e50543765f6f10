#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
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

/* Families of keys that weak hashes put into few places. */
static size_t key_of(char out[64], unsigned family, uint64_t i)
{
	uint64_t words[2];

	switch (family) {
	case 0:
		return (size_t)snprintf(out, 64, "%u", (unsigned)i);
	case 1: /* differs in the first word only */
		return (size_t)snprintf(out, 64, "k%u000000000000000", (unsigned)i);
	case 2: /* in the last bytes only */
		return (size_t)snprintf(out, 64, "000000000000000%u", (unsigned)i);
	case 3: /* in the highest bits of a word */
		words[0] = i << 44;
		words[1] = 0;
		break;
	case 4: /* two words of one sum */
		words[0] = i;
		words[1] = UINT64_MAX - i;
		break;
	default: /* two words that are equal */
		words[0] = words[1] = i;
		break;
	}
	memcpy(out, words, sizeof(words));
	return sizeof(words);
}

/* The bound is a hundred times what a family usually takes. */
static void test_families(void **state)
{
	enum { FAMILIES = 6, KEYS = 20000 };

	for (unsigned family = 0; family < FAMILIES; family++) {
		struct arena mem = ARENA_INIT;
		struct map m = MAP_INIT;
		clock_t start = clock();

		print_message("family %u\n", family);
		for (uintptr_t i = 1; i <= KEYS; i++) {
			char text[64];
			struct slice key = slice_bytes(text, key_of(text, family, i));

			assert_null(map_put(&m, arena_copy(&mem, key), (void *)i));
			assert_int_equal((uintptr_t)map_get(&m, key), i);
		}
		assert_int_equal(m.n, KEYS);
		assert_true(clock() - start < CLOCKS_PER_SEC / 2);
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
