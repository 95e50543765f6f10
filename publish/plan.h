/* publish/plan.h: what is missing at a destination, what is there, and what is in the way.
 *
 * Known      from the listing of the destination: one request for a thousand keys, none for each.
 *            Length first; then the ETag, where it says something about the bytes; where both fit, the file is there.
 *            An ETag that differs although it looks like an MD5: the file is read. A bucket that encrypts has other ETags, and after the
 *            first file that turns out to be so the lengths alone count for objects and h5/.
 *            Metadata and what may change under its name are never taken for there by their length: read, where the ETag says nothing.
 * Conflict   other bytes under a name that never changes: exit 4, nothing is overwritten. (`repair`: an object of targets/ whose
 *            bytes do not fit its name is sent again.)
 * Missing    a file that is neither here nor there: exit 1, before the first write. */
#ifndef PUBLISH_PLAN_H
#define PUBLISH_PLAN_H

#include "publish/survey.h"

enum plan_reason {
	PLAN_ABSENT,
	PLAN_CHANGED,   /* a mutable one that is there with other bytes */
	PLAN_TAKEN,     /* a mutable one that was absent, and was written by somebody else before us */
	PLAN_CONDEMNED, /* there, but a pruner is about to delete it; of a mutable one perhaps with other bytes */
	PLAN_DAMAGED    /* an object, sent again by `repair` */
};

struct plan_item {
	const struct tree_file *file;
	enum plan_reason reason;
	struct dest_version version; /* of what stands there, as the listing says it; empty: nothing, or not known */
};

struct pub_plan {
	struct plan_item *v; /* to be sent, in the order of enum file_role, then by path; without pointer and notes */
	size_t n;
	uint64_t bytes;
	uint64_t there, there_bytes; /* files, the same */
};

/* 0, or -1: errors were recorded; *race: one of them is of exit 4. Nothing is written. */
int plan_against(struct pub_plan *out, struct arena *a, const struct app_tree *t, struct dest *dest,
		 const struct survey *survey, bool repair, struct digests *dg, struct diags *d, bool *race) MUST_CHECK;

#endif
