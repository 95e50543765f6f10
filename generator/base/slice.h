/* base/slice.h: a borrowed run of bytes.
 *
 * Purpose    pointer + length as a small value, passed by copy; parsing looks into its input instead of copying it.
 * Ownership  a slice owns nothing; what it points into must outlive it.
 * Bytes      need not end in NUL; may hold any byte. The empty slice may have a NULL pointer. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *p;
	size_t n;
};

#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
#define SLICE_FMT      "%.*s" /* printf format of a slice: printf(SLICE_FMT, SLICE_ARG(s)) */
#define SLICE_ARG(s)   (int)((s).n < 0x7fffffff ? (s).n : 0x7fffffff), (s).p ? (s).p : ""
#define COUNT(array)   (sizeof(array) / sizeof(*(array)))

struct slice slice_of(const char *cstr); /* NULL gives the empty slice */
struct slice slice_bytes(const void *p, size_t n);

bool slice_eq(struct slice a, struct slice b);
bool slice_eqs(struct slice a, const char *cstr);
bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII letters without regard to case */
int slice_cmp(struct slice a, struct slice b);        /* byte order; a prefix sorts first; total */
int slice_order(const void *a, const void *b);        /* the same of two struct slice, for qsort() and bsearch() */
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);

struct slice slice_from(struct slice s, size_t start); /* what follows `start` bytes; empty when past the end */
struct slice slice_sub(struct slice s, size_t start, size_t n); /* clamped */
struct slice slice_trim(struct slice s); /* without ASCII white space (" \t\n\v\f\r") at both ends */

/* Cuts `*rest` at the first `sep`: returns what stands before it and moves `*rest` behind it. Without `sep` all of it is
 * returned and `*rest` becomes the empty slice with a NULL pointer, which ends a loop:
 *   for (struct slice rest = text, line; rest.p;) { line = slice_cut(&rest, '\n'); … } */
struct slice slice_cut(struct slice *rest, char sep);

/* How many of `n` things sort before `key`, which have a text by which they are sorted: the first one's is *first, the next
 * one's `stride` bytes behind it. With `through` also those that begin with the key. */
size_t slice_rank(const struct slice *first, size_t n, size_t stride, struct slice key, bool through);

/* Position of the byte, or -1. */
ptrdiff_t slice_find(struct slice s, char c);
ptrdiff_t slice_rfind(struct slice s, char c);

#endif
