#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

/* Pieces of all sizes: aligned, zeroed, apart from each other; also after a reset. */
static void test_pieces(void **state)
{
	struct arena a = ARENA_INIT;

	for (int round = 0; round < 3; round++, arena_reset(&a)) {
		static unsigned char *pieces[600];

		assert_int_equal(a.used, 0);
		for (size_t i = 0; i < COUNT(pieces); i++) {
			size_t n = i % 7 == 0 ? i * 40 : i;

			pieces[i] = arena_alloc(&a, n);
			assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
			for (size_t k = 0; k < n; k++)
				assert_int_equal(pieces[i][k], 0);
			memset(pieces[i], (int)(i % 255 + 1), n);
			arena_str(&a, SLICE("odd"));
		}
		for (size_t i = 0; i < COUNT(pieces); i++)
			for (size_t k = 0; k < (i % 7 == 0 ? i * 40 : i); k++)
				assert_int_equal(pieces[i][k], i % 255 + 1);
	}
	arena_release(&a);
	assert_null(a.blocks);
}

static void test_large(void **state)
{
	struct arena a = ARENA_INIT;
	char *small = arena_str(&a, SLICE("small")), *large = arena_alloc(&a, (size_t)3 << 20);

	large[0] = large[((size_t)3 << 20) - 1] = 'x';
	assert_string_equal(small, "small");
	assert_string_equal(arena_str(&a, SLICE("next")), "next");
	arena_reset(&a);
	assert_string_equal(arena_str(&a, SLICE("again")), "again");
	arena_release(&a);

	large = arena_alloc(&a, (size_t)3 << 20); /* the first piece of an arena */
	large[1] = 'x';
	arena_reset(&a);
	assert_int_equal(*(char *)arena_alloc(&a, 1), 0);
	arena_release(&a);
}

static void test_copies(void **state)
{
	struct arena a = ARENA_INIT;
	struct slice s = arena_copy(&a, slice_bytes("a\0b", 3));

	assert_memory_equal(s.p, "a\0b", 4);
	assert_int_equal(s.n, 3);
	assert_string_equal(arena_str(&a, slice_of(NULL)), "");
	s = arena_printf(&a, "%s-%0500d", "x", 7);
	assert_int_equal(s.n, 502);
	assert_int_equal(s.p[502], 0);
	assert_int_equal(arena_printf(&a, "%s", "").n, 0);
	arena_release(&a);
}

static void test_try(void **state)
{
	static const struct {
		size_t count, size;
		bool fits; /* beside the 10 of 100 bytes that are used */
	} cases[] = {
		{ 0, 8, true },
		{ 90, 1, true },
		{ 91, 1, false },
		{ 9, 10, true },
		{ 10, 10, false },
		{ SIZE_MAX, 2, false },
		{ SIZE_MAX / 2, 2, false },
		{ 1, SIZE_MAX, false },
		{ SIZE_MAX / 2 + 1, 2, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;

		print_message("%zu x %zu\n", cases[i].count, cases[i].size);
		a.limit = 100;
		assert_non_null(arena_alloc(&a, 10));
		assert_int_equal(arena_try(&a, cases[i].count, cases[i].size) != NULL, cases[i].fits);
		assert_true(a.used <= 100);
		a.limit = 0;
		if (cases[i].count >= SIZE_MAX / 2)
			assert_null(arena_try(&a, cases[i].count, cases[i].size));
		arena_release(&a);
	}
}

static void test_try_copy(void **state)
{
	struct arena a = ARENA_INIT;
	struct slice out = SLICE("old");

	a.limit = 4;
	assert_false(arena_try_copy(&out, &a, SLICE("abcd")));
	assert_true(slice_eqs(out, "old"));
	assert_true(arena_try_copy(&out, &a, SLICE("abc")));
	assert_string_equal(out.p, "abc");
	assert_false(arena_try_copy(&out, &a, SLICE("")));
	assert_non_null(arena_alloc(&a, 9)); /* heeds no limit, but what it hands out counts */
	assert_null(arena_try(&a, 1, 1));
	arena_release(&a);
}

static void test_push(void **state)
{
	struct arena a = ARENA_INIT;
	size_t n = 0, cap = 0;
	uint64_t *v = NULL;

	for (uint64_t i = 0; i < 5000; i++)
		ARENA_PUSH(&a, v, n, cap, i * i);
	assert_int_equal(n, 5000);
	assert_true(cap >= n && cap <= 2 * n);
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(v[i], i * i);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_large),    cmocka_unit_test(test_copies),
		cmocka_unit_test(test_try),    cmocka_unit_test(test_try_copy), cmocka_unit_test(test_push),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
