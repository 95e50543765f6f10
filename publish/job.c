#include "publish/job.h"

#include <string.h>

#include "publish/place.h"

enum publish_state job_run(const struct publishing *p)
{
	bool before = p->d->environment;
	size_t errors = p->d->errors;
	enum publish_state s;

	p->d->environment = false;
	s = dest_run(p->dests, p->ndests, p->d) && p->d->errors > errors && !p->d->environment ? PUBLISH_BAD
											       : PUBLISH_FAILED;
	p->d->environment = p->d->environment || before;
	return s;
}

bool job_has_work(const struct job *j)
{
	return !j->ended && (j->plan.n || !j->ours || !j->notes_ours);
}

void job_end(struct job *j, enum publish_state s)
{
	if (!j->ended)
		j->report->state = s;
	j->ended = true;
}

const struct tree_file *job_file(const struct job *j, enum file_role role)
{
	for (size_t i = 0; i < j->tree->n; i++) {
		if (j->tree->v[i].class.role == role)
			return &j->tree->v[i];
	}
	return NULL;
}

const char *job_place(const struct publishing *p, const struct job *j, const struct tree_file *f)
{
	return dest_place(p->a, j->dest, f->key);
}

void job_changed(struct publishing *p, struct job *j, const struct tree_file *f)
{
	struct publish_report *r = j->report;

	ARENA_PUSH(p->a, r->changed, r->nchanged, j->changed_cap, f->key);
}

struct dest_put job_put(const struct tree_file *f)
{
	struct dest_put p = {
		.key = f->key, .file = f->local, .length = f->length, .class = &f->class, .settle = true
	};

	memcpy(p.sha256, f->sha256, SHA256_SIZE);
	return p;
}

void put_if_absent(struct dest_put *p, const struct dest *t)
{
	if (t->claim != CLAIM_NONE)
		p->condition = DEST_IF_ABSENT;
}

bool put_if_match(struct dest_put *p, const struct dest *t, const struct dest_version *v)
{
	bool known = t->match == MATCH_GENERATION ? v->generation[0] != '\0' : v->etag[0] != '\0';

	if (t->match == MATCH_NONE || t->match == MATCH_UNKNOWN || !known)
		return false;
	p->condition = DEST_IF_MATCH;
	p->version = v;
	return true;
}

enum job_rank job_rank(const struct publishing *p, const struct job *j)
{
	return (size_t)(j - p->jobs) % p->ndests ? JOB_FOLLOWS : JOB_LEADS;
}

void job_hold_followers(struct publishing *p)
{
	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i], *leader = &p->jobs[i - i % p->ndests];
		enum publish_state s = leader->report->state;

		if (j->ended || !leader->ended || !(s == PUBLISH_RACE || s == PUBLISH_BAD || s == PUBLISH_FAILED))
			continue;
		diag_error(p->d, SRCPOS_FILE(dest_place(p->a, j->dest, arena_str(p->a, j->tree->app))),
			   "not published, because %s, the first destination, was not; it is caught up with by the "
			   "next run",
			   leader->dest->name);
		job_end(j, s);
	}
}
