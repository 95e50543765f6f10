#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		bool valid;
		size_t codepoints;
	} cases[] = {
		{ "", true, 0 },
		{ "aZ\x7f", true, 3 },
		{ "\xc2\x80\xdf\xbf", true, 2 },
		{ "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", true, 4 },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true, 2 },
		{ "\x80", false, 1 },
		{ "\xc0\x80", false, 2 }, /* overlong */
		{ "\xc1\xbf", false, 2 },
		{ "\xe0\x9f\xbf", false, 3 },
		{ "\xf0\x8f\xbf\xbf", false, 4 },
		{ "\xed\xa0\x80", false, 3 }, /* surrogates */
		{ "\xed\xbf\xbf", false, 3 },
		{ "\xf4\x90\x80\x80", false, 4 }, /* above U+10FFFF */
		{ "\xf8\x88\x80\x80\x80", false, 5 },
		{ "\xff", false, 1 },
		{ "\xc3", false, 1 }, /* cut off */
		{ "\xe2\x82", false, 2 },
		{ "\xf0\x9f\x98", false, 3 },
		{ "\xc3(", false, 2 },
		{ "\xe2\x82\xc3\xa4", false, 3 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(text_is_utf8(slice_of(cases[i].text)), cases[i].valid);
		assert_int_equal(text_codepoints(slice_of(cases[i].text)), cases[i].codepoints);
	}
	assert_true(text_is_utf8(slice_bytes("a\0b", 3)));
}

static void test_next(void **state)
{
	uint32_t cp = 0;

	assert_int_equal(text_next(&cp, SLICE("\xf0\x9f\x98\x80x")), 4);
	assert_int_equal(cp, 0x1f600);
	assert_int_equal(text_next(&cp, slice_bytes("", 1)), 1);
	assert_int_equal(cp, 0);
	assert_int_equal(text_next(&cp, SLICE("")), 0);
}

static void test_name(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "a", true },   { "9", true },          { "A-b_c.9", true }, { "", false },
		{ ".a", false }, { "-a", false },        { "_a", false },     { "a b", false },
		{ "a/", false }, { "a\xc3\xa4", false }, { "a..b", true },    { "a@", false },
		{ "a[", false }, { "a`", false },        { "a{", false },     { "a:", false },
	};
	char longest[66];

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(text_is_name(slice_of(cases[i].text)), cases[i].good);
	}
	memset(longest, 'a', sizeof(longest));
	assert_true(text_is_name(slice_bytes(longest, 64)));
	assert_false(text_is_name(slice_bytes(longest, 65)));
	assert_false(text_is_name(slice_bytes("a\0", 2)));
}

static void test_fold(void **state)
{
	struct arena a = ARENA_INIT;

	assert_true(slice_eqs(text_fold(&a, SLICE("@AZ[`az{\xc3\x84")), "@az[`az{\xc3\x84"));
	assert_int_equal(text_fold(&a, slice_of(NULL)).n, 0);
	arena_release(&a);
}

