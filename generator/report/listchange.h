/* report/listchange.h: what changed in a whitelist, in numbers: reviews never name its members.
 *
 * Text       as build/whitelist.h reads it: ids between line breaks and commas, white space around them dropped. Order and repeated
 *            ids do not matter.
 * Exact      ids are compared themselves, not hashes of them.
 * Cost       what both texts begin and end with is only looked through, so that an edit of a list of 100 million costs what it
 *            changes; of texts that have nothing in common, 16 bytes an id. */
#ifndef REPORT_LISTCHANGE_H
#define REPORT_LISTCHANGE_H

#include "base/attr.h"
#include "base/slice.h"

struct list_change {
	uint64_t added, removed; /* distinct ids */
};

/* -1: out of memory. */
int list_change(struct list_change *out, struct slice before, struct slice after) MUST_CHECK;

/* How many ids the text has, repeated ones counted each time. */
uint64_t list_count(struct slice text);

#endif
