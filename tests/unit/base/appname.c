#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/appname.h"

static void test_forms(void **state)
{
	static const struct {
		const char *text;
		bool package, bundle_id;
	} cases[] = {
		{ "com.example.demo", true, true },
		{ "com.example.demo_2", true, false },
		{ "com.example.my-app", false, true },
		{ "demo", false, true },
		{ "com.2example", false, true },
		{ "com._x", false, false },
		{ "com..demo", false, false },
		{ ".com.demo", false, false },
		{ "com.demo.", false, false },
		{ "com.dé.mo", false, false },
		{ "com.demo ", false, false },
		{ "", false, false },
		{ "9", false, true },
		{ "-", false, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(appname_is_package(slice_of(cases[i].text)), cases[i].package);
		assert_int_equal(appname_is_bundle_id(slice_of(cases[i].text)), cases[i].bundle_id);
	}
	assert_false(appname_is_package((struct slice){ NULL, 0 }));
	assert_false(appname_is_bundle_id((struct slice){ NULL, 0 }));
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
