/* JSON in C source: `'` stands for a quotation mark, `@` for the hash below. */
#ifndef TESTS_UNIT_FORMAT_PATTERN_H
#define TESTS_UNIT_FORMAT_PATTERN_H

#include "base/strbuf.h"

#define PATTERN_HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static inline struct strbuf pattern(const char *p)
{
	struct strbuf out = STRBUF_INIT;

	for (; *p; p++) {
		if (*p == '@')
			strbuf_adds(&out, PATTERN_HASH);
		else
			strbuf_addch(&out, *p == '\'' ? '"' : *p);
	}
	return out;
}

static inline bool pattern_is_hash(const uint8_t hash[32])
{
	for (size_t i = 0; i < 32; i++)
		if (hash[i] != 0x11 * (i % 16))
			return false;
	return true;
}

#endif
