/* publish/job.h: one app on its way to one destination: what the steps of publish/protocol.h hand on to each other.
 *
 * A job that has ended (job_open() false) takes no further step. job_end() says how it ended; the reason stands in the diagnostics. */
#ifndef PUBLISH_JOB_H
#define PUBLISH_JOB_H

#include "publish/protocol.h"

struct job {
	struct publish_report *report;
	const struct app_tree *tree;
	struct dest *dest;
	struct dest_get pointer, notes; /* as they stood at the beginning */
	bool ours;                      /* the pointer is: what is missing behind it is completed */
	bool notes_ours;
	bool ended;
	struct survey survey;
	struct pub_plan plan;
	struct slice
		base; /* what our pointer is to follow: timestamp.json, or the newest of the claims; empty: nothing */
	uint64_t base_version; /* of it; 0: nothing */
	bool decided;          /* the newest of the claims is ours */
	bool superseded;       /* our pointer was there, and one that continues it has come already */
	size_t changed_cap;
};

struct publishing {
	const struct publish_options *o;
	struct arena *a;
	struct digests *dg;
	struct diags *d;
	struct dest *const *dests;
	size_t ndests;
	struct job *jobs;
	size_t njobs;
};

/* Of several destinations of an app the first one leads: the others claim a version, and get their pointer, only after it has. So two
 * publishers never win one destination each, and a destination that failed is behind the first and never beside it: the next tree
 * continues what both have. */
enum job_rank { JOB_LEADS = 1, JOB_FOLLOWS = 2 };
enum job_rank job_rank(const struct publishing *p, const struct job *j);
void job_hold_followers(struct publishing *p); /* ends those whose leader has failed or lost */

/* Runs what was queued for any of them; the outcomes say what became of it. The result is how a job ends of which a request is
 * DEST_FAILED or GET_FAILED: PUBLISH_BAD where nothing but a file of the tree was at fault. */
enum publish_state job_run(const struct publishing *p);

bool job_has_work(const struct job *j);            /* after its plan: anything to write */
void job_end(struct job *j, enum publish_state s); /* the first end counts */
const struct tree_file *job_file(const struct job *j,
				 enum file_role role); /* FILE_POINTER, FILE_NOTES: each tree has them */
const char *job_place(const struct publishing *p, const struct job *j, const struct tree_file *f);
void job_changed(struct publishing *p, struct job *j, const struct tree_file *f);

/* How a file is to be put, sent from the tree. */
struct dest_put job_put(const struct tree_file *f);
/* Under a condition where the destination knows it, as its probe said: absent, or still this version. */
void put_if_absent(struct dest_put *p, const struct dest *t);
bool put_if_match(struct dest_put *p, const struct dest *t, const struct dest_version *v); /* false: it does not */

#endif
