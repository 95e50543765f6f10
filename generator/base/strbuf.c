#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

void strbuf_release(struct strbuf *sb)
{
	free(sb->p);
	*sb = (struct strbuf)STRBUF_INIT;
}

void strbuf_reset(struct strbuf *sb)
{
	sb->n = 0;
	sb->failed = false;
	if (sb->p)
		sb->p[0] = '\0';
}

char *strbuf_detach(struct strbuf *sb)
{
	char *p = NULL;

	if (strbuf_grow(sb, 0))
		p = TAKE(sb->p);
	strbuf_release(sb);
	return p;
}

bool strbuf_grow(struct strbuf *sb, size_t extra)
{
	size_t need, cap;
	char *p;

	if (sb->failed)
		return false;
	if (sb->p && extra < sb->cap - sb->n)
		return true;
	if (extra > PTRDIFF_MAX - 1 - sb->n) {
		sb->failed = true;
		return false;
	}
	need = sb->n + extra + 1;
	cap = sb->cap + sb->cap / 2;
	if (cap < need)
		cap = need < FIRST_CAPACITY ? FIRST_CAPACITY : need;
	p = realloc(sb->p, cap);
	if (!p) {
		sb->failed = true;
		return false;
	}
	sb->p = p;
	sb->cap = cap;
	sb->p[sb->n] = '\0';
	return true;
}

void strbuf_add(struct strbuf *sb, const void *p, size_t n)
{
	if (n == 0 || !strbuf_grow(sb, n))
		return;
	memcpy(sb->p + sb->n, p, n);
	sb->n += n;
	sb->p[sb->n] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *cstr)
{
	strbuf_addslice(sb, slice_of(cstr));
}

void strbuf_addslice(struct strbuf *sb, struct slice s)
{
	strbuf_add(sb, s.p, s.n);
}

void strbuf_addch(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strbuf_vaddf(sb, fmt, args);
	va_end(args);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list args)
{
	va_list again;
	int n;

	if (!strbuf_grow(sb, FIRST_CAPACITY))
		return;
	va_copy(again, args);
	n = vsnprintf(sb->p + sb->n, sb->cap - sb->n, fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n >= sb->cap - sb->n && strbuf_grow(sb, (size_t)n))
		n = vsnprintf(sb->p + sb->n, sb->cap - sb->n, fmt, args);
	if (n < 0)
		sb->failed = true;
	if (sb->failed)
		sb->p[sb->n] = '\0'; /* not a half-written piece */
	else
		sb->n += (size_t)n;
}

void strbuf_addhex(struct strbuf *sb, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	if (n > PTRDIFF_MAX / 2) {
		sb->failed = true;
		return;
	}
	if (n == 0 || !strbuf_grow(sb, 2 * n))
		return;
	for (size_t i = 0; i < n; i++) {
		sb->p[sb->n++] = "0123456789abcdef"[p[i] >> 4];
		sb->p[sb->n++] = "0123456789abcdef"[p[i] & 15];
	}
	sb->p[sb->n] = '\0';
}

void strbuf_addbase64(struct strbuf *sb, struct slice bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = (const uint8_t *)bytes.p;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t have = bytes.n - i;
		uint32_t v =
			(uint32_t)p[i] << 16 | (have > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (have > 2 ? p[i + 2] : 0);
		char four[] = { digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63], digits[v & 63] };

		for (size_t k = 1 + have; k < sizeof(four); k++)
			four[k] = '=';
		strbuf_add(sb, four, sizeof(four));
	}
}

void strbuf_adduint(struct strbuf *sb, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	strbuf_add(sb, digits + at, sizeof(digits) - at);
}

void strbuf_addthousandths(struct strbuf *sb, uint32_t v)
{
	uint32_t rest = v % 1000;
	int digits = 3;

	strbuf_adduint(sb, v / 1000);
	for (; rest && rest % 10 == 0; rest /= 10)
		digits--;
	if (rest)
		strbuf_addf(sb, ".%0*u", digits, (unsigned)rest);
}

void strbuf_truncate(struct strbuf *sb, size_t n)
{
	if (n >= sb->n)
		return;
	sb->n = n;
	sb->p[n] = '\0';
}

struct slice strbuf_slice(const struct strbuf *sb)
{
	return (struct slice){ sb->p, sb->n };
}
