/* publish/condemned.h: prune.json, what a pruner is about to delete.
 *
 * Purpose    pruning and publishing may run at the same time, and neither can lock the other out. So deleting takes two runs of `prune`
 *            that lie a grace apart: the first one condemns objects by naming them in <appCode>/prune.json; the second deletes those that
 *            still nothing refers to and that nobody has written since. A publisher takes what is condemned for absent and sends it
 *            again, which makes it new; and just before its pointer it looks whether a deletion has begun meanwhile (`deleting`), and
 *            gives up with exit 4 then: what it found there at its start may be gone. Correct as long as a publisher's run is
 *            shorter than the grace.
 * Deletion   sets `deleting`, with an If-Match where the destination knows it, then lists, then deletes, then writes the rest with
 *            `deleting` 0. It gives up when DELETING_MAX / 2 have passed since; so a `deleting` that is older than DELETING_MAX is that
 *            of a pruner that died, and holds up nobody.
 * Bytes      {"condemned":{"<path>":<time>,…},"deleting":<time or 0>,"v":1}; paths relative to <appCode>/, as base/relpath.h says, times
 *            in seconds. Wire JSON, one encoding.
 *            Outside bytes: whoever writes to the bucket can only make publishers send more, or stop them.
 * Ownership  lives in the caller's arena. */
#ifndef PUBLISH_CONDEMNED_H
#define PUBLISH_CONDEMNED_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define CONDEMNED_NAME "prune.json"
#define CONDEMNED_MAX  (UINT64_C(256) << 20)
#define DELETING_MAX   7200 /* seconds */

struct condemned_path {
	struct slice path;
	int64_t since;
};

struct condemned {
	struct condemned_path *v; /* sorted by path, distinct */
	size_t n;
	int64_t deleting; /* when a deletion began; 0: none is going on */
};

int condemned_encode(struct strbuf *out, const struct condemned *c) MUST_CHECK; /* -1: memory */
int condemned_decode(struct condemned *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;
const struct condemned_path *condemned_find(const struct condemned *c, struct slice path); /* NULL: it is not */
/* Whether a deletion is going on: one that began less than DELETING_MAX ago, by clocks that differ by no more than that. */
bool condemned_deleting(const struct condemned *c, int64_t now);

#endif
