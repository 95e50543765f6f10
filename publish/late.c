#include "publish/late.h"

#include <string.h>

#include "publish/look.h"

#define ROUNDS 10 /* of writing a file that others write too */

struct late {
	struct job *job;
	const struct tree_file *file;
	struct dest_version version; /* of what is there */
	bool there, unread;          /* unread: nothing is known of it */
	struct dest_put put;
};

struct lates {
	struct late *v;
	size_t n, cap;
};

static void queue(struct late *l)
{
	l->put = job_put(l->file);
	if (l->there)
		put_if_match(&l->put, l->job->dest, &l->version);
	else
		put_if_absent(&l->put, l->job->dest);
	l->job->dest->ops->queue_put(l->job->dest, &l->put);
}

/* Whether our pointer still stands there: 0 or 1, -1 error. */
static int is_current(struct publishing *p, struct job *j)
{
	struct dest_get g = { .key = j->pointer.key, .limit = j->pointer.limit, .body = STRBUF_INIT };
	enum lineage l = LINEAGE_OTHER;
	int bad = dest_read(j->dest, &g, p->d);

	if (!bad && g.outcome == GET_FOUND)
		bad = look_lineage(&l, p, j->tree, strbuf_slice(&g.body));
	strbuf_release(&g.body);
	return bad ? -1 : l == LINEAGE_OURS;
}

/* Reads the file: 0 and it is to be written over that, 1 it is ours, -1 error. */
static int look_again(struct publishing *p, struct late *l)
{
	struct dest_get g = { .key = l->file->key, .limit = UINT32_MAX, .body = STRBUF_INIT };
	uint8_t hash[SHA256_SIZE];
	int result = dest_read(l->job->dest, &g, p->d);

	if (!result && digest_sha256(p->dg, hash, strbuf_slice(&g.body)))
		result = diag_environment(p->d, job_place(p, l->job, l->file), "cannot hash");
	else if (!result && g.outcome == GET_FOUND)
		result = memcmp(hash, l->file->sha256, SHA256_SIZE) == 0;
	strbuf_release(&g.body);
	l->there = g.outcome == GET_FOUND;
	l->version = g.version;
	return result;
}

static void try_again(struct publishing *p, struct late *l)
{
	int state = is_current(p, l->job);

	l->put.outcome = DEST_FAILED;
	if (state == 0)
		l->job->superseded = true;
	if (state != 1)
		return;
	state = look_again(p, l);
	if (state > 0)
		l->put.outcome = DEST_DONE;
	if (state != 0)
		return;
	queue(l);
	job_run(p);
}

static void judge(struct publishing *p, struct late *l, enum publish_state failed)
{
	struct publish_report *r = l->job->report;

	for (int i = 0; i < ROUNDS && l->put.outcome == DEST_REFUSED && !l->job->superseded; i++)
		try_again(p, l);
	if (l->job->superseded)
		return;
	if (l->put.outcome == DEST_DONE) {
		r->files++;
		r->bytes += l->file->length;
		job_changed(p, l->job, l->file);
		return;
	}
	if (l->put.outcome == DEST_REFUSED || l->put.outcome == DEST_UNSUPPORTED)
		diag_environment(
			p->d, job_place(p, l->job, l->file),
			"cannot be written: it changes all the time, or the destination refuses the condition");
	job_end(l->job, failed);
}

static void run(struct publishing *p, struct lates *all)
{
	enum publish_state failed;

	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].unread)
			all->v[i].put.outcome = DEST_REFUSED;
		else
			queue(&all->v[i]);
	}
	failed = job_run(p);
	for (size_t i = 0; i < all->n; i++)
		judge(p, &all->v[i], failed);
}

static void add_pages(struct publishing *p, struct lates *all, struct job *j)
{
	for (size_t i = 0; i < j->plan.n; i++) {
		const struct plan_item *item = &j->plan.v[i];
		struct late l = { .job = j, .file = item->file, .version = item->version, .there = true };

		l.unread = item->reason == PLAN_TAKEN;
		if (item->file->class.role == FILE_MUTABLE &&
		    (item->reason == PLAN_CHANGED || item->reason == PLAN_TAKEN))
			ARENA_PUSH(p->a, all->v, all->n, all->cap, l);
	}
}

static void add_notes(struct publishing *p, struct lates *all, struct job *j)
{
	struct late l = { .job = j, .file = job_file(j, FILE_NOTES), .version = j->notes.version };

	l.there = j->notes.outcome == GET_FOUND;
	if (!j->notes_ours)
		ARENA_PUSH(p->a, all->v, all->n, all->cap, l);
}

void send_late(struct publishing *p)
{
	static void (*const adders[])(struct publishing *, struct lates *, struct job *) = { add_pages, add_notes };

	for (size_t k = 0; k < COUNT(adders); k++) {
		struct lates all = { NULL, 0, 0 };

		for (size_t i = 0; i < p->njobs; i++) {
			if (!p->jobs[i].ended && !p->jobs[i].superseded)
				adders[k](p, &all, &p->jobs[i]);
		}
		run(p, &all);
	}
}
