#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "resolve/bucket.h"

/* Expected numbers come from another implementation (Python's hashlib and integers). */
static void test_bucket(void **state)
{
	static const struct {
		struct slice salt;
		const char *id;
		uint64_t bucket;
	} cases[] = {
		{ SLICE("DEMO01-default/upgrade/android/5.0.0/quarter\0"), "u1", 0xb9a0236bba9af57a },
		{ SLICE("DEMO01-default/switch/DARK/0\0"), "device-1", 0xe7b6ddd15c1bde57 },
		{ SLICE("x\0"), NULL, 0x3040af219c1245c3 }, /* a long id: 300 times "a" */
	};
	struct digests *dg;
	char lots[301];

	(void)state;
	memset(lots, 'a', 300);
	lots[300] = '\0';
	assert_int_equal(digests_new(&dg), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t bucket = 0;

		print_message("%s\n", cases[i].salt.p);
		assert_int_equal(bucket_of(&bucket, dg, cases[i].salt, slice_of(cases[i].id ? cases[i].id : lots)), 0);
		assert_true(bucket == cases[i].bucket);
	}
	digests_free(dg);
}

static void test_percent(void **state)
{
	static const struct {
		uint32_t thousandths;
		uint64_t below;
		bool everybody;
	} cases[] = {
		{ 0, 0, false },
		{ 1, 0xa7c5ac471b47, false },
		{ 25000, 0x4000000000000000, false },
		{ 33333, 0x55551d68c692f6e8, false },
		{ 99999, 0xffff583a53b8e4b8, false },
		{ 100000, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bound b = bound_of_percent(cases[i].thousandths);

		print_message("%u\n", cases[i].thousandths);
		assert_true(b.everybody == cases[i].everybody && b.below == cases[i].below);
		assert_true(b.below == 0 || (bucket_within(b.below - 1, b) && !bucket_within(b.below, b)));
	}
	assert_false(bucket_within(0, bound_of_percent(0)));
	assert_true(bucket_within(UINT64_MAX, bound_of_percent(100000)));
}

static void test_limit(void **state)
{
	static const struct {
		uint32_t thousandths;
		uint64_t below;
	} cases[] = {
		{ 0, 0 },
		{ 1, 0x53e2d6238da3 },
		{ 33333, 0x2aaa8eb463497b74 },
		{ 99999, 0x7fffac1d29dc725d },
		{ 100000, 0x8000000000000001 },
	};
	const uint64_t limit = 0x8000000000000001;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bound b = bound_of_limit(&limit, cases[i].thousandths);

		print_message("%u\n", cases[i].thousandths);
		assert_true(!b.everybody && b.below == cases[i].below);
	}
	assert_true(bound_of_limit(NULL, 100000).everybody);
	assert_false(bound_of_limit(NULL, 99999).everybody);
}

static void test_ramp(void **state)
{
	static const struct mf_ramp ramp[] = { { 1000, 10 }, { 1003, 20 }, { 2000, 100000 }, { 2007, 1 } };
	static const struct {
		int64_t at;
		uint32_t value;
	} cases[] = {
		{ 0, 0 },        { 999, 0 },    { 1000, 10 },    { 1001, 13 },     { 1002, 16 },
		{ 1003, 20 },    { 1004, 120 }, { 1999, 99899 }, { 2000, 100000 }, { 2001, 85714 },
		{ 2006, 14286 }, { 2007, 1 },   { 2008, 1 },     { INT64_MAX, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%lld\n", (long long)cases[i].at);
		assert_int_equal(ramp_value(ramp, COUNT(ramp), cases[i].at), cases[i].value);
	}
	assert_int_equal(ramp_value(ramp, 1, 5000), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_ramp),
	};

	return cmocka_run_group_tests_name("resolve/bucket", tests, NULL, NULL);
}
