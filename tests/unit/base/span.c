/* Lengths of time in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"
#include "base/span.h"

#define DAY 86400

static void test_words(void **state)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} cases[] = {
		{ 0, "0 seconds" },
		{ 1, "1 second" },
		{ 59, "59 seconds" },
		{ 60, "1 minute" },
		{ 61, "1 minute 1 second" },
		{ 599, "9 minutes 59 seconds" },
		{ 659, "10 minutes" },
		{ 3600, "1 hour" },
		{ 7320, "2 hours 2 minutes" },
		{ DAY - 1, "23 hours" },
		{ DAY, "1 day" },
		{ DAY + 3599, "1 day" },
		{ 7 * DAY / 3, "2 days 8 hours" },
		{ -7 * DAY / 3, "2 days 8 hours" },
		{ 10 * DAY - 1, "9 days 23 hours" },
		{ 10 * DAY + 3600, "10 days" },
		{ 365 * (int64_t)DAY, "365 days" },
		{ INT64_MAX, "106751991167300 days" },
		{ INT64_MIN, "106751991167300 days" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char words[SPAN_TEXT];

		print_message("%lld seconds\n", (long long)cases[i].seconds);
		span_format(words, cases[i].seconds);
		assert_string_equal(words, cases[i].words);
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} cases[] = {
		{ "0", 0 },
		{ "0d", 0 },
		{ "90s", 90 },
		{ "15m", 900 },
		{ "12h", 43200 },
		{ "30d", 30 * (int64_t)DAY },
		{ "36500d", SPAN_MAX },
		{ "36501d", -1 },
		{ "876001h", -1 },
		{ "18446744073709551615s", -1 },
		{ "18446744073709551616s", -1 },
		{ "", -1 },
		{ "d", -1 },
		{ "5", -1 },
		{ "-1d", -1 },
		{ "1.5d", -1 },
		{ " 1d", -1 },
		{ "1 d", -1 },
		{ "1w", -1 },
		{ "1dd", -1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = -1;
		bool good = span_parse(&seconds, slice_of(cases[i].text));

		print_message("%s\n", cases[i].text);
		assert_int_equal(good, cases[i].seconds >= 0);
		assert_int_equal(seconds, cases[i].seconds);
	}
	assert_false(span_parse(&(int64_t){ 0 }, (struct slice){ "1\0d", 3 }));
	assert_false(span_parse(&(int64_t){ 0 }, (struct slice){ "1\0", 2 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_parse) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
