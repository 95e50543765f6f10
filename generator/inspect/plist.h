/* inspect/plist.h: property lists of iOS packages, in both their forms, read strictly.
 *
 * Bytes      binary: "bplist00", objects, a table of their offsets, a trailer of 32 bytes (the layout that CoreFoundation's
 *            CFBinaryPList.c describes); XML: <plist> with dict, key, string, integer, real, true, false, date, data, array. The
 *            text before or after an XML list (a signature around it) is not skipped: give the list alone.
 * Values     a table of nodes, the same for both forms; every value is one node, also where many containers share it. Texts are
 *            UTF-8. What nobody asks for here has the type PLIST_OTHER: data, reals, nulls, uids, integers beyond int64_t, dates
 *            outside the years 1970 to 9999.
 * Input      hostile, borrowed. At most PLIST_MAX bytes. Refused: references to nowhere, objects that together are larger than the
 *            file, containers that hold themselves, more than PLIST_DEPTH levels, a key that is no string or stands twice in
 *            one dictionary (readers differ in which they take), document types with declarations of their own, and so entities.
 * Shared     a binary list may refer to one value often, so that a small file stands for a tree that no memory holds: what stands for
 *            more than PLIST_VALUES values is refused. Whoever walks a list needs no limits of his own.
 * Work       linear in the bytes.
 * Memory     less than 70 times the bytes, in the arena; 10 times for what tools write.
 * Errors     -1 and a reason of one line, constant or in the arena.
 * Threads    read-only once opened. */
#ifndef INSPECT_PLIST_H
#define INSPECT_PLIST_H

#include "base/arena.h"
#include "base/slice.h"

#define PLIST_MAX    ((size_t)1 << 20) /* bytes */
#define PLIST_DEPTH  64                /* of containers in one another */
#define PLIST_VALUES ((uint32_t)1 << 20)

enum plist_type {
	PLIST_OTHER,
	PLIST_BOOL,
	PLIST_INTEGER,
	PLIST_DATE,
	PLIST_STRING,
	PLIST_ARRAY,
	PLIST_DICT,
};

struct plist_node {
	enum plist_type type;
	uint32_t n;            /* of an array: values; of a dictionary: pairs */
	const uint32_t *items; /* numbers of nodes; a dictionary's n keys, then its n values */
	struct slice text;     /* string */
	int64_t number;        /* bool: 0 or 1; integer; date: seconds since 1970, fractions cut off */
};

struct plist {
	struct plist_node *v;
	size_t n, cap;
	uint32_t root;
};

int plist_open(struct plist *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

const struct plist_node *plist_root(const struct plist *p);
/* The value of a dictionary's key; NULL: absent, or `dict` is NULL or no dictionary, so that calls can be nested. */
const struct plist_node *plist_get(const struct plist *p, const struct plist_node *dict, const char *key);
/* The i-th value of an array; NULL: there are fewer, or it is none. */
const struct plist_node *plist_item(const struct plist *p, const struct plist_node *array, size_t i);

/* A key's string, copied into the arena; the empty slice where it is absent. -1: it is of another type. */
int plist_string(struct slice *out, struct arena *a, const struct plist *p, const struct plist_node *dict,
		 const char *key, const char **why) MUST_CHECK;

#endif
