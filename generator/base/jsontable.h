/* base/jsontable.h: where every value of a JSON text stands, found in one pass.
 *
 * Purpose    a file with thousands of errors is scanned once: from the document down, an item costs nothing to find,
 *            a member of an object a binary search, its line and column a few hundred bytes of text.
 * Use        jsontable_make(); from `root` on by jsontable_member() and jsontable_item(); jsontable_place();
 *            jsontable_release().
 * Memory     28 bytes for a value, twice that while it is made, and 12 for every 256 bytes of text.
 * Limits     4 GiB of text; at most 2048 arrays and objects in each other, as in jansson; deeper is no JSON.
 * Ownership  the table borrows the text. Values are numbers below `n` and keep them.
 * Threads    a table is read-only once it is made. */
#ifndef BASE_JSONTABLE_H
#define BASE_JSONTABLE_H

#include "base/attr.h"
#include "base/jsonpos.h"
#include "base/strbuf.h"

struct jsontable_value {
	uint32_t from, to;         /* offsets in the text */
	uint32_t key_from, key_to; /* of the key with its quotes; equal: the value is no member of an object */
	uint32_t hash;             /* of the key as it is meant */
	uint32_t first,
		n; /* children: values first .. first + n - 1; an array's in order, an object's by (hash, place) */
};

struct jsontable {
	struct slice text;
	const struct jsontable_value *v;
	size_t n, root;
	struct strbuf values, marks; /* what `v` and the lines live in */
};

#define JSONTABLE_INIT                                                                                                 \
	{                                                                                                              \
		.text = { NULL, 0 }                                                                                    \
	}

/* False: the text is no JSON, or memory ended; the table then holds what stands before the fault, an object that
 *            does not end
 * with the members that it has. To be released in both cases. */
bool jsontable_make(struct jsontable *out, struct slice text) MUST_CHECK;
void jsontable_release(struct jsontable *t);

/* A child of a value: the member with that key (unescaped; the last of duplicates), the item with that number.
 *            False: the value
 * has none, or is neither object nor array. */
bool jsontable_member(size_t *out, const struct jsontable *t, size_t object, struct slice key);
bool jsontable_item(size_t *out, const struct jsontable *t, size_t array, uint64_t index);

void jsontable_place(struct jsonpos *out, const struct jsontable *t, size_t value);
/* Of the value's key; false: it is no member of an object. */
bool jsontable_key_place(struct jsonpos *out, const struct jsontable *t, size_t value);
/* The key of a member as it is meant; from `room` where it has escapes. */
struct slice jsontable_key(struct strbuf *room, const struct jsontable *t, size_t member);

#endif
