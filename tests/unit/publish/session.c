#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "publish/session.h"

static void test_bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 bytes" },          { 1, "1 byte" },
		{ 999, "999 bytes" },      { 1000, "1.0 kB" },
		{ 1999, "1.9 kB" },        { 999999, "999.9 kB" },
		{ 1000000, "1.0 MB" },     { UINT64_C(123456789012), "123.4 GB" },
		{ UINT64_MAX, "18.4 EB" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[BYTES_TEXT];

		bytes_format(text, cases[i].bytes);
		assert_string_equal(text, cases[i].text);
	}
}

static void test_counts(void **state)
{
	static const struct {
		struct dest_counts counts;
		const char *text;
	} cases[] = {
		{ { 0 }, "no request" },
		{ { .gets = 2 }, "2 GET" },
		{ { .puts = 12, .gets = 3, .heads = 1, .lists = 4, .deletes = 5, .posts = 6 },
		  "12 PUT, 3 GET, 1 HEAD, 4 LIST, 5 DELETE, 6 POST" },
		{ { .puts = 12, .repeated = 2 }, "12 PUT (2 of them repeated)" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		counts_text(&out, &cases[i].counts);
		assert_string_equal(out.p, cases[i].text);
		strbuf_release(&out);
	}
}

static void test_worst(void **state)
{
	assert_int_equal(exit_worst(0, 0), 0);
	assert_int_equal(exit_worst(EXIT_RACE, EXIT_ENVIRONMENT), EXIT_RACE);
	assert_int_equal(exit_worst(EXIT_BAD, EXIT_ENVIRONMENT), EXIT_ENVIRONMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
