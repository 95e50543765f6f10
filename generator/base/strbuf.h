/* base/strbuf.h: bytes being made.
 *
 * Invariants  p[n] is always NUL once anything was added, so p can be read as a C string (NULL while nothing was added).
 *             After a failed allocation `failed` sticks, further calls do nothing and the content is incomplete: twenty
 *             appends need one check at the end.
 * Ownership   the strbuf owns p. strbuf_release() frees it and makes the strbuf empty; strbuf_detach() hands p out. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>

#include "base/attr.h"
#include "base/slice.h"

struct strbuf {
	char *p;
	size_t n, cap;
	bool failed;
};

#define STRBUF_INIT                                                                                                    \
	{                                                                                                              \
		NULL, 0, 0, false                                                                                      \
	}

/* life cycle */
void strbuf_release(struct strbuf *sb);
void strbuf_reset(struct strbuf *sb);              /* empty, memory kept; clears `failed` */
char *strbuf_detach(struct strbuf *sb);            /* the caller frees; "" (never NULL) when empty; NULL when failed */
bool strbuf_grow(struct strbuf *sb, size_t extra); /* room for `extra` further bytes (and the NUL) */

/* content */
void strbuf_add(struct strbuf *sb, const void *p, size_t n);
void strbuf_adds(struct strbuf *sb, const char *cstr);
void strbuf_addslice(struct strbuf *sb, struct slice s);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
void strbuf_addhex(struct strbuf *sb, const void *bytes, size_t n); /* lower case */
void strbuf_addbase64(struct strbuf *sb, struct slice bytes);       /* RFC 4648 section 4, with padding */
void strbuf_adduint(struct strbuf *sb, uint64_t v);
void strbuf_addthousandths(struct strbuf *sb, uint32_t v); /* in the shortest way: 12500 is "12.5" */
void strbuf_truncate(struct strbuf *sb, size_t n);

struct slice strbuf_slice(const struct strbuf *sb); /* borrowed; until the next change */

#endif
