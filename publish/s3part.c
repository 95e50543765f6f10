#include <string.h>

#include "publish/s3parts.h"

static void part_end(struct part *p, bool good)
{
	struct parts_job *j = p->job;

	j->failed |= !good;
	if (--j->left == 0)
		parts_sent(j);
}

static int fill_part(struct s3_call *c, struct s3_out *o)
{
	struct part *p = (struct part *)c; /* its first member */
	uint8_t sha256[SHA256_SIZE];

	if (p->job->failed || p->job->gone)
		return -1; /* what is told already ends this one too */
	if (digest_both(c->t->digests, sha256, p->md5, p->data))
		return diag_environment(c->t->d, s3_path(c->t, c->key), "cannot hash: out of memory");
	o->http->body = p->data;
	s3_sums(o, sha256, p->md5);
	return 0;
}

bool part_is(const struct part *p, const struct xml_part *said)
{
	char hex[MD5_HEX];

	digest_hex(hex, p->md5, MD5_SIZE);
	return said->size == p->data.n && slice_eq_nocase(said->etag, slice_of(hex));
}

void part_there(struct part *p, struct slice etag)
{
	char hex[MD5_HEX];

	digest_hex(hex, p->md5, MD5_SIZE);
	p->etag = arena_str(&p->job->control.t->batch, etag.n ? etag : slice_of(hex));
}

/* The one part after the one before it. */
static void part_looked(struct s3_call *c, struct s3_answer *a)
{
	struct part *p = (struct part *)((char *)c - offsetof(struct part, look));
	struct xml_parts said = { .v = NULL };
	const char *why;

	if (a->kind == ANSWER_WRONG) {
		part_end(p, false);
		return;
	}
	if (a->kind == ANSWER_GOOD && xml_read_parts(&said, &c->t->scratch, strbuf_slice(a->reply->body), &why))
		said.n = 0;
	for (size_t i = 0; i < said.n; i++) {
		if (said.v[i].number == (uint32_t)(p - p->job->v) + 1 && part_is(p, &said.v[i])) {
			part_there(p, said.v[i].etag);
			part_end(p, true);
			return;
		}
	}
	p->job->gone |= parts_gone(a);
	if (p->job->gone || !s3_call_again(&p->call))
		part_end(p, false);
}

static void look_for_part(struct part *p)
{
	struct s3 *t = p->call.t;
	const char *before = arena_printf(&t->batch, "%zu", (size_t)(p - p->job->v)).p;
	const struct sigv4_pair pairs[] = { { "max-parts", "1" },
					    { "part-number-marker", before },
					    { "uploadId", p->job->upload } };

	p->look = (struct s3_call){ .t = t, .verb = S3_LIST, .key = p->call.key, .done = part_looked };
	p->look.query = s3_query(t, pairs, COUNT(pairs));
	p->look.http.limit = S3_DOC_MAX;
	s3_call_start_first(&p->look);
}

static void part_done(struct s3_call *c, struct s3_answer *a)
{
	struct part *p = (struct part *)c; /* its first member */

	if (a->kind == ANSWER_OPEN) {
		look_for_part(p);
		return;
	}
	if (a->kind == ANSWER_GOOD)
		part_there(p, slice_of(a->reply->etag));
	else if (parts_gone(a))
		p->job->gone = true;
	else if (a->kind != ANSWER_WRONG && !p->job->failed)
		s3_fault(c, a);
	part_end(p, a->kind == ANSWER_GOOD);
}

static void send_part(struct parts_job *j, struct part *p)
{
	struct s3 *t = j->control.t;
	const struct sigv4_pair pairs[] = { { "partNumber", p->number }, { "uploadId", j->upload } };

	p->call = (struct s3_call){
		.t = t, .verb = S3_PUT, .key = j->put->key, .fill = fill_part, .done = part_done, .once = true
	};
	p->call.query = s3_query(t, pairs, COUNT(pairs));
	s3_call_start_first(&p->call);
}

/* From the last one on, for each goes in front of those before it. */
void parts_send(struct parts_job *j)
{
	j->failed = j->gone = false;
	j->left = 0;
	for (size_t i = 0; i < j->n; i++)
		j->left += !j->v[i].etag;
	if (j->left == 0) {
		parts_sent(j);
		return;
	}
	for (size_t i = j->n; i-- > 0;) {
		if (!j->v[i].etag)
			send_part(j, &j->v[i]);
	}
}
