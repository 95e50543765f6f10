#include <inttypes.h>

#include "publish/s3job.h"

struct get_job {
	struct s3_job job; /* first */
	struct s3_call call;
	struct dest_get *get;
};

static struct get_job *job_of(struct s3_call *c)
{
	return (struct get_job *)((char *)c - offsetof(struct get_job, call));
}

static void found(struct get_job *j, struct http_reply *r)
{
	struct dest_get *g = j->get;
	struct s3 *t = j->call.t;

	if (r->over) {
		(void)diag_environment(t->d, s3_path(t, g->key), "is longer than %" PRIu64 " bytes, which is the limit",
				       g->limit);
		g->outcome = GET_FAILED;
		return;
	}
	strbuf_release(&g->body);
	g->body = *r->body;
	*r->body = (struct strbuf)STRBUF_INIT;
	s3_version(&g->version, r);
	g->modified = r->modified;
	g->outcome = GET_FOUND;
}

static void get_done(struct s3_call *c, struct s3_answer *a)
{
	struct get_job *j = job_of(c);

	if (a->kind == ANSWER_GOOD)
		found(j, a->reply);
	else if (a->kind == ANSWER_ABSENT)
		j->get->outcome = GET_ABSENT;
	else {
		if (a->kind != ANSWER_WRONG)
			s3_fault(c, a);
		j->get->outcome = GET_FAILED;
	}
	s3_settled(c->t);
}

static void get_start(struct s3_job *job)
{
	struct get_job *j = (struct get_job *)job; /* its first member */

	s3_call_start(&j->call);
}

void s3_queue_get(struct dest *dest, struct dest_get *g)
{
	struct s3 *t = (struct s3 *)dest; /* its first member */
	struct get_job *j = ARENA_NEW(&t->batch, struct get_job);

	g->outcome = GET_PENDING;
	g->version = (struct dest_version){ .etag = "" };
	g->modified = 0;
	j->get = g;
	j->job.start = get_start;
	j->call = (struct s3_call){ .t = t, .verb = S3_GET, .key = g->key, .done = get_done };
	j->call.http.limit = g->limit;
	s3_job_queue(t, &j->job);
}
