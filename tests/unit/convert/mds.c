#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/instant.h"
#include "convert/mds.h"

static void test_codes(void **state)
{
	enum task_status status;
	enum rule_op op;

	for (int i = 0; i < 4; i++) {
		assert_true(mds_status_parse(&status, i));
		assert_int_equal(mds_status(status), i);
		assert_true(mds_operation_parse(&op, i + 1));
		assert_int_equal(mds_operation(op), i + 1);
		assert_true(mds_operator_parse(&op, slice_of(mds_operator(op))));
		assert_int_equal(mds_operation(op), i + 1);
	}
	assert_false(mds_status_parse(&status, -1));
	assert_false(mds_status_parse(&status, 4));
	assert_false(mds_operation_parse(&op, 0));
	assert_false(mds_operation_parse(&op, 5));
	assert_false(mds_operator_parse(&op, SLICE("vlimitin")));
	assert_int_equal(mds_status(STATUS_ENDED), 2);
	assert_int_equal(mds_status(STATUS_PAUSED), 3);
	assert_int_equal(mds_publish_type(TASK_WINDOW), PUBLISH_GRAY);
	assert_int_equal(mds_publish_mode(TASK_WINDOW), PUBLISH_WINDOW);
	assert_int_equal(mds_publish_type(TASK_ROLLBACK), PUBLISH_ROLLBACK);
	assert_int_equal(mds_publish_mode(TASK_OFFICIAL), PUBLISH_MODE_NONE);
}

static void test_platforms(void **state)
{
	static const struct {
		const char *word;
		bool known;
		enum platform p;
	} cases[] = {
		{ "Android", true, PLATFORM_ANDROID },
		{ "IOS", true, PLATFORM_IOS },
		{ "harmony", true, PLATFORM_HARMONY },
		{ "HarmonyOS", true, PLATFORM_HARMONY },
		{ "all", false, 0 },
		{ "", false, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		enum platform p = PLATFORM_COUNT;

		print_message("%s\n", cases[i].word);
		assert_int_equal(mds_platform_parse(&p, slice_of(cases[i].word)), cases[i].known);
		if (cases[i].known)
			assert_int_equal(p, cases[i].p);
	}
}

static void test_times(void **state)
{
	static const struct {
		const char *text, *zone, *instant;
	} cases[] = {
		{ "2019-04-24 17:43:54", "+08:00", "2019-04-24T09:43:54Z" },
		{ "2019-04-24 17:43:54", "Z", "2019-04-24T17:43:54Z" },
		{ "2019-04-24 00:30:00", "-05:30", "2019-04-24T06:00:00Z" },
		{ "2019-04-24T17:43:54Z", "+08:00", "2019-04-24T17:43:54Z" },
		{ "2019-04-24T17:43:54", "+08:00", NULL },
		{ "2019-04-24 24:00:00", "+08:00", NULL },
		{ "2019-04-24", "+08:00", NULL },
		{ "2019-04-24 17:43:54 ", "+08:00", NULL },
		{ "", "+08:00", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[INSTANT_TEXT], back[MDS_TIME_TEXT];
		int64_t t = 0;

		print_message("%s %s\n", cases[i].text, cases[i].zone);
		bool known = mds_time_parse(&t, slice_of(cases[i].text), slice_of(cases[i].zone));
		assert_int_equal(known, cases[i].instant != NULL);
		if (!known)
			continue;
		instant_format(text, t);
		assert_string_equal(text, cases[i].instant);
		mds_time_format(back, t, slice_of(cases[i].zone));
		if (cases[i].text[10] == ' ')
			assert_string_equal(back, cases[i].text);
	}
	assert_true(mds_zone_ok(SLICE("+08:00")));
	assert_true(mds_zone_ok(SLICE("Z")));
	assert_false(mds_zone_ok(SLICE("8")));
	assert_false(mds_zone_ok(SLICE("")));
	assert_false(mds_zone_ok(SLICE("+08:00x")));
	assert_false(mds_zone_ok(SLICE("Asia/Shanghai")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
