#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/model.h"

static void test_origin_pos(void **state)
{
	static const struct {
		const char *pointer;
		uint32_t line, col;
	} cases[] = {
		{ "", 1, 1 },     { "/a", 2, 6 },         { "/b/1/c", 4, 8 },   { "/b/1/d", 4, 2 },
		{ "/b/2", 3, 6 }, { "/b/2/x/y/z", 3, 6 }, { "/nothing", 1, 1 }, { "/nothing/below", 1, 1 },
	};
	struct origin o = { "f.json", SLICE("{\n\"a\": 1,\n\"b\": [{},\n {\"c\": 2}]}") };

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].pointer);
		struct srcpos at = origin_pos(&o, cases[i].pointer);
		assert_string_equal(at.path, "f.json");
		assert_int_equal(at.line, cases[i].line);
		assert_int_equal(at.col, cases[i].col);
	}
}

static void test_no_json(void **state)
{
	struct origin o = { "app.ini", SLICE("[app]\n") };
	struct srcpos at = origin_pos(&o, "/app/appId");

	assert_string_equal(at.path, "app.ini");
	assert_int_equal(at.line, 0);
	assert_int_equal(at.col, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin_pos),
		cmocka_unit_test(test_no_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
