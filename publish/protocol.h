/* publish/protocol.h: how a tree gets to its destinations, whatever dies in between and whoever publishes at the same time.
 *
 * Idea       no name but the mutable ones is ever written twice with different bytes; all that a pointer leads to is there before the
 *            pointer is. So a device sees the old or the new release, complete, at every moment.
 * Steps      of each app, for all destinations together (content everywhere, then metadata, then pointers):
 *            1. look     timestamp.json and build.json. The pointer is ours: what is missing behind it is completed (nothing, where
 *                        build.json is ours too: it is written last). One that our build descends from: go on. None: go on. Else exit 4.
 *            2. plan     prune.json, one listing (publish/survey.h, publish/plan.h). What nobody has: exit 1. Other bytes: exit 4.
 *                        Until here nothing is written.
 *            3. probe    publish/probe.h. No claims: exit 3, unless --unsafe-single-publisher.
 *            4. content  targets/, in any order.
 *            5. claim    N.snapshot.json, if absent. Whoever has it may go on; other bytes: exit 4.
 *            6. rest     h5/, global packages, other metadata, if absent; then pages and presets that have new names.
 *            7. pointer  prune.json once more (publish/condemned.h); then timestamp.json, if it is still what was read in step 1 (if
 *                        absent where there was none). Destinations that know claims only: publish/pointer.h.
 *            8. late     pages and presets that were there with other bytes, then build.json: publish/late.h.
 * Condemned  files that are there are sent again before a pruner deletes them: objects in any case, others if they are still what was
 *            listed.
 * Races      lost ones are exit 4: nothing is broken; pull, build and publish again.
 * Expiry     a tree whose metadata has ended, or ends within `valid_for`, is not published: exit 1, before any request.
 * Several    the first destination leads (publish/job.h): where it fails or is lost, the others stay as they are. One of the others that fails
 *            does not hold up the rest; the next run catches up with it.
 * Exit codes the worst of all destinations, each named: 4 over 3 over 1. */
#ifndef PUBLISH_PROTOCOL_H
#define PUBLISH_PROTOCOL_H

#include "publish/dest.h"
#include "publish/plan.h"
#include "publish/tree.h"

struct publish_options {
	int64_t now;
	int64_t valid_for; /* seconds that every role must still be valid */
	bool dry_run;
	bool unsafe; /* no claims needed */
	bool full;   /* look behind a pointer that is ours, even where build.json is ours too */
	bool repair;
};

enum publish_state { PUBLISH_NOTHING_NEW, PUBLISH_DONE, PUBLISH_WOULD, PUBLISH_RACE, PUBLISH_BAD, PUBLISH_FAILED };

struct publish_report { /* one app at one destination */
	const struct dest *dest;
	const struct app_tree *app;
	enum publish_state state;
	uint64_t files, bytes;       /* sent, or to be sent; pointer and notes too */
	uint64_t there, there_bytes; /* known to be there */
	uint64_t version;            /* of timestamp.json as it stood there; 0: there was none */
	struct slice commit;         /* of build.json as it stood there; empty: there was none, or it says none */
	const char **changed;        /* mutable keys that were written, relative to DEST: what a CDN must forget */
	size_t nchanged;
};

/* `reports` has room for napps × ndests: those of an app stand together. Everything they point to lives in `a`. Returns the exit code. */
int publish(struct publish_report *reports, struct arena *a, const struct pub_tree *tree, struct dest *const *dests,
	    size_t ndests, const struct publish_options *o, struct digests *dg, struct diags *d);

int publish_exit(enum publish_state s); /* 0, 1, 3 or 4 */

#endif
