/* base/big.h: big-endian numbers in bytes, as PNG, Mach-O, binary property lists and our deltas have them.
 *
 * The caller has made sure that the bytes are there. No alignment is needed. */
#ifndef BASE_BIG_H
#define BASE_BIG_H

#include "base/slice.h"

static inline uint64_t big_number(struct slice s) /* of up to 8 bytes; of more the last 8 */
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

static inline uint32_t big32(const void *p)
{
	return (uint32_t)big_number(slice_bytes(p, 4));
}

static inline uint64_t big64(const void *p)
{
	return big_number(slice_bytes(p, 8));
}

static inline void big64_put(void *p, uint64_t v)
{
	uint8_t *b = p;

	for (int i = 7; i >= 0; i--, v >>= 8)
		b[i] = (uint8_t)v;
}

#endif
