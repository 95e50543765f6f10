#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/slice.h"

static void test_compare(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
		bool nocase;
	} cases[] = {
		{ "", "", 0, true },           { "a", "", 1, false },      { "a", "a", 0, true },
		{ "a", "A", 1, true },         { "ab", "abc", -1, false }, { "b", "abc", 1, false },
		{ "\xff", "a", 1, false },     { "[", "{", -1, false },    { "@Az", "@aZ", -1, true },
		{ "\xc4", "\xe4", -1, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice a = slice_of(cases[i].a), b = slice_of(cases[i].b);

		print_message("%s|%s\n", cases[i].a, cases[i].b);
		assert_int_equal(slice_cmp(a, b), cases[i].order);
		assert_int_equal(slice_cmp(b, a), -cases[i].order);
		assert_int_equal(slice_eq(a, b), cases[i].order == 0);
		assert_int_equal(slice_eqs(a, cases[i].b), cases[i].order == 0);
		assert_int_equal(slice_eq_nocase(a, b), cases[i].nocase);
	}
	assert_true(slice_eq(slice_of(NULL), SLICE("")));
	assert_int_equal(slice_cmp(slice_of(NULL), SLICE("a")), -1);
	assert_int_equal(slice_cmp(slice_bytes("a\0b", 3), slice_bytes("a\0a", 3)), 1);
}

static void test_ends(void **state)
{
	static const struct {
		const char *s, *part;
		bool starts, ends;
	} cases[] = {
		{ "", "", true, true },          { "", "a", false, false },       { "abc", "", true, true },
		{ "abc", "ab", true, false },    { "abc", "bc", false, true },    { "abc", "abc", true, true },
		{ "abc", "xabc", false, false }, { "abc", "abcx", false, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s|%s\n", cases[i].s, cases[i].part);
		assert_int_equal(slice_starts(slice_of(cases[i].s), cases[i].part), cases[i].starts);
		assert_int_equal(slice_ends(slice_of(cases[i].s), cases[i].part), cases[i].ends);
	}
}

static void test_sub(void **state)
{
	static const struct {
		size_t start, n;
		const char *want;
	} cases[] = {
		{ 0, 0, "" },
		{ 0, 2, "ab" },
		{ 1, 2, "bc" },
		{ 2, 9, "cd" },
		{ 4, 1, "" },
		{ 5, 1, "" },
		{ SIZE_MAX, SIZE_MAX, "" },
		{ 1, SIZE_MAX, "bcd" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%zu %zu\n", cases[i].start, cases[i].n);
		assert_true(slice_eqs(slice_sub(SLICE("abcd"), cases[i].start, cases[i].n), cases[i].want));
	}
	assert_true(slice_eqs(slice_from(SLICE("abcd"), 3), "d"));
	assert_int_equal(slice_from(SLICE("abcd"), 9).n, 0);
	assert_null(slice_sub((struct slice){ NULL, 0 }, 1, 1).p);
}

static void test_trim(void **state)
{
	static const struct {
		const char *s, *want;
	} cases[] = {
		{ "", "" },
		{ " \t\n\v\f\r", "" },
		{ " a b ", "a b" },
		{ "a", "a" },
		{ "\x1f"
		  "a\x0e",
		  "\x1f"
		  "a\x0e" },
		{ "\xc2\xa0", "\xc2\xa0" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].s);
		assert_true(slice_eqs(slice_trim(slice_of(cases[i].s)), cases[i].want));
	}
	assert_true(slice_eq(slice_trim(slice_bytes(" \0 ", 3)), slice_bytes("\0", 1)));
}

static void test_cut(void **state)
{
	static const struct {
		const char *text, *want; /* the pieces, each in brackets */
	} cases[] = {
		{ "", "[]" }, { "a", "[a]" }, { ",", "[][]" }, { "a,b", "[a][b]" }, { "a,,b,", "[a][][b][]" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char got[64] = "";

		print_message("%s\n", cases[i].text);
		for (struct slice rest = slice_of(cases[i].text); rest.p;) {
			struct slice piece = slice_cut(&rest, ',');

			strcat(got, "[");
			strncat(got, piece.p, piece.n);
			strcat(got, "]");
		}
		assert_string_equal(got, cases[i].want);
	}
}

static void test_find(void **state)
{
	assert_int_equal(slice_find(SLICE("a/b/c"), '/'), 1);
	assert_int_equal(slice_rfind(SLICE("a/b/c"), '/'), 3);
	assert_int_equal(slice_find(SLICE("abc"), '/'), -1);
	assert_int_equal(slice_rfind(SLICE(""), '/'), -1);
	assert_int_equal(slice_find(slice_of(NULL), '\0'), -1);
	assert_int_equal(slice_find(slice_bytes("a\0b", 3), '\0'), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare), cmocka_unit_test(test_ends), cmocka_unit_test(test_sub),
		cmocka_unit_test(test_trim),    cmocka_unit_test(test_cut),  cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
