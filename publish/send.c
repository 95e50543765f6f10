#include "publish/send.h"

/* One file on its way. */
struct sending {
	struct job *job;
	struct plan_item *item;
	struct dest_put put;
};

struct step {
	struct sending *v;
	size_t n;
};

/* The items of these roles of those jobs that go on. */
static struct step gather(struct publishing *p, unsigned roles, unsigned ranks)
{
	struct step s = { NULL, 0 };
	size_t cap = 0;

	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i];

		for (size_t k = 0; k < j->plan.n && !j->ended; k++) {
			struct plan_item *item = &j->plan.v[k];
			struct sending one = { .job = j, .item = item, .put = job_put(item->file) };

			if ((roles & 1u << item->file->class.role) && (ranks & job_rank(p, j)) &&
			    item->reason != PLAN_CHANGED)
				ARENA_PUSH(p->a, s.v, s.n, cap, one);
		}
	}
	return s;
}

/* Objects are named after their bytes: nobody can put other ones there. Everything else goes where nothing is, or where still is what
 * was listed. What is condemned must become new: that its bytes are there does not settle an open outcome. */
static void set_condition(struct sending *s)
{
	const struct dest *t = s->job->dest;

	s->put.settle = s->item->reason != PLAN_CONDEMNED;
	if (s->item->file->class.role == FILE_OBJECT)
		return;
	if (s->item->reason == PLAN_ABSENT)
		put_if_absent(&s->put, t);
	else /* condemned */
		put_if_match(&s->put, t, &s->item->version);
}

static void judge(struct publishing *p, struct sending *s, enum publish_state failed)
{
	const struct tree_file *f = s->item->file;
	struct publish_report *r = s->job->report;

	switch (s->put.outcome) {
	case DEST_DONE:
		r->files++;
		r->bytes += f->length;
		if (f->class.role == FILE_MUTABLE)
			job_changed(p, s->job, f);
		break;
	case DEST_REFUSED:
		if (f->class.role == FILE_MUTABLE) {
			s->item->reason = PLAN_TAKEN;
			break;
		}
		diag_error(p->d, SRCPOS_FILE(job_place(p, s->job, f)),
			   "somebody else published first, or is about to: it was written by another build meanwhile; "
			   "pull, build again");
		job_end(s->job, PUBLISH_RACE);
		break;
	case DEST_UNSUPPORTED:
		diag_environment(p->d, job_place(p, s->job, f),
				 "the destination does not know the condition any more that it knew just now");
		job_end(s->job, PUBLISH_FAILED);
		break;
	default:
		job_end(s->job, failed);
	}
}

/* A condemned file that is not as it was listed: somebody has made it new, we ourselves perhaps, or it is gone. */
static void renew_again(struct publishing *p, struct step *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct sending *one = &s->v[i];

		if (one->put.outcome != DEST_REFUSED || one->put.settle)
			continue;
		one->put = job_put(one->item->file);
		put_if_absent(&one->put, one->job->dest);
		one->job->dest->ops->queue_put(one->job->dest, &one->put);
	}
	job_run(p);
}

static void send_step(struct publishing *p, unsigned roles, unsigned ranks)
{
	struct step s = gather(p, roles, ranks);
	enum publish_state failed;

	for (size_t i = 0; i < s.n; i++) {
		set_condition(&s.v[i]);
		s.v[i].job->dest->ops->queue_put(s.v[i].job->dest, &s.v[i].put);
	}
	failed = job_run(p);
	renew_again(p, &s);
	for (size_t i = 0; i < s.n; i++)
		judge(p, &s.v[i], failed);
}

void send_files(struct publishing *p)
{
	const unsigned all = JOB_LEADS | JOB_FOLLOWS;

	send_step(p, 1u << FILE_OBJECT, all);
	send_step(p, 1u << FILE_CLAIM, JOB_LEADS);
	job_hold_followers(p);
	send_step(p, 1u << FILE_CLAIM, JOB_FOLLOWS);
	send_step(p, 1u << FILE_METADATA | 1u << FILE_LISTED, all);
	send_step(p, 1u << FILE_MUTABLE, all);
}
