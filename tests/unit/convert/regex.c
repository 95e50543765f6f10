#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "convert/regex.h"

static void test_rewrite(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "^abc$", "abc" },
		{ "abc", "abc" },
		{ "", "" },
		{ "  ^a$  ", "a" },
		{ "^\\d{11}$", "[0-9]{11}" },
		{ "\\w+@x\\.com", "[A-Za-z0-9_]+@x\\.com" },
		{ "[\\d-]+", "[0-9-]+" },
		{ "[\\w.]+$", "[A-Za-z0-9_.]+" },
		{ "^a|b$", "a|b" },
		{ "^a$|^b$", "a|b" },
		{ "(^a|b$)", "(^a|b$)" }, /* inside a group: for the checker to refuse */
		{ "a^b", "a^b" },
		{ "a$b", "a$b" },
		{ "[^a]", "[^a]" },
		{ "[$^]", "[$^]" },
		{ "\\$", "\\$" },
		{ "\\^a", "\\^a" },
		{ "a\\$$", "a\\$" },
		{ "[\\]^]$", "[\\]^]" },
		{ "\\\\d", "\\\\d" },
		{ "\\s\\D", "\\s\\D" },
		{ "a\\", "a\\" },
		{ "^^a$", "a" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].in);
		regex_rewrite(&out, slice_of(cases[i].in));
		assert_string_equal(out.p ? out.p : "", cases[i].out);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rewrite) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
