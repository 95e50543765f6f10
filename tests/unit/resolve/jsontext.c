#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve/jsontext.h"

static void test_string(void **state)
{
	static const struct {
		struct slice text;
		const char *json;
	} cases[] = {
		{ SLICE(""), "\"\"" },
		{ SLICE("plain/'"), "\"plain/'\"" },
		{ SLICE("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"" },
		{ SLICE("a\0b\x1f\x7f"), "\"a\\u0000b\\u001f\x7f\"" },
		{ SLICE("\xc3\xa4\xf0\x9f\x98\x80"), "\"\xc3\xa4\xf0\x9f\x98\x80\"" },
		{ SLICE("x\xff\xc3\"y"), "\"x??\\\"y\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].json);
		jsontext_string(&out, cases[i].text);
		assert_string_equal(out.p, cases[i].json);
		strbuf_release(&out);
	}
}

static void test_indent(void **state)
{
	static const struct {
		const char *compact, *indented;
	} cases[] = {
		{ "1", "1" },
		{ "{}", "{}" },
		{ "[]", "[]" },
		{ "{\"a\":{}}", "{\n  \"a\": {}\n}" },
		{ "[1,[2,3],[]]", "[\n  1,\n  [\n    2,\n    3\n  ],\n  []\n]" },
		{ "{\"a{,:\\\"\":\"[}\\\\\",\"b\":null}", "{\n  \"a{,:\\\"\": \"[}\\\\\",\n  \"b\": null\n}" },
		{ "]]", "\n]\n]" }, /* not JSON: harmless */
		{ "\"open", "\"open" },
		{ "\"open\\", "\"open\\" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].compact);
		jsontext_indent(&out, slice_of(cases[i].compact));
		assert_string_equal(out.p, cases[i].indented);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_string),
		cmocka_unit_test(test_indent),
	};

	return cmocka_run_group_tests_name("resolve/jsontext", tests, NULL, NULL);
}
