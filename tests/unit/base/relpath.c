#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/relpath.h"

static const struct {
	struct slice path;
	const char *fault;
} cases[] = {
	{ { "a", 1 }, NULL },
	{ { "www/index.html", 14 }, NULL },
	{ { "a b/~!@#$%^&()[]{}'`;,+=-_/x", 28 }, NULL },
	{ { ".a/..b/c..", 10 }, NULL },
	{ { "...", 3 }, NULL },
	{ { "ab:c", 4 }, NULL },
	{ { "a/C:/x", 6 }, NULL },
	{ { NULL, 0 }, "is empty" },
	{ { "", 0 }, "is empty" },
	{ { "/", 1 }, "is absolute" },
	{ { "/etc", 4 }, "is absolute" },
	{ { "c:/x", 4 }, "is absolute" },
	{ { "C:", 2 }, "is absolute" },
	{ { "a//b", 4 }, "has an empty part" },
	{ { "a/", 2 }, "has an empty part" },
	{ { ".", 1 }, "has a part that is a dot" },
	{ { "a/./b", 5 }, "has a part that is a dot" },
	{ { "..", 2 }, "leads out of its folder (..)" },
	{ { "a/../b", 6 }, "leads out of its folder (..)" },
	{ { "a/..", 4 }, "leads out of its folder (..)" },
	{ { "../a", 4 }, "leads out of its folder (..)" },
	{ { "a\\b", 3 }, "holds a backslash" },
	{ { "a\0b", 3 }, "is not printable ASCII" },
	{ { "a\nb", 3 }, "is not printable ASCII" },
	{ { "a\x7f", 2 }, "is not printable ASCII" },
	{ { "\xc3\xa9", 2 }, "is not printable ASCII" },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *fault = relpath_fault(cases[i].path);

		print_message(SLICE_FMT "\n", SLICE_ARG(cases[i].path));
		if (cases[i].fault)
			assert_string_equal(fault, cases[i].fault);
		else
			assert_null(fault);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_faults) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
