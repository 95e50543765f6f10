/* publish/look.h: what stands at the destinations, and whether our build descends from it.. */
#ifndef PUBLISH_LOOK_H
#define PUBLISH_LOOK_H

#include "publish/job.h"

/* timestamp.json and build.json of all jobs. Those with nothing new, of another lineage, or that cannot be read end. */
void look(struct publishing *p);

/* Whether our build continues what stands there. */
enum lineage { LINEAGE_OURS, LINEAGE_BEFORE, LINEAGE_OTHER };
int look_lineage(enum lineage *out, struct publishing *p, const struct app_tree *t, struct slice timestamp) MUST_CHECK;

/* The error of exit 4; ends the job. `what` is the file that says so. */
void look_lost(struct publishing *p, struct job *j, const char *key);

#endif
