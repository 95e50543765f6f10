#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "make.h"
#include "plan/rules.h"

/* Where a rule holds: one letter for each region, from "missing" on. */
struct sample {
	const char *name, *element;
	enum rule_op op;
	const char *list, *lower, *upper;
	bool exclusive, default_result;
	const char *holds;
};

/* Texts: missing, other, then a b c. Versions: missing, below 1, 1, between, 2, between, 3, above. */
static const struct sample samples[] = {
	{ "contains", "city", RULE_CONTAINS, "b", NULL, NULL, false, false, "...x." },
	{ "contains two", "city", RULE_CONTAINS, "c b", NULL, NULL, false, false, "...xx" },
	{ "contains, default", "city", RULE_CONTAINS, "a", NULL, NULL, false, true, "x.x.." },
	{ "excludes", "city", RULE_EXCLUDES, "b", NULL, NULL, false, false, ".xx.x" },
	{ "excludes all", "city", RULE_EXCLUDES, "a b c", NULL, NULL, false, false, ".x..." },
	{ "excludes, default", "city", RULE_EXCLUDES, "c", NULL, NULL, false, true, "xxxx." },
	{ "case is kept", "city", RULE_CONTAINS, "B", NULL, NULL, false, false, "....." },
	{ "case is folded", "netType", RULE_CONTAINS, "B", NULL, NULL, false, false, "...x." },
	{ "versions", "osVersion", RULE_CONTAINS, "2.0 3", NULL, NULL, false, false, "....x.x." },
	{ "not versions", "osVersion", RULE_EXCLUDES, "1 2", NULL, NULL, false, true, "xx.x.xxx" },
	{ "in", "osVersion", RULE_IN, NULL, "1", "2", false, false, "..xxx..." },
	{ "in, strictly", "osVersion", RULE_IN, NULL, "1", "2", true, false, "...x...." },
	{ "in, from", "osVersion", RULE_IN, NULL, "2", NULL, false, true, "x...xxxx" },
	{ "in, above", "osVersion", RULE_IN, NULL, "2", NULL, true, false, ".....xxx" },
	{ "in, up to", "osVersion", RULE_IN, NULL, NULL, "2", false, false, ".xxxx..." },
	{ "in, below", "osVersion", RULE_IN, NULL, NULL, "2", true, false, ".xxx...." },
	{ "in, a point", "osVersion", RULE_IN, NULL, "2", "2", false, false, "....x..." },
	{ "in, nothing", "osVersion", RULE_IN, NULL, "2", "2", true, false, "........" },
	{ "out", "osVersion", RULE_OUT, NULL, "1", "2", false, false, ".x...xxx" },
	{ "out, strictly", "osVersion", RULE_OUT, NULL, "1", "2", true, false, ".xx.xxxx" },
	{ "out, from", "osVersion", RULE_OUT, NULL, "2", NULL, false, false, ".xxx...." },
	{ "out, nothing", "osVersion", RULE_OUT, NULL, "2", "2", true, true, "xxxxxxxx" },
};

static struct rule make_sample(struct arena *a, const struct sample *s)
{
	struct rule r = s->list ? make_list(a, s->element, s->op, s->list)
				: make_range(s->element, s->op, s->lower, s->upper, s->exclusive);

	r.default_result = s->default_result;
	return r;
}

static void regions(void **state)
{
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct sample *s = &samples[i];
		struct rule all = make_list(&a, s->element, RULE_CONTAINS,
					    strcmp(s->element, "osVersion") ? "a b c" : "3 1 2.0.0");
		struct rule rule = make_sample(&a, s);
		struct rule_table t;
		uint32_t number;

		print_message("%s\n", s->name);
		rules_init(&t, &a);
		rules_add(&t, &all);
		number = rules_add(&t, &rule);
		rules_close(&t);
		for (uint32_t r = 0; r < strlen(s->holds); r++)
			assert_int_equal(set_has(&t.v[number].holds, r), s->holds[r] == 'x');
	}
	arena_release(&a);
}

/* Equal rules share a number; a difference in anything that counts makes another one. */
static void numbers(void **state)
{
	static const struct sample different[] = {
		{ "", "city", RULE_CONTAINS, "a b", NULL, NULL, false, false, "" },
		{ "", "city", RULE_CONTAINS, "b a", NULL, NULL, false, false, "" },
		{ "", "city", RULE_EXCLUDES, "a b", NULL, NULL, false, false, "" },
		{ "", "city", RULE_CONTAINS, "a b", NULL, NULL, false, true, "" },
		{ "", "netType", RULE_CONTAINS, "a b", NULL, NULL, false, false, "" },
		{ "", "osVersion", RULE_IN, NULL, "1", "2", false, false, "" },
		{ "", "osVersion", RULE_IN, NULL, "1", "2", true, false, "" },
		{ "", "osVersion", RULE_OUT, NULL, "1", "2", false, false, "" },
		{ "", "osVersion", RULE_IN, NULL, "1", NULL, false, false, "" },
		{ "", "osVersion", RULE_IN, NULL, NULL, "1", false, false, "" },
		{ "", "osVersion", RULE_CONTAINS, "1", NULL, NULL, false, false, "" },
	};
	static const struct sample spelt[] = { { "", "netType", RULE_CONTAINS, "A b", NULL, NULL, false, false, "" },
					       { "", "osVersion", RULE_IN, NULL, "1.0", "2.0.0", false, false, "" } };
	struct arena a = ARENA_INIT;
	struct rule v[COUNT(different)], again[COUNT(spelt)];
	struct rule_table t;

	rules_init(&t, &a);
	for (uint32_t i = 0; i < COUNT(different); i++) {
		v[i] = make_sample(&a, &different[i]);
		assert_int_equal(rules_add(&t, &v[i]), i);
	}
	for (uint32_t i = 0; i < COUNT(different); i++)
		assert_int_equal(rules_add(&t, &v[i]), i);
	for (size_t i = 0; i < COUNT(spelt); i++)
		again[i] = make_sample(&a, &spelt[i]);
	assert_int_equal(rules_add(&t, &again[0]), 4);
	assert_int_equal(rules_add(&t, &again[1]), 5);
	rules_close(&t);
	assert_ptr_equal(t.v[4].rule, &v[4]);
	assert_int_equal(t.nattrs, 3);
	assert_true(slice_eqs(t.attrs[0]->name, "osVersion"));
	assert_true(slice_eqs(t.attrs[1]->name, "netType"));
	assert_true(slice_eqs(t.attrs[2]->name, "city"));
	assert_int_equal(t.v[0].attr, 2);
	assert_int_equal(t.v[4].attr, 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(regions), cmocka_unit_test(numbers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