static void test_nearest(void **state)
{
	static const struct slice names[] = {
		SLICE("percent"), SLICE("publishedAt"), SLICE("rules"), SLICE("id"), SLICE("ID"), SLICE(""), SLICE("x"),
	};
	static const struct {
		const char *word, *want;
	} cases[] = {
		{ "percnt", "percent" },
		{ "prcent", "percent" },
		{ "pecrent", "percent" },
		{ "Percent", "percent" },
		{ "percentt", "percent" },
		{ "prcnt", "" },
		{ "PERCNT", "" },
		{ "PERCENT", "percent" },
		{ "publishdat", "publishedAt" },
		{ "rule", "rules" },
		{ "rulse", "rules" },
		{ "di", "id" },
		{ "iD", "id" },
		{ "Id", "id" },
		{ "ID", "ID" },
		{ "X", "x" },
		{ "y", "" },
		{ "", "" },
		{ "ab", "" },
		{ "ru", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice got = text_nearest(slice_of(cases[i].word), names, COUNT(names));

		print_message("%s: %.*s\n", cases[i].word, SLICE_ARG(got));
		assert_true(slice_eqs(got, cases[i].want));
	}
	assert_int_equal(text_nearest(SLICE("id"), NULL, 0).n, 0);
}

/* Words up to the limit are compared, longer ones are not. */
static void test_nearest_bounds(void **state)
{
	char text[2 * TEXT_NEAREST_MAX];
	struct slice candidate = { text, TEXT_NEAREST_MAX };

	memset(text, 'a', sizeof(text));
	assert_true(slice_eq(text_nearest(slice_bytes(text, TEXT_NEAREST_MAX - 1), &candidate, 1), candidate));
	assert_true(slice_eq(text_nearest(candidate, &candidate, 1), candidate));
	assert_int_equal(text_nearest(slice_bytes(text, TEXT_NEAREST_MAX + 1), &candidate, 1).n, 0);
	candidate.n++;
	assert_int_equal(text_nearest(slice_bytes(text, TEXT_NEAREST_MAX), &candidate, 1).n, 0);
}

static void test_uint(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t want;
	} cases[] = {
		{ "0", true, 0 },   { "007", true, 7 }, { "18446744073709551615", true, UINT64_MAX },
		{ "", false, 0 },   { "-1", false, 0 }, { "18446744073709551616", false, 0 },
		{ "+1", false, 0 }, { " 1", false, 0 }, { "99999999999999999999", false, 0 },
		{ "1a", false, 0 }, { "/", false, 0 },  { ":", false, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t got = 42;

		print_message("%s\n", cases[i].text);
		assert_int_equal(text_uint(&got, slice_of(cases[i].text)), cases[i].good);
		assert_true(got == (cases[i].good ? cases[i].want : 42));
	}
}

static void test_decimal(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
		bool good;
		uint64_t want;
	} cases[] = {
		{ "12.5", 3, true, 12500 },
		{ "12", 3, true, 12000 },
		{ "0.001", 3, true, 1 },
		{ "0.0010", 3, true, 1 },
		{ "0.0011", 3, false, 0 },
		{ "1.0", 0, true, 1 },
		{ "1.1", 0, false, 0 },
		{ "100", 0, true, 100 },
		{ ".5", 3, false, 0 },
		{ "5.", 3, false, 0 },
		{ "", 3, false, 0 },
		{ ".", 3, false, 0 },
		{ "1e3", 3, false, 0 },
		{ "-1", 3, false, 0 },
		{ "1.-1", 3, false, 0 },
		{ "1.2.3", 3, false, 0 },
		{ "1.00x", 1, false, 0 },
		{ "00.50", 1, true, 5 },
		{ "18446744073709551.615", 3, true, UINT64_MAX },
		{ "18446744073709551.616", 3, false, 0 },
		{ "0", 40, true, 0 },
		{ "1", 20, false, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t got = 42;

		print_message("%s\n", cases[i].text);
		assert_int_equal(text_decimal(&got, slice_of(cases[i].text), cases[i].decimals), cases[i].good);
		assert_true(got == (cases[i].good ? cases[i].want : 42));
	}
}

static void test_hex(void **state)
{
	uint8_t out[3] = { 7, 7, 7 };

	assert_true(text_hex(out, 3, SLICE("00af9b")));
	assert_memory_equal(out, "\x00\xaf\x9b", 3);
	assert_false(text_hex(out, 3, SLICE("00af9")));
	assert_false(text_hex(out, 3, SLICE("00af9b00")));
	assert_false(text_hex(out, 3, SLICE("00AF9B")));
	assert_false(text_hex(out, 3, SLICE("11111g")));
	assert_memory_equal(out, "\x00\xaf\x9b", 3);
	assert_true(text_hex(out, 0, SLICE("")));
	assert_true(text_hex_any(out, 3, SLICE("10Af9B")));
	assert_memory_equal(out, "\x10\xaf\x9b", 3);
	assert_false(text_hex_any(out, 3, SLICE("10Af9G")));
	assert_false(text_hex_any(out, 3, SLICE("10Af9")));
	assert_memory_equal(out, "\x10\xaf\x9b", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8), cmocka_unit_test(test_next),    cmocka_unit_test(test_name),
		cmocka_unit_test(test_fold), cmocka_unit_test(test_nearest), cmocka_unit_test(test_nearest_bounds),
		cmocka_unit_test(test_uint), cmocka_unit_test(test_decimal), cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
