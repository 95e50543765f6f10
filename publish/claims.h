/* publish/claims.h: the pointer at destinations that know claims and no matches (Alibaba OSS): a chain of claimed names.
 *
 * Chain      what follows a timestamp.json of version V is claimed as metadata/<V+1>.timestamp.json (after none: 1.timestamp.json), and
 *            holds the bytes of the next timestamp.json, whose own version is V+1 or more. A name is claimed once, so each timestamp.json
 *            has one successor, and that is the decision who comes next. The end of the chain is what timestamp.json is to be.
 * Pointer    whoever decided writes the end of the chain to timestamp.json, reads it back, and looks whether the end got a successor
 *            meanwhile; if so, once more. So a slow publisher may put an older pointer over a newer one, but cannot leave it there;
 *            and one that dies after his claim is completed by whoever comes next, be he of another lineage.
 * Outside    the claims are bytes of the destination: one that is no timestamp of that version or above is an error.
 * Prune      what a claim beyond the pointer leads to is about to be published: nobody prunes until the pointer is there. The newest claim
 *            stays; older ones may go when no pointer before them can come back: days, not minutes. */
#ifndef PUBLISH_CLAIMS_H
#define PUBLISH_CLAIMS_H

#include "publish/job.h"

/* After the survey: goes along the chain from the pointer, as far as the listing shows it. Sets base, and `decided` where its end is
 * ours. An end that we do not descend from: the pointer is completed (unless in a dry run), and the job ends as lost. */
void claims_follow(struct publishing *p, struct job *j);

/* Claims what follows the base, and sets the pointer. Ends the job where it is lost or fails. */
void claims_decide(struct publishing *p, struct job *j);

/* Whether the listing shows a claim beyond the pointer, which has this version. */
bool claims_pending(const struct dest_listing *l, struct slice app, uint64_t version);

#endif
