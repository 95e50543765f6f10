#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/estimate.h"

#define W ESTIMATE_WHOLE

static void test_ratio(void **state)
{
	static const struct {
		uint64_t part, whole, want;
	} cases[] = {
		{ 0, 5, 0 },
		{ 5, 5, W },
		{ 6, 5, W },
		{ 1, 2, W / 2 },
		{ 1, 3, W / 3 },
		{ 2, 3, W / 3 * 2 + 1 },
		{ 0, 0, W },
		{ UINT64_MAX - 1, UINT64_MAX, W },
		{ UINT64_MAX / 2, UINT64_MAX, W / 2 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct estimate got = estimate_ratio(cases[i].part, cases[i].whole);

		print_message("%" PRIu64 " of %" PRIu64 "\n", cases[i].part, cases[i].whole);
		assert_true(got.low == cases[i].want && got.high == cases[i].want);
	}
	assert_true(estimate_thousandths(12500).low == W / 8);
	assert_true(estimate_thousandths(100000).low == W);
	assert_true(estimate_limit(UINT64_C(1) << 63).high == W / 2);
	assert_true(estimate_limit(UINT64_MAX).high == W - 1);
}

/* What takes and what is left are what was there. */
static void test_take(void **state)
{
	struct estimate left = ESTIMATE_ALL, taken = estimate_take(&left, estimate_thousandths(25000));

	assert_true(taken.low == W / 4 && left.low == W / 4 * 3 && left.high == left.low);
	taken = estimate_take(&left, (struct estimate){ 0, W / 2 });
	assert_true(taken.low == 0 && taken.high == W / 8 * 3 && left.low == W / 8 * 3 && left.high == W / 4 * 3);
	taken = estimate_take(&left, ESTIMATE_ALL);
	assert_true(taken.high == W / 4 * 3 && left.low == 0 && left.high == 0);

	left = (struct estimate){ W / 4, W / 2 };
	taken = estimate_take_some(&left, W / 8);
	assert_true(taken.low == 0 && taken.high == W / 8 && left.low == W / 8 && left.high == W / 2);
	taken = estimate_take_some(&left, W);
	assert_true(taken.low == 0 && taken.high == W / 2 && left.low == 0 && left.high == W / 2);

	taken = estimate_add(estimate_ratio(3, 4), estimate_ratio(1, 2));
	assert_true(taken.low == W && taken.high == W);
	taken = estimate_merge(estimate_ratio(1, 2), 300, estimate_ratio(1, 1), 100);
	assert_true(taken.low == W / 8 * 5);
	taken = estimate_merge(estimate_ratio(1, 2), 0, estimate_ratio(1, 1), 0);
	assert_true(taken.low == W / 2);
}

#define MAX 9 /* boundaries of a set */

/* Regions of texts: 0 missing, 1 any other, 2.. as rules name them; of versions: 1 below all, 2 a bound, 3 above it, … */
static void test_census(void **state)
{
	static const uint64_t devices[] = { 0, 30, 50, 0, 10 }; /* of 200: 110 are the rest */
	static const bool open[] = { true, true, false, true, false };
	static const struct {
		enum attr_type type;
		uint32_t at[MAX], n;
		uint64_t total, low, high; /* devices */
	} cases[] = {
		{ ATTR_TEXT, { 0 }, 1, 200, 200, 200 },        /* everything */
		{ ATTR_TEXT, { 0 }, 0, 200, 0, 0 },            /* nothing */
		{ ATTR_TEXT, { 2, 3 }, 2, 200, 50, 50 },       /* a value that the census has */
		{ ATTR_TEXT, { 2, 3, 4, 5 }, 4, 200, 60, 60 }, /* two */
		{ ATTR_TEXT, { 3, 4 }, 2, 200, 0, 110 },       /* one that it does not: up to the rest */
		{ ATTR_TEXT, { 2, 4 }, 2, 200, 50, 160 },      /* one of each */
		{ ATTR_TEXT, { 0, 1 }, 2, 200, 0, 110 },       /* not known */
		{ ATTR_TEXT, { 1, 2 }, 2, 200, 140, 140 },     /* any other value has the rest */
		{ ATTR_TEXT, { 0, 2, 3 }, 3, 200, 150, 150 },  /* all but one */
		{ ATTR_TEXT, { 2, 3 }, 2, 80, 50, 50 },        /* the census knows of more than app.ini */
		{ ATTR_TEXT, { 1, 2 }, 2, 80, 30, 30 },
		{ ATTR_VERSION, { 1, 2 }, 2, 200, 140, 140 }, /* old versions are the rest */
		{ ATTR_VERSION, { 2, 4 }, 2, 200, 50, 50 },   /* where some are known, these are they */
		{ ATTR_VERSION, { 3, 4 }, 2, 200, 0, 110 },   /* where none is */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct estimate_census c = { cases[i].type, COUNT(devices), devices, open, 90, cases[i].total };
		struct set set = { cases[i].at, cases[i].n };
		struct estimate got = estimate_set(&c, &set);
		uint64_t whole = cases[i].total > 90 ? cases[i].total : 90;

		print_message("case %zu\n", i);
		assert_int_equal(estimate_devices(got.low, whole), cases[i].low);
		assert_int_equal(estimate_devices(got.high, whole), cases[i].high);
	}
}

static void test_without_census(void **state)
{
	static const uint32_t other[] = { 0, 2 }, named[] = { 2, 3 };
	struct estimate_census c = { .type = ATTR_TEXT, .regions = 3 };
	struct estimate got = estimate_set(&c, &(struct set){ other, 2 });

	assert_true(got.low == W && got.high == W);
	got = estimate_set(&c, &(struct set){ named, 2 });
	assert_true(got.low == 0 && got.high == W);
}

static void test_words(void **state)
{
	static const struct {
		uint64_t low, high, of, devices;
		const char *want;
	} cases[] = {
		{ 0, 0, 1, 1000, "0 devices" },
		{ 1, 1, 8, 120000, "≈ 15,000 devices" },
		{ 15049, 15049, 100000, 100000, "≈ 15,000 devices" },
		{ 15050, 15050, 100000, 100000, "≈ 15,100 devices" },
		{ 999, 999, 1000, 1000, "≈ 999 devices" },
		{ 9995, 9995, 10000, 10000, "≈ 10,000 devices" },
		{ 0, 1, 2, 1000, "up to 500 devices" },
		{ 1, 2, 4, 1000, "≈ 250 to 500 devices" },
		{ 990, 1000, 1000, 1000, "≈ 995 devices" }, /* near enough to be one number */
		{ 1, 1, 1, UINT64_C(100000000000), "≈ 100,000,000,000 devices" },
		{ 1, 1, 8, 0, "≈ 12.5 %" },
		{ 0, 1, 3, 0, "up to 33.3 %" },
		{ 1, 1, 1, 0, "≈ 100 %" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct estimate e = { estimate_ratio(cases[i].low, cases[i].of).low,
				      estimate_ratio(cases[i].high, cases[i].of).high };
		struct strbuf out = STRBUF_INIT;

		estimate_words(&out, e, cases[i].devices, " devices");
		print_message("%s\n", cases[i].want);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

static void test_change_words(void **state)
{
	static const struct {
		struct estimate before, after;
		const char *want;
	} cases[] = {
		{ { W / 8, W / 8 }, { W / 4, W / 4 }, "≈ 15,000 → 30,000" },
		{ { W / 8, W / 8 }, { W / 8, W / 8 }, "≈ 15,000" },
		{ { 0, 0 }, { W / 4, W / 4 }, "0 → ≈ 30,000" },
		{ { W / 4, W / 4 }, { 0, 0 }, "≈ 30,000 → 0" },
		{ { 0, W / 8 }, { W / 4, W / 4 }, "up to 15,000 → ≈ 30,000" },
		{ { W / 8, W / 8 }, { W / 8, W / 4 }, "≈ 15,000 → 15,000 to 30,000" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		estimate_change_words(&out, cases[i].before, cases[i].after, 120000, "");
		print_message("%s\n", cases[i].want);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ratio),  cmocka_unit_test(test_take),
		cmocka_unit_test(test_census), cmocka_unit_test(test_without_census),
		cmocka_unit_test(test_words),  cmocka_unit_test(test_change_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
