#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/words.h"

#define NOW INT64_C(1795161600) /* 2026-11-20T08:00:00Z */
#define DAY INT64_C(86400)

static struct version version(const char *text)
{
	struct version v;

	assert_true(version_parse(&v, slice_of(text)));
	return v;
}

static void test_values(void **state)
{
	static struct slice values[] = { SLICE("上海"), SLICE("北京"), SLICE("c"), SLICE("d"),
					 SLICE("e"),    SLICE("f"),    SLICE("g") };
	static const struct {
		enum rule_op op;
		size_t n;
		bool or_unknown;
		const char *want;
	} cases[] = {
		{ RULE_CONTAINS, 1, false, "city is 上海" },
		{ RULE_CONTAINS, 2, false, "city is 上海 or 北京" },
		{ RULE_CONTAINS, 3, true, "city is 上海, 北京 or c (or not known)" },
		{ RULE_CONTAINS, 5, false, "city is 上海, 北京, c, d or e" },
		{ RULE_CONTAINS, 6, false, "city is 上海, 北京, c, d, e or 1 other" },
		{ RULE_CONTAINS, 7, false, "city is 上海, 北京, c, d, e or 2 others" },
		{ RULE_EXCLUDES, 1, true, "city is not 上海 (or not known)" },
		{ RULE_EXCLUDES, 2, false, "city is neither 上海 nor 北京" },
		{ RULE_EXCLUDES, 3, false, "city is none of 上海, 北京, c" },
		{ RULE_EXCLUDES, 7, false, "city is none of 上海, 北京, c, d, e, 2 others" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rule rule = { .element = SLICE("city"),
				     .op = cases[i].op,
				     .values = values,
				     .nvalues = cases[i].n,
				     .default_result = cases[i].or_unknown };
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		words_rule(&out, &rule);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

/* Checked against what the rule says of versions around its bounds. */
static void test_ranges(void **state)
{
	static const struct {
		enum rule_op op;
		const char *lower, *upper;
		bool exclusive;
		const char *want;
	} cases[] = {
		{ RULE_IN, "10", "12.1", false, "osVersion from 10 to 12.1" },
		{ RULE_IN, "10", "12", true, "osVersion above 10 and below 12" },
		{ RULE_IN, "10", NULL, false, "osVersion at least 10" },
		{ RULE_IN, "10", NULL, true, "osVersion above 10" },
		{ RULE_IN, NULL, "12", false, "osVersion at most 12" },
		{ RULE_IN, NULL, "12", true, "osVersion below 12" },
		{ RULE_OUT, "10", "12", false, "osVersion below 10 or above 12" },
		{ RULE_OUT, "10", "12", true, "osVersion at most 10 or at least 12" },
		{ RULE_OUT, "10", NULL, false, "osVersion below 10" },
		{ RULE_OUT, "10", NULL, true, "osVersion at most 10" },
		{ RULE_OUT, NULL, "12", false, "osVersion above 12" },
		{ RULE_OUT, NULL, "12", true, "osVersion at least 12" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rule rule = { .element = SLICE("osVersion"),
				     .type = ATTR_VERSION,
				     .op = cases[i].op,
				     .exclusive = cases[i].exclusive };
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		rule.has_lower = cases[i].lower != NULL;
		rule.has_upper = cases[i].upper != NULL;
		rule.lower = version(cases[i].lower ? cases[i].lower : "0");
		rule.upper = version(cases[i].upper ? cases[i].upper : "0");
		words_rule(&out, &rule);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

static void test_tasks(void **state)
{
	static struct whitelist one = { .name = SLICE("testers") }, two = { .name = SLICE("lab") };
	static struct whitelist *lists[] = { &one, &two };
	static struct slice wifi[] = { SLICE("WIFI") };
	static struct rule rule[] = {
		{ .element = SLICE("netType"), .op = RULE_CONTAINS, .values = wifi, .nvalues = 1 },
		{ .element = SLICE("isp"), .op = RULE_EXCLUDES, .values = wifi, .nvalues = 1 }
	};
	static struct ramp_point ramp[] = { { NOW - DAY, 10000 }, { NOW, 12500 } };
	const struct {
		struct task task;
		const char *want;
	} cases[] = {
		{ { .type = TASK_OFFICIAL }, "everybody" },
		{ { .type = TASK_OFFICIAL, .dev = true }, "everybody; channel dev" },
		{ { .type = TASK_OFFICIAL, .published_at = NOW }, "everybody" },
		{ { .type = TASK_OFFICIAL, .published_at = NOW + 1 }, "everybody; not before 2026-11-20T08:00:01Z" },
		{ { .type = TASK_ROLLBACK }, "everybody drops it" },
		{ { .type = TASK_WHITELIST, .whitelists = lists, .nwhitelists = 1 }, "whitelist testers" },
		{ { .type = TASK_WHITELIST, .whitelists = lists, .nwhitelists = 2, .rules = { rule, 2 }, .dev = true },
		  "whitelists testers, lab; netType is WIFI; isp is not WIFI; channel dev" },
		{ { .type = TASK_PERCENTAGE, .thousandths = 0 }, "0 % of devices" },
		{ { .type = TASK_PERCENTAGE, .thousandths = 12500, .rules = { rule, 1 } },
		  "12.5 % of devices; netType is WIFI" },
		{ { .type = TASK_PERCENTAGE, .thousandths = 99999 }, "99.999 % of devices" },
		{ { .type = TASK_PERCENTAGE, .thousandths = 1 }, "0.001 % of devices" },
		{ { .type = TASK_WINDOW, .window = { .start = NOW - DAY, .end = NOW + DAY, .users = 5000 } },
		  "5000 devices from 2026-11-19T08:00:00Z to 2026-11-21T08:00:00Z" },
		{ { .type = TASK_WINDOW, .window = { .start = NOW - DAY, .end = NOW, .users = 1 } },
		  "1 device from 2026-11-19T08:00:00Z to 2026-11-20T08:00:00Z (over)" },
		{ { .type = TASK_WINDOW,
		    .published_at = NOW + 1,
		    .window = { .start = NOW + 1, .end = NOW + DAY, .users = 2 } },
		  "2 devices from 2026-11-20T08:00:01Z to 2026-11-21T08:00:00Z (not open yet)" },
		{ { .type = TASK_WINDOW,
		    .window = { .start = NOW - DAY, .end = NOW + DAY, .users = 2, .ramp = ramp, .nramp = 2 } },
		  "2 devices from 2026-11-19T08:00:00Z to 2026-11-21T08:00:00Z, of them 10 % at 2026-11-19T08:00:00Z, "
		  "12.5 % "
		  "at 2026-11-20T08:00:00Z" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		words_task(&out, &cases[i].task, NOW);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

static void test_switch_values(void **state)
{
	static struct whitelist one = { .name = SLICE("testers") };
	static struct whitelist *lists[] = { &one };
	static const struct {
		struct switch_value value;
		const char *want, *platforms;
	} cases[] = {
		{ { .type = SWITCH_FULL, .platforms = { true, true, true } }, "everybody", "all" },
		{ { .type = SWITCH_FULL, .platforms = { true, false, true }, .dev = true },
		  "everybody; channel dev",
		  "android, harmony" },
		{ { .type = SWITCH_WHITELIST,
		    .whitelists = lists,
		    .nwhitelists = 1,
		    .platforms = { false, true, false } },
		  "whitelist testers",
		  "ios" },
		{ { .type = SWITCH_PERCENTAGE, .thousandths = 30000 }, "30 % of devices", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		words_value(&out, &cases[i].value);
		assert_string_equal(out.p, cases[i].want);
		strbuf_reset(&out);
		strbuf_adds(&out, "x");
		words_platforms(&out, cases[i].value.platforms);
		assert_string_equal(out.p + 1, cases[i].platforms);
		strbuf_release(&out);
	}
}

static void test_releases(void **state)
{
	static struct slice oppo[] = { SLICE("OPPO") };
	struct rule rule[] = { { .element = SLICE("mobileModel"), .op = RULE_CONTAINS, .values = oppo, .nvalues = 1 },
			       { .element = SLICE("osVersion"), .op = RULE_IN, .has_lower = true } };
	struct rules unless[] = { { rule, 2 }, { rule, 1 } };
	struct upgrade plain = { .r = { .kind = KIND_UPGRADE } },
		       excepted = { .r = { .kind = KIND_UPGRADE, .unless = unless, .nunless = 2 } };
	struct hotpatch patch = { .r = { .kind = KIND_HOTPATCH, .unless = unless + 1, .nunless = 1 },
				  .version_key = SLICE("k 1") };
	struct h5_release h5 = { .r = { .kind = KIND_H5, .platforms = { true, false, true } } };
	struct strbuf out = STRBUF_INIT;

	rule[1].lower = version("11");
	h5.client[PLATFORM_ANDROID] = (struct client_range){ .min = version("1.2") };
	h5.client[PLATFORM_HARMONY] =
		(struct client_range){ .min = version("0"), .max = version("2"), .has_max = true };
	words_release(&out, &plain.r);
	assert_int_equal(out.n, 0);
	words_release(&out, &excepted.r);
	assert_string_equal(out.p, "unless mobileModel is OPPO and osVersion at least 11, or mobileModel is OPPO");
	strbuf_reset(&out);
	words_release(&out, &patch.r);
	assert_string_equal(out.p, "versionKey k 1; unless mobileModel is OPPO");
	strbuf_reset(&out);
	words_release(&out, &h5.r);
	assert_string_equal(out.p, "android from 1.2, harmony from 0 to 2");
	strbuf_release(&out);
}

/* Each task is a pair: type, status; a lower-case type letter is of the dev channel. */
static void test_states(void **state)
{
	static const struct {
		const char *tasks, *want;
	} cases[] = {
		{ "", "to be released" },   { "O- G- R-", "to be released" },
		{ "O- Ge", "ended" },       { "Oe Gp O-", "paused" },
		{ "Op Gr Oe", "gray" },     { "or Op Oe", "gray" },
		{ "or Or Gp", "official" }, { "Gr Or", "official" },
		{ "Or Rr", "rolled back" }, { "Or Rp", "official" },
		{ "Op Re", "paused" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct task tasks[8];
		struct release r = { .kind = KIND_HOTPATCH, .tasks = tasks };

		print_message("%s: %s\n", cases[i].tasks, cases[i].want);
		for (const char *p = cases[i].tasks; *p; p += p[2] ? 3 : 2)
			tasks[r.ntasks++] = (struct task){
				.type = p[0] == 'R'   ? TASK_ROLLBACK
					: p[0] == 'G' ? TASK_PERCENTAGE
						      : TASK_OFFICIAL,
				.dev = p[0] == 'o',
				.status = p[1] == '-'   ? STATUS_PENDING
					  : p[1] == 'r' ? STATUS_RELEASING
					  : p[1] == 'p' ? STATUS_PAUSED
							: STATUS_ENDED,
			};
		assert_string_equal(words_state(release_state(&r)), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),        cmocka_unit_test(test_ranges),   cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_switch_values), cmocka_unit_test(test_releases), cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
