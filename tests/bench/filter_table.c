/* Prints generator/format/filter_table.h: how full a page of a whitelist filter may be for a wanted rate.
 *
 *   make build/bench/filter_table && build/bench/filter_table > generator/format/filter_table.h
 *
 * For each rate 2^-(e/4) the number of probes k, 1 <= k <= 64, that allows the greatest load, and that load: ids per
 * page, in thousandths. Loads are Poisson, and a page of j ids has had j*k bits set at random places of M:
 *
 *   rate(load, k) = sum over j of Pois(j; load) * E[fill(j)^k]
 *
 * fill has mean u = 1 - (1 - 1/M)^(jk) and the variance of the occupancy problem, v; the expectation is taken to second
 * order, u^k * (1 + k(k-1)/2 * v/u^2). Rates are rounded down to units of 1e-15, loads to thousandths. Runs for some
 * seconds. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#define BITS     32768.0L
#define FIRST    40  /* 2^-10, about 1e-3 */
#define LAST     160 /* 2^-40, just below 1e-12 */
#define PROBES   64
#define LOAD_MAX 3000000u /* thousandths; the first row needs 2268362 */

static long double fill_power(long double ids, unsigned k)
{
	long double t = ids * k, empty = expl(t * log1pl(-1 / BITS)), u = 1 - empty;
	long double v = empty / BITS + (1 - 1 / BITS) * expl(t * log1pl(-2 / BITS)) - empty * empty;

	if (ids < 0.5L)
		return 0;
	return powl(u, k) * (1 + k * (k - 1) / 2.0L * v / (u * u));
}

static long double rate_at(uint32_t load, unsigned k)
{
	long double mean = load / 1000.0L, sum = 0, width = 14 * sqrtl(mean) + 30;
	uint32_t from = mean > width ? (uint32_t)(mean - width) : 0;

	for (uint32_t j = from; j <= mean + width; j++)
		sum += expl(j * logl(mean) - mean - lgammal(j + 1.0L)) * fill_power(j, k);
	return sum;
}

/* The greatest load in thousandths that keeps the rate. */
static uint32_t load_for(long double bound, unsigned k)
{
	uint32_t low = 0, high = LOAD_MAX; /* low keeps it, high does not */

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (rate_at(mid, k) <= bound)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static void print_row(unsigned e)
{
	uint64_t rate = (uint64_t)floorl(powl(2, -(long double)e / 4) * 1e15L);
	unsigned best = 0, guess = e / 4; /* log2(1/rate); the best k is never far from it */
	uint32_t load = 0;

	for (unsigned k = guess - 3; k <= guess + 1 && k <= PROBES; k++) {
		uint32_t l = load_for((long double)rate * 1e-15L, k);

		if (l > load) {
			load = l;
			best = k;
		}
	}
	printf("\t{ %" PRIu64 ", %u, %" PRIu32 " }, /* 2^-%u.%02u */\n", rate, best, load, e / 4, e % 4 * 25);
}

int main(void)
{
	puts("/* format/filter_table.h: loads of filter pages. Printed by tests/bench/filter_table.c, which says how; "
	     "not edited. */");
	puts("#ifndef FORMAT_FILTER_TABLE_H\n#define FORMAT_FILTER_TABLE_H\n\n#include <stdint.h>\n");
	puts("struct filter_row {");
	puts("\tuint64_t rate;   /* of false positives at most, in units of 1e-15 */");
	puts("\tuint32_t probes;");
	puts("\tuint32_t load;   /* ids in a page on average at most, in thousandths */");
	puts("};\n");
	puts("static const struct filter_row filter_rows[] = {");
	for (unsigned e = FIRST; e <= LAST; e++)
		print_row(e);
	puts("};\n\n#endif");
	return fflush(stdout) || ferror(stdout);
}
