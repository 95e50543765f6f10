/* resolve/hash.h: a quick hash of short texts, for look-ups in memory only; equal hashes are always followed by a comparison. */
#ifndef RESOLVE_HASH_H
#define RESOLVE_HASH_H

#include "base/slice.h"

static inline unsigned char ascii_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* FNV-1a; with `fold`, ASCII letters count as lower case. */
static inline uint64_t hash_text(struct slice s, bool fold)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		h = (h ^ (fold ? ascii_fold(c) : c)) * 0x100000001b3u;
	}
	return h;
}

#endif
