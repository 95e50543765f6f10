#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/kinds.h"

/* Every name is read back as what it names, and nothing near it. */
#define CHECK_NAMES(type, parse, name, count)                                                                          \
	do {                                                                                                           \
		type got;                                                                                              \
		for (unsigned i = 0; i < (count); i++) {                                                               \
			struct slice s = slice_of(name((type)i));                                                      \
			print_message("%s\n", s.p);                                                                    \
			assert_true(parse(&got, s));                                                                   \
			assert_int_equal(got, i);                                                                      \
			assert_false(parse(&got, slice_from(s, 1)));                                                   \
			assert_false(parse(&got, slice_sub(s, 0, s.n - 1)));                                           \
		}                                                                                                      \
		assert_false(parse(&got, SLICE("")));                                                                  \
		assert_false(parse(&got, SLICE("Android")));                                                           \
	} while (0)

static void test_names(void **state)
{
	CHECK_NAMES(enum platform, platform_parse, platform_name, PLATFORM_COUNT);
	CHECK_NAMES(enum kind, kind_parse, kind_name, KIND_COUNT);
	CHECK_NAMES(enum attr_type, attr_type_parse, attr_type_name, ATTR_VERSION + 1);
	CHECK_NAMES(enum id_type, id_type_parse, id_type_name, ID_DEVICE + 1);
	CHECK_NAMES(enum rule_op, rule_op_parse, rule_op_name, RULE_OUT + 1);
}

static void test_literal(void **state)
{
	assert_string_equal(platform_name(PLATFORM_HARMONY), "harmony");
	assert_string_equal(kind_name(KIND_H5), "h5");
	assert_string_equal(kind_name(KIND_SWITCH), "switch");
	assert_string_equal(attr_type_name(ATTR_FOLD), "fold");
	assert_string_equal(id_type_name(ID_USER), "userId");
	assert_string_equal(id_type_name(ID_DEVICE), "deviceId");
	assert_string_equal(rule_op_name(RULE_EXCLUDES), "excludes");
}

static void test_single(void **state)
{
	static const bool single[KIND_COUNT] = { [KIND_UPGRADE] = true, [KIND_HOTPATCH] = true };

	for (unsigned k = 0; k < KIND_COUNT; k++)
		assert_int_equal(kind_is_single((enum kind)k), single[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
