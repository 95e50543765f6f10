#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/slice.h"
#include "plan/share.h"

/* Made with 40 digits of precision by an independent program; expected = p × audience, to the digits shown. */
static const struct {
	uint64_t users, audience, digits;
	unsigned scale;
} published[] = {
	{ 10, 10000000, 3491485356, 16 },
	{ 100, 10000000, 7276752110, 15 },
	{ 1000, 10000000, 9060762015, 14 },
	{ 10000, 10000000, 9694956912, 13 },
	{ 100000, 10000000, 9903145877, 12 },
	{ 1000000, 10000000, 9970715275, 11 },
	{ 1, 2, 3162277660, 11 },
	{ 2, 3, 1000000000, 10 }, /* p³ = 0.001 exactly */
	{ 999999, 1000000, 9999930922, 10 },
};

static void figures(void **state)
{
	for (size_t i = 0; i < COUNT(published); i++) {
		struct share s = share_of(published[i].users, published[i].audience);

		print_message("%u of %u\n", (unsigned)published[i].users, (unsigned)published[i].audience);
		assert_int_equal(s.digits, published[i].digits);
		assert_int_equal(s.scale, published[i].scale);
	}
}

static long double above(uint64_t n, uint64_t k, long double p)
{
	long double sum = 0;

	for (uint64_t x = k + 1; x <= n; x++) {
		long double term = 1;

		for (uint64_t i = 0; i < x; i++)
			term *= p * (long double)(n - i) / (long double)(x - i);
		for (uint64_t i = x; i < n; i++)
			term *= 1 - p;
		sum += term;
	}
	return sum;
}

/* The decimal keeps the risk, the next one does not: for all small cases, by adding everything up. */
static void direct_sums(void **state)
{
	for (uint64_t n = 2; n <= 40; n++) {
		for (uint64_t k = 1; k < n; k++) {
			struct share s = share_of(k, n);
			long double unit = powl(10, -(long double)s.scale);

			assert_in_range(s.digits, 1000000000u, 9999999999u);
			assert_true(above(n, k, (long double)s.digits * unit) <= 0.001L * (1 + 1e-14L));
			assert_true(above(n, k, (long double)(s.digits + 1) * unit) > 0.001L);
		}
	}
}

static void limits(void **state)
{
	static const struct {
		struct share share;
		uint64_t limit;
	} cases[] = {
		{ { 5000000000, 10 }, 0x8000000000000000 },
		{ { 1000000000, 10 }, 0x1999999999999999 },
		{ { 9999999999, 10 }, 0xffffffff920c8098 },
		{ { 3491485356, 16 }, 0x000005db94dfed33 },
		{ { 5044668641, 30 }, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(share_limit(cases[i].share) == cases[i].limit);
}

/* Whatever is asked, the answer comes at once and grows with the users. */
static void extremes(void **state)
{
	const uint64_t n = (uint64_t)1 << 62;
	uint64_t before = 0;

	for (uint64_t users = 1; users < n / 2; users *= 7) {
		uint64_t limit = share_limit(share_of(users, n));

		assert_true(limit >= before);
		before = limit;
	}
	assert_true(share_limit(share_of(n - 1, n)) > UINT64_MAX / 10 * 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(figures), cmocka_unit_test(direct_sums),
					    cmocka_unit_test(limits), cmocka_unit_test(extremes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
