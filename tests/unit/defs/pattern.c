/* Which expressions are taken, what devices get of them, and where the others are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "defs/pattern.h"

static void test_good(void **state)
{
	static const struct {
		const char *text, *out; /* out NULL: the same */
	} cases[] = {
		{ "u-1", NULL },
		{ "\xe7\x94\xa8\xf0\x9f\x98\x80?", NULL },
		{ "()|(|a)|", NULL },
		{ "a{0}b{255}c{1,}d{0,255}e{007}", NULL },
		{ "[-a][a-][-][a-z0-9_-][a-|\\|]", NULL },
		{ "[.*+?(){}|$&~]", NULL },
		{ "[\\]\\[\\^\\-\\\\A-\\]]", NULL },
		{ "\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\", NULL },
		{ "(a*b+){0,255}(c{2,}){3}", NULL },
		{ "a*b*c+", NULL },
		{ "(a|b*)c*", NULL },
		{ "a b~c&&d--e", NULL },
		/* escapes that nothing needs */
		{ "a\\@b\\-c\\_\\/\\~", "a@b-c_/~" },
		{ "[\\@\\.\\&a]", "[@\\.&a]" },
		{ "[\\/-\\:]", "[/-:]" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct pattern_fault fault = { 0, "" };
		struct slice out;
		const char *want = cases[i].out ? cases[i].out : cases[i].text;

		print_message("%s\n", cases[i].text);
		bool good = pattern_read(&out, &fault, slice_of(cases[i].text), &a);
		if (!good)
			print_message("%zu: %s\n", fault.offset, fault.why);
		assert_true(good);
		assert_true(slice_eqs(out, want));
		arena_release(&a);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		const char *why; /* a part of it */
	} cases[] = {
		{ "a\\d", 1, "[0-9]" },
		{ "[a\\w]", 2, "[A-Za-z0-9_]" },
		{ "\xe7\x94\xa8\\s", 3, "[ ]" },
		{ "a\\", 1, "write \\\\" },
		{ "a\\ b", 1, "[ ]" },
		{ "a\\\tb", 1, "[ ]" },
		{ "\\\xe7\x94\xa8", 0, "punctuation" },
		{ "a\tb", 1, "control" },
		{ "a\x7f", 1, "control" },
		{ "a\xc2\x80", 1, "control" },
		{ "a\xc2\xa0_^", 4, "\\^" },
		{ "a$", 1, "\\$" },
		{ "a]", 1, "\\]" },
		{ "a}", 1, "\\}" },
		{ "a{", 1, "\\{" },
		{ "a{}", 1, "\\{" },
		{ "a{,2}", 1, "{0,m}" },
		{ "a{1", 1, "{n,m}" },
		{ "a{1,", 1, "{n,m}" },
		{ "a{1, 2}", 1, "{n,m}" },
		{ "a{256}", 1, "255" },
		{ "a{0,256}", 1, "255" },
		{ "a{4,3}", 1, "above" },
		{ "{2}", 0, "nothing to repeat" },
		{ "(a|*b)", 3, "nothing to repeat" },
		{ "a*?", 2, "lazy" },
		{ "a{2}+", 4, "possessive" },
		{ "a+*", 2, "parentheses" },
		{ "a(b", 1, "never closed" },
		{ "a)b", 1, "closes nothing" },
		{ "(a))", 3, "closes nothing" },
		{ "a(?:b)", 1, "a group" },
		{ "a(*ACCEPT)", 1, "a group" },
		{ "[^a]", 1, "[A-Za-z]" },
		{ "a[]", 1, "empty class" },
		{ "a[b", 1, "does not end" },
		{ "a[-", 1, "does not end" },
		{ "a[b-", 1, "does not end" },
		{ "[b-a]", 1, "above" },
		{ "[\xc3\xa4-z]", 1, "above" },
		{ "[a-b-c]", 4, "\\-" },
		{ "[a[b]]", 2, "\\[" },
		{ "[[.a.]]", 1, "\\[" },
		{ "[[:digit:]]", 1, "by name" },
		{ "[a&&b]", 0, "operators" },
		{ "[\\--a]", 0, "operators" },
		{ "[!-&\\&]", 0, "operators" },
		{ "(a+)+", 4, "endless" },
		{ "((a*){2}b)*", 10, "endless" },
		{ "(a{3,}|b)+", 9, "endless" },
		{ "(x(y(z*)))+", 10, "endless" },
		{ "((((a{255}){255}){255}){255})", 0, "PCRE2" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct pattern_fault fault = { 0, "" };
		struct slice out;

		print_message("%s\n", cases[i].text);
		assert_false(pattern_read(&out, &fault, slice_of(cases[i].text), &a));
		if (!strstr(fault.why, cases[i].why))
			print_message("%s\n", fault.why);
		assert_non_null(strstr(fault.why, cases[i].why));
		assert_int_equal(fault.offset, cases[i].offset);
		arena_release(&a);
	}
}

/* Lengths, and parentheses in each other. */
static void test_limits(void **state)
{
	static const struct {
		size_t n;
		bool nested, good;
	} cases[] = {
		{ PATTERN_MAX, false, true },
		{ PATTERN_MAX + 1, false, false },
		{ 500, true, true },
		{ 502, true, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct pattern_fault fault;
		char *text = arena_alloc(&a, cases[i].n);
		struct slice out;

		print_message("%zu\n", cases[i].n);
		memset(text, cases[i].nested ? '(' : 'a', cases[i].n);
		if (cases[i].nested)
			memset(text + cases[i].n / 2, ')', cases[i].n / 2);
		assert_int_equal(pattern_read(&out, &fault, slice_bytes(text, cases[i].n), &a), cases[i].good);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
