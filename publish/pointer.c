#include "publish/pointer.h"

#include "publish/claims.h"
#include "publish/place.h"

static bool has_matches(const struct dest *t)
{
	return t->match != MATCH_NONE && t->match != MATCH_UNKNOWN;
}

static void sent(struct publishing *p, struct job *j, const struct tree_file *f)
{
	j->report->files++;
	j->report->bytes += f->length;
	job_changed(p, j, f);
}

/* --- has a deletion begun? ---------------------------------------------------------------------------------------------- */

/* What was sent again because a pruner had condemned it is named no more: a deletion was there meanwhile, and may have taken it. */
static bool is_spared(const struct job *j, const struct condemned *now)
{
	for (size_t i = 0; i < j->plan.n; i++) {
		struct slice path = j->plan.v[i].file->path;

		if (condemned_find(&j->survey.condemned, path) && !condemned_find(now, path))
			return true;
	}
	return false;
}

static void check_deletion(struct publishing *p, struct job *j)
{
	const struct condemned *before = &j->survey.condemned;
	struct condemned now;

	if (survey_condemned(&now, p->a, j->dest, j->tree->app, p->d)) {
		job_end(j, PUBLISH_FAILED);
	} else if (now.deleting != before->deleting || is_spared(j, &now)) {
		diag_error(p->d,
			   SRCPOS_FILE(dest_place(
				   p->a, j->dest,
				   arena_printf(p->a, SLICE_FMT "/" CONDEMNED_NAME, SLICE_ARG(j->tree->app)).p)),
			   "mdstatic-publish prune has begun to delete meanwhile; publish again when it is done");
		job_end(j, PUBLISH_RACE);
	}
}

/* --- the pointer ---------------------------------------------------------------------------------------------------------- */

/* What was read at the beginning, or nothing where there was none. Without matches and claims there is one publisher: he said so. */
static void queue_pointer(struct job *j, struct dest_put *put)
{
	*put = job_put(job_file(j, FILE_POINTER));
	if (j->pointer.outcome == GET_FOUND)
		put_if_match(put, j->dest, &j->pointer.version);
	else
		put_if_absent(put, j->dest);
	j->dest->ops->queue_put(j->dest, put);
}

static void judge_pointer(struct publishing *p, struct job *j, const struct dest_put *put)
{
	const struct tree_file *f = job_file(j, FILE_POINTER);

	if (put->outcome == DEST_DONE) {
		sent(p, j, f);
	} else if (put->outcome == DEST_REFUSED) {
		diag_error(p->d, SRCPOS_FILE(job_place(p, j, f)),
			   "somebody else published first, while this tree was on its way; pull, build again");
		job_end(j, PUBLISH_RACE);
	} else {
		if (put->outcome == DEST_UNSUPPORTED)
			diag_environment(p->d, job_place(p, j, f), "the destination refuses the condition");
		job_end(j, PUBLISH_FAILED);
	}
}

/* Destinations that know claims only decide by them; all others by the pointer itself. */
static bool decides_by_claims(const struct job *j)
{
	return j->dest->claim != CLAIM_NONE && !has_matches(j->dest);
}

static bool is_next(const struct publishing *p, const struct job *j, enum job_rank rank)
{
	return !j->ended && !j->ours && job_rank(p, j) == rank;
}

static void send_rank(struct publishing *p, enum job_rank rank)
{
	struct dest_put *puts = ARENA_ARRAY(p->a, struct dest_put, p->njobs);

	for (size_t i = 0; i < p->njobs; i++) {
		if (is_next(p, &p->jobs[i], rank))
			check_deletion(p, &p->jobs[i]);
	}
	for (size_t i = 0; i < p->njobs; i++) {
		if (is_next(p, &p->jobs[i], rank) && !decides_by_claims(&p->jobs[i]))
			queue_pointer(&p->jobs[i], &puts[i]);
	}
	job_run(p);
	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i];

		if (!is_next(p, j, rank))
			continue;
		if (!decides_by_claims(j)) {
			judge_pointer(p, j, &puts[i]);
		} else {
			claims_decide(p, j);
			if (!j->ended)
				sent(p, j, job_file(j, FILE_POINTER));
		}
	}
}

void send_pointers(struct publishing *p)
{
	send_rank(p, JOB_LEADS);
	job_hold_followers(p);
	send_rank(p, JOB_FOLLOWS);
}
