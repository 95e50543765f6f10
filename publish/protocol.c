#include "publish/protocol.h"

#include <string.h>

#include "publish/claims.h"
#include "publish/expiry.h"
#include "publish/job.h"
#include "publish/late.h"
#include "publish/look.h"
#include "publish/place.h"
#include "publish/pointer.h"
#include "publish/probe.h"
#include "publish/send.h"

/* --- plan ----------------------------------------------------------------------------------------------------------------- */

/* How a job ends whose plan has errors: other destinations' errors of the environment are not its own. */
static enum publish_state plan_files(struct publishing *p, struct job *j)
{
	bool before = p->d->environment, race = false;
	enum publish_state s = PUBLISH_DONE;

	p->d->environment = false;
	if (plan_against(&j->plan, p->a, j->tree, j->dest, &j->survey, p->o->repair, p->dg, p->d, &race))
		s = race ? PUBLISH_RACE : p->d->environment ? PUBLISH_FAILED : PUBLISH_BAD;
	p->d->environment = p->d->environment || before;
	j->report->there = j->plan.there + j->ours + j->notes_ours;
	j->report->there_bytes = j->plan.there_bytes + (j->ours ? job_file(j, FILE_POINTER)->length : 0) +
				 (j->notes_ours ? job_file(j, FILE_NOTES)->length : 0);
	return s;
}

static void plan_job(struct publishing *p, struct job *j)
{
	enum publish_state s;

	if (survey_take(&j->survey, p->a, j->dest, j->tree, p->d)) {
		job_end(j, PUBLISH_FAILED);
		return;
	}
	claims_follow(p, j);
	if (!j->ended && condemned_deleting(&j->survey.condemned, p->o->now)) {
		diag_error(p->d, SRCPOS_FILE(dest_place(p->a, j->dest, job_file(j, FILE_POINTER)->key)),
			   "mdstatic-publish prune is deleting just now; publish again when it is done, or after two "
			   "hours if it died");
		job_end(j, PUBLISH_RACE);
	}
	if (j->ended)
		return;
	s = plan_files(p, j);
	if (s != PUBLISH_DONE)
		job_end(j, s);
}

/* Pointer and notes are sent too, but for what is there of them. */
static void foretell(struct job *j)
{
	struct publish_report *r = j->report;
	const struct tree_file *pointer = job_file(j, FILE_POINTER), *notes = job_file(j, FILE_NOTES);

	r->files = j->plan.n + !j->ours + !j->notes_ours;
	r->bytes = j->plan.bytes + (j->ours ? 0 : pointer->length) + (j->notes_ours ? 0 : notes->length);
	job_end(j, job_has_work(j) ? PUBLISH_WOULD : PUBLISH_NOTHING_NEW);
}

/* --- probe ---------------------------------------------------------------------------------------------------------------- */

static bool is_unknown(const struct dest *t)
{
	return t->claim == CLAIM_UNKNOWN || t->match == MATCH_UNKNOWN;
}

/* Whether 1.root.json is to be sent; taken out of the plan then, for the probe sends it. */
static bool take_root(struct job *j, const struct tree_file *root)
{
	struct pub_plan *plan = &j->plan;

	for (size_t i = 0; i < plan->n; i++) {
		if (plan->v[i].file != root)
			continue;
		if (plan->v[i].reason != PLAN_ABSENT)
			return false;
		memmove(&plan->v[i], &plan->v[i + 1], (plan->n - i - 1) * sizeof(*plan->v));
		plan->n--;
		return true;
	}
	return false;
}

static enum publish_state probe_by(struct publishing *p, struct job *j)
{
	const struct tree_file *file = pub_tree_find(j->tree, SLICE("metadata/1.root.json"));
	struct probe_root root = { .file = file, .neighbour = j->pointer.version };
	bool sent = take_root(j, file);
	enum probe_result result;

