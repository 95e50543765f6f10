#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "resolve/names.h"
#include "resolve/rule.h"

#define MISSING NULL

struct rule_case {
	enum attr_type type;
	enum rule_op op;
	const char *values; /* of a list, separated by '|' */
	const char *lower, *upper;
	bool exclusive, default_result;
	const char *device; /* MISSING: it lacks the attribute */
	bool holds;
};

static bool ask(const struct rule_case *c, const enum attr_type *type)
{
	struct arena mem = ARENA_INIT;
	struct slice values[16], rest = slice_of(c->values);
	struct mf_rule rule = { .known = true,
				.element = SLICE("x"),
				.op = c->op,
				.values = values,
				.has_lower = c->lower,
				.lower = slice_of(c->lower),
				.has_upper = c->upper,
				.upper = slice_of(c->upper),
				.exclusive = c->exclusive,
				.default_result = c->default_result };
	struct value value = { .present = false };
	struct rule_test test;
	bool holds;

	while (rest.p)
		values[rule.nvalues++] = slice_cut(&rest, '|');
	if (c->device)
		value_set(&value, slice_of(c->device));
	assert_int_equal(rule_compile(&test, &mem, &rule, type, 0), 0);
	holds = rule_holds(&test, &value);
	assert_true(rule_holds(&test, &value) == holds); /* asked again, from what was kept */
	arena_release(&mem);
	return holds;
}

