#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/instant.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
		const char *written;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z" },
		{ "2026-11-21T08:00:00Z", 1795248000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21t08:00:00z", 1795248000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T16:00:00+08:00", 1795248000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T02:30:00-05:30", 1795248000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T08:00:00-00:00", 1795248000, "2026-11-21T08:00:00Z" },
		{ "2000-02-29T00:00:00Z", 951782400, "2000-02-29T00:00:00Z" },
		{ "2024-12-31T23:59:59Z", 1735689599, "2024-12-31T23:59:59Z" },
		{ "2038-01-19T03:14:08Z", 2147483648, "2038-01-19T03:14:08Z" },
		{ "9999-12-31T23:59:59Z", 253402300799, "9999-12-31T23:59:59Z" },
		{ "1969-12-31T23:00:00-01:00", 0, "1970-01-01T00:00:00Z" },
		{ "1970-01-01T00:00:00+00:01", -1, NULL },
		{ "1969-12-31T23:59:59Z", -1, NULL },
		{ "0000-01-01T00:00:00Z", -1, NULL },
		{ "9999-12-31T23:59:59-00:01", -1, NULL },
		{ "2023-02-29T00:00:00Z", -1, NULL },
		{ "2100-02-29T00:00:00Z", -1, NULL },
		{ "2026-04-31T00:00:00Z", -1, NULL },
		{ "2026-13-01T00:00:00Z", -1, NULL },
		{ "2026-00-01T00:00:00Z", -1, NULL },
		{ "2026-01-00T00:00:00Z", -1, NULL },
		{ "2026-01-01T24:00:00Z", -1, NULL },
		{ "2026-01-01T00:60:00Z", -1, NULL },
		{ "2016-12-31T23:59:60Z", -1, NULL },
		{ "2026-01-01T00:00:00.5Z", -1, NULL },
		{ "2026-01-01T00:00:00", -1, NULL },
		{ "2026-01-01 00:00:00Z", -1, NULL },
		{ "2026-01-01T00:00:00+24:00", -1, NULL },
		{ "2026-01-01T00:00:00+00:60", -1, NULL },
		{ "2026-01-01T00:00:00+0800", -1, NULL },
		{ "2026-01-01T00:00:00+08", -1, NULL },
		{ "2026-01-01T00:00:00Z ", -1, NULL },
		{ " 2026-01-01T00:00:00Z", -1, NULL },
		{ "2026-1-01T00:00:00Z", -1, NULL },
		{ "+026-01-01T00:00:00Z", -1, NULL },
		{ "12026-01-01T00:00:00Z", -1, NULL },
		{ "2026-01-01", -1, NULL },
		{ "", -1, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char written[INSTANT_TEXT];
		int64_t t = -1;

		print_message("%s\n", cases[i].text);
		assert_int_equal(instant_parse(&t, slice_of(cases[i].text)), cases[i].want >= 0);
		assert_true(t == cases[i].want);
		if (t < 0)
			continue;
		instant_format(written, t);
		assert_string_equal(written, cases[i].written);
	}
}

/* Against the C library's calendar, in steps that visit all months, leap days and ends of centuries. */
static void test_calendar(void **state)
{
	for (int64_t t = 0; t <= INT64_C(253402300799); t += INT64_C(86400) * 13 + 7919) {
		time_t at = (time_t)t;
		char got[INSTANT_TEXT], want[INSTANT_TEXT];
		struct tm tm;
		int64_t again;

		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
		instant_format(got, t);
		assert_string_equal(got, want);
		assert_true(instant_parse(&again, slice_of(got)) && again == t);
	}
}

static void test_limits(void **state)
{
	char out[INSTANT_TEXT];

	instant_format(out, INT64_MIN);
	assert_string_equal(out, "1970-01-01T00:00:00Z");
	instant_format(out, INT64_MAX);
	assert_string_equal(out, "9999-12-31T23:59:59Z");
	assert_true(instant_now() > 1700000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
