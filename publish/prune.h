/* publish/prune.h: what nothing refers to any more is deleted, while others publish.
 *
 * Kept       everything that the pointer leads to, and every snapshot that was the newest at some moment of the last `days`; all roots;
 *            of each role the file with the highest number, so that numbers are not used twice; timestamp.json, build.json,
 *            prune.json; whatever is younger than `grace`; and whatever does not look like ours (a folder that no build writes,
 *            a name that no file of a tree can have, an object without a time).
 * Two runs   publish/condemned.h: the first names what is to go, the second, a grace later, deletes it. With a grace of 0 one run does
 *            both: for destinations to which nobody else publishes.
 * Pruners    of two at a time one gives up, where the destination knows If-Match (publish/condemned.h); where it does not (Alibaba OSS)
 *            there must be one at a time.
 * Many       one run names at most 100,000 files; the next one goes on.
 * Cap        more than `max` deletions: none is made (exit 1), because a mistake is likelier than that much garbage.
 * Clock      `now` against the times of the destination's own clock: the grace is to be longer than they differ by.
 * Uploads in parts that nobody completed go as well, when they are older than the grace. */
#ifndef PUBLISH_PRUNE_H
#define PUBLISH_PRUNE_H

#include "publish/dest.h"

struct prune_options {
	int64_t now, keep, grace; /* keep, grace: seconds */
	uint64_t max;
	bool dry_run;
};

struct prune_count {
	uint64_t files, bytes;
};

struct prune_report {
	struct slice app;
	bool published;     /* false: there is no pointer, and nothing was touched */
	uint64_t snapshots; /* whose files are kept */
	struct prune_count kept, waiting /* condemned, until a later run */, deleted /* or would be */;
	uint64_t parts; /* unfinished uploads that were given up */
};

/* 0; 1 somebody else is pruning (an error of exit 4); -1 error. What was done until then is in `out`. */
int prune_app(struct prune_report *out, struct dest *t, struct slice app, const struct prune_options *o,
	      struct digests *dg, struct diags *d);

#endif
