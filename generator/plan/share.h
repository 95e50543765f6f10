/* plan/share.h: how large a share of devices a "first N users" window may take without a server that counts.
 *
 * Definition the largest p for which P(Binomial(audience, p) > users) <= 0.001, rounded down to 10 significant
 *            decimal digits; the limit is floor(p × 2^64). users >= audience is everybody and has no limit: do not
 *            ask.
 * Exactness  p is searched among the decimals themselves, and p × 2^64 is integer arithmetic: every platform whose
 *            long double has 64 bits of mantissa or more gets the same digits. A probability within 1e-15 (relative)
 *            of 0.001 counts as equal to it, so that 2 of 3 gives exactly 0.1.
 * Range      1 <= users < audience < 2^63. Some 10 µs, whatever the numbers. Pure, takes no memory. */
#ifndef PLAN_SHARE_H
#define PLAN_SHARE_H

#include <stdint.h>

struct share { /* p = digits × 10^-scale, 10^9 <= digits < 10^10 */
	uint64_t digits;
	unsigned scale;
};

struct share share_of(uint64_t users, uint64_t audience);
uint64_t share_limit(struct share s); /* floor(p × 2^64) */

#endif
