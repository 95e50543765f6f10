#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/entries.h"

static void test_order(void **state)
{
	static const struct {
		const char *given, *want; /* paths with a space between; want NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "t/a", "a" },
		{ "t/a t/b", "a b" },
		{ "t/b t/a", "a b" },
		{ "t/a/b t/a-b t/a", "a a-b a/b" },
		{ "t/\xff t/z t/A", "A z \xff" },
		{ "t/a t/a", NULL },
		{ "t/b t/a t/b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena mem = ARENA_INIT;
		struct diags d = DIAGS_INIT;
		struct entries l = { .mem = &mem, .prefix = 2 };
		struct slice rest = slice_of(cases[i].given), want = slice_of(cases[i].want);

		print_message("%s\n", cases[i].given);
		while (rest.n)
			assert_non_null(entries_add(&l, slice_cut(&rest, ' '), FILE_REGULAR, &d));
		assert_int_equal(entries_finish(&l, &d), cases[i].want ? 0 : -1);
		assert_int_equal(d.errors, cases[i].want ? 0 : 1);
		for (size_t k = 0; cases[i].want && k < l.n; k++) {
			assert_true(slice_eq(l.v[k].rel, slice_cut(&want, ' ')));
			assert_ptr_equal(l.v[k].rel.p, l.v[k].path + 2);
		}
		assert_int_equal(want.n, 0);
		diags_release(&d);
		arena_release(&mem);
	}
}

static void test_bounds(void **state)
{
	struct arena mem = ARENA_INIT;
	struct diags d = DIAGS_INIT;
	struct entries l = { .mem = &mem, .met = ENTRIES_MAX - 2 };

	(void)state;
	assert_int_equal(entries_enter(&l, SLICE("a"), ENTRIES_DEPTH, &d), 0);
	assert_non_null(entries_add(&l, SLICE("a/b"), FILE_REGULAR, &d));
	assert_null(entries_add(&l, SLICE("a/c"), FILE_REGULAR, &d));
	assert_int_equal(entries_enter(&l, SLICE("b"), 0, &d), -1);
	l.met = 0;
	assert_int_equal(entries_enter(&l, SLICE("c"), ENTRIES_DEPTH + 1, &d), -1);
	assert_int_equal(d.errors, 3);
	diags_release(&d);
	arena_release(&mem);
}

static void test_fits(void **state)
{
	struct diags d = DIAGS_INIT;

	(void)state;
	assert_int_equal(entry_fits("a", 5, 5, &d), 0);
	assert_int_equal(entry_fits("a", 6, 5, &d), -1);
	assert_string_equal(d.v[0].text, "the file has 6 bytes; at most 5 are allowed");
	assert_string_equal(d.v[0].at.path, "a");
	diags_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order), cmocka_unit_test(test_bounds),
					    cmocka_unit_test(test_fits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
