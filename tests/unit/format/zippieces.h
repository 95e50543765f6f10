/* An archive of two files that is put together from its pieces, so that a case can change each of them. */
#ifndef UNIT_FORMAT_ZIPPIECES_H
#define UNIT_FORMAT_ZIPPIECES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little.h"
#include "format/zipread.h"

#define NO_END "it is no zip archive, or is cut off: it has no end record"
#define ONES   "\xff\xff\xff\xff"

enum piece { GAP0, LOCAL0, DATA0, DESC0, GAP1, LOCAL1, DATA1, DESC1, BLOCK, CENTRAL0, CENTRAL1, END64, END, PIECES };

#define BYTES(literal)                                                                                                 \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}

/* "a" holds "abc", stored; "b" holds "def", in one block of deflate that is stored. Offsets are filled in later. */
static const struct slice usual[PIECES] = {
	[LOCAL0] = BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\xc2\x41\x24\x35\3\0\0\0\3\0\0\0\1\0\0\0a"),
	[DATA0] = BYTES("abc"),
	[LOCAL1] = BYTES("PK\3\4\x14\0\0\0\10\0\0\0\x21\0\x61\xe1\xc4\x0c\10\0\0\0\3\0\0\0\1\0\0\0b"),
	[DATA1] = BYTES("\1\3\0\xfc\xff"
			"def"),
	[CENTRAL0] =
		BYTES("PK\1\2\x14\0\x14\0\0\0\0\0\0\0\x21\0\xc2\x41\x24\x35\3\0\0\0\3\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0"
		      "\0\0\0\0a"),
	[CENTRAL1] =
		BYTES("PK\1\2\x14\0\x14\0\0\0\10\0\0\0\x21\0\x61\xe1\xc4\x0c\10\0\0\0\3\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0"
		      "\0\0\0\0\0\0b"),
	[END] = BYTES("PK\5\6\0\0\0\0\2\0\2\0\0\0\0\0\0\0\0\0\0\0"),
};

#define CRC0 "\xc2\x41\x24\x35"
#define CRC1 "\x61\xe1\xc4\x0c"

enum op { NOTHING, SET, ADD, EXTRA };

struct change {
	enum op op;
	enum piece piece;
	size_t at; /* SET: there, over what is there; ADD: to the piece's end; EXTRA: so, with the extra field's length */
	struct slice bytes;
};

#define CHANGES 8

static inline void put32(struct strbuf *piece, size_t at, uint64_t v)
{
	little32_put(piece->p + at, (uint32_t)v);
}

static inline void add(struct strbuf *pieces, const struct change *c)
{
	struct strbuf *piece = &pieces[c->piece];
	size_t at = c->piece < BLOCK ? 28 : 30;

	strbuf_addslice(piece, c->bytes);
	if (c->op == EXTRA) {
		piece->p[at] = (char)(piece->p[at] + (char)(c->bytes.n & 0xff));
		piece->p[at + 1] = (char)(piece->p[at + 1] + (char)(c->bytes.n >> 8));
	}
}

/* What the directory and the end records say about places; numbers that are all ones stay. */
static inline void fill_in(struct strbuf *pieces)
{
	size_t at[PIECES + 1] = { 0 };
	size_t size;

	for (size_t i = 0; i < PIECES; i++)
		at[i + 1] = at[i] + pieces[i].n;
	size = at[END64] - at[CENTRAL0];
	put32(&pieces[CENTRAL0], 42, at[LOCAL0]);
	put32(&pieces[CENTRAL1], 42, at[LOCAL1]);
	put32(&pieces[END], 12, size);
	put32(&pieces[END], 16, at[CENTRAL0]);
	if (pieces[END64].n == 76) {
		put32(&pieces[END64], 40, size);
		put32(&pieces[END64], 48, at[CENTRAL0]);
		put32(&pieces[END64], 64, at[END64]);
	}
}

static inline void make(struct strbuf *out, const struct change *changes)
{
	struct strbuf pieces[PIECES];

	memset(pieces, 0, sizeof(pieces));
	for (size_t i = 0; i < PIECES; i++)
		strbuf_addslice(&pieces[i], usual[i]);
	for (size_t i = 0; i < CHANGES; i++) {
		if (changes[i].op == ADD || changes[i].op == EXTRA)
			add(pieces, &changes[i]);
	}
	fill_in(pieces);
	for (size_t i = 0; i < CHANGES; i++) {
		const struct change *c = &changes[i];

		if (c->op != SET)
			continue;
		assert_true(c->at + c->bytes.n <= pieces[c->piece].n);
		memcpy(pieces[c->piece].p + c->at, c->bytes.p, c->bytes.n);
	}
	for (size_t i = 0; i < PIECES; i++) {
		strbuf_addslice(out, strbuf_slice(&pieces[i]));
		strbuf_release(&pieces[i]);
	}
}

/* Opens and unpacks a copy that ends where the memory ends. The reason, in static memory; NULL: good. */
static inline const char *read_exact(struct slice bytes, const struct zip_limits *limits)
{
	static char text[512];
	char *copy = malloc(bytes.n + 1);
	struct strbuf content = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct zip zip;
	int bad;

	memcpy(copy + 1, bytes.p ? bytes.p : "", bytes.n);
	bad = zip_open(&zip, &a, slice_bytes(copy + 1, bytes.n), limits, &why);
	for (size_t i = 0; !bad && i < zip.n; i++)
		bad = zip_read(&content, &zip, &zip.v[i], 1000, &why);
	assert_int_equal(bad != 0, why != NULL);
	snprintf(text, sizeof(text), "%s", why ? why : "");
	strbuf_release(&content);
	arena_release(&a);
	free(copy);
	return why ? text : NULL;
}

struct test_case {
	const char *what;
	struct change changes[CHANGES];
	const char *why; /* NULL: good */
};

static inline void check_cases(const struct test_case *v, size_t n)
{
	static const struct zip_limits none = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct strbuf zip = STRBUF_INIT;
		const char *why;

		print_message("%s\n", v[i].what);
		make(&zip, v[i].changes);
		why = read_exact(strbuf_slice(&zip), &none);
		assert_string_equal(why ? why : "", v[i].why ? v[i].why : "");
		strbuf_release(&zip);
	}
}

/* --- changes that several tests make --- */
/* More of the name, in both headers, which then have `length`. */
#define LONGER(bytes, length)                                                                                          \
	{ ADD, LOCAL0, 0, BYTES(bytes) }, { ADD, CENTRAL0, 0, BYTES(bytes) }, { SET, LOCAL0, 26, BYTES(length) },      \
	{                                                                                                              \
		SET, CENTRAL0, 28, BYTES(length)                                                                       \
	}

/* A descriptor follows "b". */
#define FLAG                                                                                                           \
	{ SET, LOCAL1, 6, BYTES("\10") },                                                                              \
	{                                                                                                              \
		SET, CENTRAL1, 8, BYTES("\10")                                                                         \
	}

static const char record64[] = "PK\6\6\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
			       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0PK\6\7\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0";
#define WITH_64                                                                                                        \
	{                                                                                                              \
		ADD, END64, 0,                                                                                         \
		{                                                                                                      \
			record64, sizeof(record64)                                                                     \
		}                                                                                                      \
	} /* its NUL is the last byte */

#endif
