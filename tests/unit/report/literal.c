#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/literal.h"

static void test_forms(void **state)
{
	static const struct {
		struct slice text;
		const char *want;
	} cases[] = {
		{ SLICE("Shanghai"), "Shanghai" },
		{ SLICE("上海"), "上海" },
		{ SLICE("two  words"), "two  words" },
		{ SLICE("back\\slash"), "back\\slash" },
		{ SLICE("in \"quotes\""), "in \"quotes\"" },
		{ SLICE("{\"a\":1}"), "{\"a\":1}" },
		{ SLICE("📱"), "📱" },
		{ SLICE("❤\xef\xb8\x8f"), "❤\xef\xb8\x8f" }, /* a variation selector that emoji have */
		{ SLICE(""), "\"\"" },
		{ SLICE(" "), "\" \"" },
		{ SLICE(" a"), "\" a\"" },
		{ SLICE("a "), "\"a \"" },
		{ SLICE("\"a"), "\"\\\"a\"" },
		{ SLICE("\"\\"), "\"\\\"\\\\\"" },
		{ SLICE("a\nb"), "\"a\\nb\"" },
		{ SLICE("a\tb\r"), "\"a\\tb\\u000d\"" },
		{ SLICE("\x7f"), "\"\\u007f\"" },
		{ SLICE("a\xc2\xa0\\b"), "\"a\\u00a0\\\\b\"" }, /* a blank that is none of ours */
		{ SLICE("a\xe2\x80\x8b"), "\"a\\u200b\"" },     /* nothing is seen */
		{ SLICE("a\xe2\x80\xae"
			"b"),
		  "\"a\\u202eb\"" },                                 /* what follows is read backwards */
		{ SLICE("\xf3\xa0\x81\xa1"), "\"\\udb40\\udc61\"" }, /* a tag, beyond U+FFFF */
		{ SLICE("\xe3\x80\x80"), "\"\\u3000\"" },            /* a wide blank */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		literal_add(&out, cases[i].text);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
