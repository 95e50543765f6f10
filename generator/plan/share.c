#include "plan/share.h"

#include <float.h>
#include <math.h>

typedef long double real; /* 64 bits of mantissa at least */
__extension__ typedef unsigned __int128 uint128;

#define PI           3.141592653589793238462643383279502884L
#define RISK         0.001L
#define RISK_ROUNDED (RISK * (1 + 1e-15L)) /* rounding must not turn "equal" into "above" */
#define NEWTON_STEPS 24                    /* then bisection, which ends for sure */
#define DIGITS_MIN   1000000000u
#define DIGITS_MAX   9999999999u
#define SCALE_MIN    10u /* p < 1 */
#define SCALE_MAX    30u /* p >= 1e-21: below what 2^63 devices and one user give */

/* --- P(Binomial(n, p) = x), after Loader: no large numbers are subtracted from each other ------------------------- */

/* ln(m!) - ln(Stirling's approximation of m!) */
static real stirling_error(real m)
{
	static const real series[] = { 1.0L / 12,   -1.0L / 360,      1.0L / 1260, -1.0L / 1680,
				       1.0L / 1188, -691.0L / 360360, 1.0L / 156 };
	real sum = 0, factorial = 1, square = 1 / (m * m);

	if (m < 24) {
		for (unsigned i = 2; i <= (unsigned)m; i++)
			factorial *= (real)i;
		return logl(factorial) - (m + 0.5L) * logl(m) + m - 0.5L * logl(2 * PI);
	}
	for (unsigned i = sizeof(series) / sizeof(*series); i-- > 0;)
		sum = sum * square + series[i];
	return sum / m;
}

/* x ln(x / mean) + mean - x */
static real deviance(real x, real mean)
{
	real v = (x - mean) / (x + mean), term = 2 * x * v, sum = (x - mean) * v, before;

	if (fabsl(v) > 0.1L)
		return x * logl(x / mean) + mean - x;
	for (unsigned i = 3;; i += 2) {
		before = sum;
		term *= v * v;
		sum += term / (real)i;
		if (sum == before)
			return sum;
	}
}

static real exactly(real n, real x, real p)
{
	real q = 1 - p, log_tail;

	if (x == n)
		return expl(n * logl(p));
	log_tail = stirling_error(n) - stirling_error(x) - stirling_error(n - x) - deviance(x, n * p) -
		   deviance(n - x, n * q);
	return expl(log_tail) * sqrtl(n / (2 * PI * x * (n - x)));
}

/* --- P(Binomial(n, p) >= x) = I_p(x, n - x + 1) ------------------------------------------------------------------- */

/* P(>= x) / P(= x) for x above the mean: the continued fraction of the incomplete beta function, by Lentz's method. Far
 * enough in the tail it takes some 60 steps, however large n is. */
static real tail_ratio(real n, real x, real p)
{
	real a = x, b = n - x + 1, c = 1, d = 1 / (1 - (a + b) * p / (a + 1)), h = d, step;

	for (unsigned i = 1;; i++) {
		real m = (real)i;
		real even = m * (b - m) * p / ((a + 2 * m - 1) * (a + 2 * m));
		real odd = -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / (1 + even * d);
		c = 1 + even / c;
		h *= d * c;
		d = 1 / (1 + odd * d);
		c = 1 + odd / c;
		step = d * c;
		h *= step;
		if (fabsl(step - 1) < 8 * LDBL_EPSILON)
			return h * (1 - p);
	}
}

/* --- the search --------------------------------------------------------------------------------------------------- */

/* Decimals of 10 digits in ascending order are 0, 1, 2 …: 1e-21 is the first. */
static struct share decimal_at(uint64_t place)
{
	const uint64_t decade = DIGITS_MAX - DIGITS_MIN + 1;

	return (struct share){ DIGITS_MIN + place % decade, SCALE_MAX - (unsigned)(place / decade) };
}

static real share_value(struct share s)
{
	real power = 1;

	for (unsigned i = 0; i < s.scale; i++)
		power *= 10;
	return (real)s.digits / power;
}

/* The place of the largest decimal that is at most p. */
static uint64_t place_below(real p)
{
	const uint64_t decade = DIGITS_MAX - DIGITS_MIN + 1;
	unsigned scale = SCALE_MIN;

	for (p *= (real)DIGITS_MAX + 1; p < DIGITS_MIN && scale < SCALE_MAX; scale++)
		p *= 10;
	if (p < DIGITS_MIN)
		return 0;
	if (p >= (real)DIGITS_MAX + 1)
		p = DIGITS_MAX;
	return (SCALE_MAX - scale) * decade + (uint64_t)p - DIGITS_MIN;
}

/* Near what is searched: the Poisson share by Wilson and Hilferty's cube root, corrected for a finite audience. */
static real first_guess(real n, real x)
{
	real root = 1 - 1 / (9 * x) - 3.0902L / (3 * sqrtl(x));
	real mean = x * root * root * root;

	return mean / (n + (mean - x + 1) / 2);
}

/* Newton's method on ln P over ln p, between a decimal that is small enough and one that is not: P is near 1/2 at the
 * mean. */
struct share share_of(uint64_t users, uint64_t audience)
{
	real n = (real)audience, x = (real)users + 1;
	uint64_t low = 0, high = place_below(x / n) + 1;
	uint64_t place = place_below(first_guess(n, x));

	for (unsigned steps = 0; low + 1 < high; steps++) {
		real p, point, ratio;

		if (steps >= NEWTON_STEPS)
			place = low + (high - low) / 2;
		if (place <= low)
			place = low + 1;
		if (place >= high)
			place = high - 1;
		p = share_value(decimal_at(place));
		point = exactly(n, x, p);
		ratio = tail_ratio(n, x, p);
		if (point * ratio <= RISK_ROUNDED)
			low = place;
		else
			high = place;
		place = place_below(p * expl(logl(RISK / (point * ratio)) * ratio / x));
	}
	return decimal_at(low);
}

uint64_t share_limit(struct share s)
{
	uint128 power = 1;

	for (unsigned i = 0; i < s.scale; i++)
		power *= 10;
	return (uint64_t)(((uint128)s.digits << 64) / power);
}
