#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "publish/httpdate.h"

#define UNTOUCHED INT64_C(-7)

struct date_case {
	const char *text;
	int64_t want; /* UNTOUCHED: refused */
};

/* Each text in a piece of memory that ends where it does. */
static void check(const struct date_case *cases, size_t n, bool (*parse)(int64_t *out, struct slice s))
{
	for (size_t i = 0; i < n; i++) {
		struct slice text = slice_of(cases[i].text);
		char *exact = malloc(text.n + !text.n);
		int64_t got = UNTOUCHED;

		print_message("\"%s\"\n", cases[i].text);
		memcpy(exact, cases[i].text, text.n);
		assert_int_equal(parse(&got, slice_bytes(exact, text.n)), cases[i].want != UNTOUCHED);
		assert_int_equal(got, cases[i].want);
		free(exact);
	}
}

static void test_http(void **state)
{
	static const struct date_case cases[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Sat, 21 Nov 2026 08:00:00 GMT", 1795248000 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Tue, 29 Feb 2028 23:59:59 GMT", 1835481599 },
		{ "Mon, 29 Feb 2027 00:00:00 GMT", UNTOUCHED },
		{ "Sun, 06 Nov 1994 08:49:37 UTC", UNTOUCHED },
		{ "Sun, 06 Nov 1994 08:49:37 GMT ", UNTOUCHED },
		{ "Sun, 06 Nov 1994 08:49:37", UNTOUCHED },
		{ "Son, 06 Nov 1994 08:49:37 GMT", UNTOUCHED },
		{ "Sun, 06 Nov 1994 24:00:00 GMT", UNTOUCHED },
		{ "Sun, 06 nov 1994 08:49:37 GMT", UNTOUCHED },
		{ "Sun, 06 Nov 1994T08:49:37 GMT", UNTOUCHED },
		{ "Sun, 06 Nov-1994 08:49:37 GMT", UNTOUCHED },
		{ "Sun, 6 Nov 1994 08:49:37 GMT", UNTOUCHED },
		{ "Sun,  6 Nov 1994 08:49:37 GMT", UNTOUCHED },
		{ "Sun, 06-Nov-1994 08:49:37 GMT", UNTOUCHED },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", UNTOUCHED },
		{ "Sun Nov  6 08:49:37 1994", UNTOUCHED },
		{ "", UNTOUCHED },
	};

	check(cases, COUNT(cases), httpdate_parse);
}

static void test_iso(void **state)
{
	static const struct date_case cases[] = {
		{ "2026-11-21T08:00:00Z", 1795248000 },
		{ "2026-11-21T08:00:00.000Z", 1795248000 },
		{ "2026-11-21T08:00:00.999999999Z", 1795248000 },
		{ "2026-11-21T16:00:00.5+08:00", 1795248000 },
		{ "2026-11-21T08:00:00.Z", UNTOUCHED },
		{ "2026-11-21T08:00:00.1", UNTOUCHED },
		{ "2026-11-21T08:00:00.1Zx", UNTOUCHED },
		{ "2026-11-21T08:00:00.1 Z", UNTOUCHED },
		{ "2026-11-21T08:00:00,1Z", UNTOUCHED },
		{ "2026-11-21T08:00.00.1Z", UNTOUCHED },
		{ "2026-11-21T08:00:00.1-08:00-08:00", UNTOUCHED },
		{ "2026-11-21", UNTOUCHED },
		{ "", UNTOUCHED },
	};

	check(cases, COUNT(cases), httpdate_parse_iso);
}

static bool retry_after(int64_t *out, struct slice s)
{
	return httpdate_retry_after(out, s, INT64_C(1795248000));
}

static void test_retry_after(void **state)
{
	static const struct date_case cases[] = {
		{ "0", 0 },
		{ "120", 120 },
		{ "86400", RETRY_AFTER_MAX },
		{ "99999999999999999", RETRY_AFTER_MAX },
		{ "Sat, 21 Nov 2026 08:00:30 GMT", 30 },
		{ "Sat, 21 Nov 2026 07:00:00 GMT", 0 },
		{ "Sun, 21 Nov 2027 08:00:00 GMT", RETRY_AFTER_MAX },
		{ "99999999999999999999999", UNTOUCHED },
		{ "-1", UNTOUCHED },
		{ "1.5", UNTOUCHED },
		{ "soon", UNTOUCHED },
		{ "", UNTOUCHED },
	};

	check(cases, COUNT(cases), retry_after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests_name("httpdate", tests, NULL, NULL);
}
