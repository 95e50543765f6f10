#include "base/slice.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

struct slice slice_of(const char *cstr)
{
	return (struct slice){ cstr, cstr ? strlen(cstr) : 0 };
}

struct slice slice_bytes(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_eqs(struct slice a, const char *cstr)
{
	return slice_eq(a, slice_of(cstr));
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

int slice_order(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

bool slice_starts(struct slice s, const char *prefix)
{
	struct slice want = slice_of(prefix);

	return s.n >= want.n && slice_eq(slice_sub(s, 0, want.n), want);
}

bool slice_ends(struct slice s, const char *suffix)
{
	struct slice want = slice_of(suffix);

	return s.n >= want.n && slice_eq(slice_from(s, s.n - want.n), want);
}

struct slice slice_from(struct slice s, size_t start)
{
	return slice_sub(s, start, s.n);
}

struct slice slice_sub(struct slice s, size_t start, size_t n)
{
	if (!s.p)
		return (struct slice){ NULL, 0 };
	if (start > s.n)
		start = s.n;
	return (struct slice){ s.p + start, n < s.n - start ? n : s.n - start };
}

struct slice slice_trim(struct slice s)
{
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_space(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

struct slice slice_cut(struct slice *rest, char sep)
{
	struct slice whole = *rest;
	ptrdiff_t at = slice_find(whole, sep);

	if (at < 0) {
		*rest = (struct slice){ NULL, 0 };
		return whole;
	}
	*rest = slice_from(whole, (size_t)at + 1);
	return slice_sub(whole, 0, (size_t)at);
}

size_t slice_rank(const struct slice *first, size_t n, size_t stride, struct slice key, bool through)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const void *at = (const char *)first + middle * stride;
		struct slice text = *(const struct slice *)at;
		int order = slice_cmp(through ? slice_sub(text, 0, key.n) : text, key);

		if (order < 0 || (through && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

ptrdiff_t slice_find(struct slice s, char c)
{
	const char *found = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return found ? found - s.p : -1;
}

ptrdiff_t slice_rfind(struct slice s, char c)
{
	for (size_t i = s.n; i > 0; i--) { /* not every libc has memrchr() */
		if (s.p[i - 1] == c)
			return (ptrdiff_t)(i - 1);
	}
	return -1;
}