static void test_rules(void **state)
{
#define LIST(type, op, values, device, holds)                                                                          \
	{                                                                                                              \
		type, op, values, NULL, NULL, false, false, device, holds                                              \
	}
#define RANGE(op, lower, upper, exclusive, device, holds)                                                              \
	{                                                                                                              \
		ATTR_VERSION, op, NULL, lower, upper, exclusive, false, device, holds                                  \
	}
	static const struct rule_case cases[] = {
		LIST(ATTR_TEXT, RULE_CONTAINS, "Berlin|Bonn", "Berlin", true),
		LIST(ATTR_TEXT, RULE_CONTAINS, "Berlin|Bonn", " \tBerlin\n", true),
		LIST(ATTR_TEXT, RULE_CONTAINS, "Berlin|Bonn", "berlin", false),
		LIST(ATTR_TEXT, RULE_CONTAINS, "Berlin|Bonn", "Ber", false),
		LIST(ATTR_TEXT, RULE_CONTAINS, "Berlin|Bonn", "Berlin 2", false),
		LIST(ATTR_TEXT, RULE_EXCLUDES, "Berlin|Bonn", "Berlin", false),
		LIST(ATTR_TEXT, RULE_EXCLUDES, "Berlin|Bonn", "Köln", true),
		LIST(ATTR_TEXT, RULE_EXCLUDES, "Berlin", MISSING, false),
		LIST(ATTR_TEXT, RULE_EXCLUDES, "Berlin", " ", false),
		LIST(ATTR_TEXT, RULE_CONTAINS, "a|b|c|d|e|f|g|h|i|j|k|l", "a", true),
		LIST(ATTR_TEXT, RULE_CONTAINS, "a|b|c|d|e|f|g|h|i|j|k|l", "l", true),
		LIST(ATTR_TEXT, RULE_CONTAINS, "a|b|c|d|e|f|g|h|i|j|k|l", "f", true),
		LIST(ATTR_TEXT, RULE_CONTAINS, "a|b|c|d|e|f|g|h|i|j|k|l", "m", false),
		LIST(ATTR_FOLD, RULE_CONTAINS, "wifi|4G", "WiFi", true),
		LIST(ATTR_FOLD, RULE_CONTAINS, "wifi|4G", "4g", true),
		LIST(ATTR_FOLD, RULE_EXCLUDES, "wifi|4G", "WIFI", false),
		LIST(ATTR_FOLD, RULE_CONTAINS, "Ä", "ä", false),
		LIST(ATTR_EXACT, RULE_CONTAINS, "k1| k2 ", "k1", true),
		LIST(ATTR_EXACT, RULE_CONTAINS, "k1| k2 ", " k2 ", true),
		LIST(ATTR_EXACT, RULE_CONTAINS, "k1| k2 ", "k2", false),
		LIST(ATTR_EXACT, RULE_CONTAINS, "k1| k2 ", " k1", false),
		LIST(ATTR_EXACT, RULE_CONTAINS, "k1| k2 ", "K1", false),
		LIST(ATTR_EXACT, RULE_EXCLUDES, "k1| k2 ", "k2", true),
		LIST(ATTR_EXACT, RULE_EXCLUDES, "k1| k2 ", " k2 ", false),
		LIST(ATTR_EXACT, RULE_CONTAINS, " ", " ", true),
		LIST(ATTR_EXACT, RULE_EXCLUDES, "k1", "", false),
		LIST(ATTR_EXACT, RULE_EXCLUDES, "k1", MISSING, false),
		LIST(ATTR_VERSION, RULE_CONTAINS, "1.2|3", "1.2.0", true),
		LIST(ATTR_VERSION, RULE_CONTAINS, "1.2|3", " v3.0 ", true),
		LIST(ATTR_VERSION, RULE_CONTAINS, "1.2|3", "3.1", false),
		LIST(ATTR_VERSION, RULE_EXCLUDES, "1.2|3", "3.1", true),
		LIST(ATTR_VERSION, RULE_EXCLUDES, "1.2|3", "14-beta", false),
		LIST(ATTR_VERSION, RULE_CONTAINS, "oops|3", "3", false),
		RANGE(RULE_IN, "10", "12", false, "10", true),
		RANGE(RULE_IN, "10", "12", false, "12.0.0", true),
		RANGE(RULE_IN, "10", "12", false, "12.0.1", false),
		RANGE(RULE_IN, "10", "12", false, "9.9", false),
		RANGE(RULE_IN, "10", "12", true, "10", false),
		RANGE(RULE_IN, "10", "12", true, "12", false),
		RANGE(RULE_IN, "10", "12", true, "10.0.1", true),
		RANGE(RULE_IN, NULL, "12", true, "0", true),
		RANGE(RULE_IN, "12", NULL, true, "12.1", true),
		RANGE(RULE_OUT, "10", "12", false, "12", false),
		RANGE(RULE_OUT, "10", "12", true, "12", true),
		RANGE(RULE_OUT, "10", "12", false, "12.1", true),
		RANGE(RULE_OUT, "10", "12", false, MISSING, false),
		RANGE(RULE_OUT, "10", "12", false, "Android 14", false),
		RANGE(RULE_IN, "x", NULL, false, "12", false),
		{ ATTR_TEXT, RULE_CONTAINS, "a", NULL, NULL, false, true, MISSING, true },
		{ ATTR_TEXT, RULE_CONTAINS, "a", NULL, NULL, false, true, "b", false },
		{ ATTR_VERSION, RULE_OUT, NULL, "1", NULL, false, true, "none", true },
		{ ATTR_TEXT, RULE_IN, NULL, "1", NULL, false, true, "2", false }, /* a range of texts */
		{ ATTR_EXACT, RULE_CONTAINS, "a", NULL, NULL, false, true, "", true },
		{ ATTR_EXACT, RULE_IN, NULL, "1", NULL, false, true, "2", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct rule_case *c = &cases[i];

		print_message("%s %s %s..%s of \"%s\"\n", rule_op_name(c->op), c->values ? c->values : "",
			      c->lower ? c->lower : "", c->upper ? c->upper : "", c->device ? c->device : "(missing)");
		assert_true(ask(c, &c->type) == c->holds);
		assert_false(ask(c, NULL)); /* an element without a known type */
	}
}

static void test_names(void **state)
{
	struct names names;
	char text[16];

	(void)state;
	assert_int_equal(names_init(&names), 0);
	assert_int_equal(names_find(&names, SLICE("platform")), NAME_PLATFORM);
	assert_int_equal(names_find(&names, SLICE("channel")), NAME_CHANNEL);
	for (uint32_t i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "name%u", i);
		assert_true(names_find(&names, slice_of(text)) == NAME_NONE);
		assert_int_equal(names_add(&names, slice_of(text)), NAME_FIXED_COUNT + i);
		assert_int_equal(names_add(&names, slice_of(text)), NAME_FIXED_COUNT + i);
	}
	assert_int_equal(names_find(&names, SLICE("name777")), NAME_FIXED_COUNT + 777);
	names_release(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("resolve/rule", tests, NULL, NULL);
}