	root.there = !sent;
	result = probe(j->dest, &root, p->d);
	if (result == PROBE_FAILED)
		return PUBLISH_FAILED;
	if (result == PROBE_RACE) {
		diag_error(p->d, SRCPOS_FILE(job_place(p, j, file)),
			   "is another root, which somebody else has published meanwhile");
		return PUBLISH_RACE;
	}
	j->report->files += sent;
	j->report->bytes += sent ? file->length : 0;
	if (j->dest->claim != CLAIM_NONE || p->o->unsafe)
		return PUBLISH_DONE;
	diag_environment(
		p->d, j->dest->name,
		"knows no conditional writes (If-None-Match, x-oss-forbid-overwrite, x-goog-if-generation-match): "
		"two publishers could overwrite each other; where there is only one, "
		"--unsafe-single-publisher publishes here");
	return PUBLISH_FAILED;
}

/* Each destination once, by the first app that has something to send. What is wrong with a root is that app's matter. */
static void probe_destinations(struct publishing *p)
{
	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i];
		enum publish_state s;

		if (!job_has_work(j) || !is_unknown(j->dest))
			continue;
		s = probe_by(p, j);
		if (s == PUBLISH_DONE)
			continue;
		job_end(j, s);
		for (size_t k = i + 1; k < p->njobs && s == PUBLISH_FAILED; k++) {
			if (p->jobs[k].dest == j->dest)
				job_end(&p->jobs[k], s);
		}
	}
}

/* --- the whole -------------------------------------------------------------------------------------------------------------- */

static void finish(struct publishing *p, struct job *j)
{
	bool completed = !j->ended && j->ours && j->report->nchanged;

	/* Who wrote the pointer that we found died before the end: of what he wrote, nobody has told the CDN. */
	j->report->nchanged = completed ? 0 : j->report->nchanged;
	for (size_t i = 0; i < j->tree->n && completed; i++) {
		const struct tree_file *f = &j->tree->v[i];

		if (f->class.role == FILE_POINTER || f->class.role == FILE_MUTABLE || f->class.role == FILE_NOTES)
			job_changed(p, j, f);
	}
	job_end(j, j->report->files ? PUBLISH_DONE : PUBLISH_NOTHING_NEW);
}

static void run(struct publishing *p)
{
	look(p);
	for (size_t i = 0; i < p->njobs; i++) {
		if (!p->jobs[i].ended)
			plan_job(p, &p->jobs[i]);
		if (p->o->dry_run && !p->jobs[i].ended)
			foretell(&p->jobs[i]);
	}
	probe_destinations(p);
	send_files(p);
	send_pointers(p);
	send_late(p);
	for (size_t i = 0; i < p->njobs; i++)
		finish(p, &p->jobs[i]);
}

static void release(struct publishing *p)
{
	for (size_t i = 0; i < p->njobs; i++) {
		strbuf_release(&p->jobs[i].pointer.body);
		strbuf_release(&p->jobs[i].notes.body);
		survey_release(&p->jobs[i].survey);
	}
}

int publish_exit(enum publish_state s)
{
	return s == PUBLISH_RACE ? 4 : s == PUBLISH_FAILED ? 3 : s == PUBLISH_BAD ? 1 : 0;
}

int publish(struct publish_report *reports, struct arena *a, const struct pub_tree *tree, struct dest *const *dests,
	    size_t ndests, const struct publish_options *o, struct digests *dg, struct diags *d)
{
	struct publishing p = { .o = o, .a = a, .dg = dg, .d = d, .dests = dests, .ndests = ndests };
	int bad = expiry_check(tree, o->now, o->valid_for, d), code = 0;

	p.njobs = tree->napps * ndests;
	p.jobs = ARENA_ARRAY(a, struct job, p.njobs);
	for (size_t i = 0; i < p.njobs; i++) {
		p.jobs[i] = (struct job){ .report = &reports[i],
					  .tree = &tree->apps[i / ndests],
					  .dest = dests[i % ndests],
					  .survey = SURVEY_INIT };
		reports[i] =
			(struct publish_report){ .dest = p.jobs[i].dest, .app = p.jobs[i].tree, .state = PUBLISH_BAD };
	}
	if (!bad)
		run(&p);
	release(&p);
	for (size_t i = 0; i < p.njobs; i++) {
		int one = publish_exit(reports[i].state);

		code = one > code ? one : code;
	}
	return bad && !code ? 1 : code;
}
