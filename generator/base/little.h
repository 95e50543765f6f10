/* base/little.h: little-endian numbers in bytes, as zip archives, signing blocks and Android's binary formats have them.
 *
 * The caller has made sure that the bytes are there. No alignment is needed. */
#ifndef BASE_LITTLE_H
#define BASE_LITTLE_H

#include <stdint.h>

static inline uint16_t little16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t little32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)little16(b) | (uint32_t)little16(b + 2) << 16;
}

static inline uint64_t little64(const void *p)
{
	const uint8_t *b = p;

	return (uint64_t)little32(b) | (uint64_t)little32(b + 4) << 32;
}

static inline void little32_put(void *p, uint32_t v)
{
	uint8_t *b = p;

	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(v >> 8 * i);
}

#endif
