#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/columns.h"

static void test_width(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} cases[] = {
		{ "", 0 },
		{ "a b", 3 },
		{ "é", 1 },
		{ "e\xcc\x81", 1 },
		{ "上海", 4 },
		{ "ｗｉｆｉ", 8 },
		{ "한글", 4 },
		{ "カタ", 4 },
		{ "ｶﾀ", 2 },
		{ "😀", 2 },
		{ "…", 1 },
		{ "\xff", 1 },
		{ "a\xe2\x80\x8d", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(columns_width(slice_of(cases[i].text)), cases[i].want);
	}
}

static void test_table(void **state)
{
	static const char *const heads[] = { "NAME", "CITY", "NOTE" };
	static const char *const cells[] = {
		"a",
		"上海",
		"two\nlines", /* wide characters count twice */
		"",
		"",
		"", /* a row without text is an empty line */
		"b",
		"",
		"x", /* spaces only where something follows */
		"c",
		"Hangzhou",
		"", /* cut */
		"d",
		"杭州市上城区",
		"\x1b[31m\xe2\x80\xaey",
	};
	struct strbuf out = STRBUF_INIT;
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	columns_print(&out, &t);
	assert_int_equal(out.n, 0);
	t.limit[1] = 7;
	for (size_t i = 0; i < COUNT(cells); i++)
		columns_cells(&t, cells[i]);
	assert_int_equal(columns_rows(&t), 5);
	columns_print(&out, &t);
	assert_string_equal(out.p, "NAME  CITY     NOTE\n"
				   "a     上海     two?lines\n"
				   "\n"
				   "b              x\n"
				   "c     Hangzh…\n"
				   "d     杭州市…  ?[31m?y\n");
	columns_release(&t);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
