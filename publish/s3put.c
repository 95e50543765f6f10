#include <inttypes.h>
#include <string.h>

#include "publish/etag.h"
#include "publish/s3job.h"

struct put_job {
	struct s3_job job;   /* first */
	struct s3_call call; /* the PUT */
	struct dest_put *put;
	enum dest_claim claim;
	enum dest_match match;
};

static struct put_job *job_of(struct s3_call *c)
{
	return (struct put_job *)((char *)c - offsetof(struct put_job, call));
}

void s3_put_end(struct s3 *t, struct dest_put *p, enum dest_outcome outcome)
{
	p->outcome = outcome;
	s3_settled(t);
}

/* --- the bytes ------------------------------------------------------------------------------------------------------------- */

int s3_bytes_changed(const struct dest_put *p, struct s3 *t)
{
	const char *path = p->file ? p->file : s3_path(t, p->key);

	return diag_error(t->d, SRCPOS_FILE(path), "has changed since it was built");
}

int s3_bytes_open(struct s3_bytes *out, const struct dest_put *p, struct s3 *t)
{
	*out = (struct s3_bytes){ .data = p->body };
	if (p->file) {
		if (file_map(&out->map, p->file, t->d))
			return -1;
		out->data = out->map.data;
	}
	if (out->data.n == p->length)
		return 0;
	s3_bytes_close(out);
	return s3_bytes_changed(p, t);
}

void s3_bytes_close(struct s3_bytes *b)
{
	if (b->map.base)
		file_unmap(&b->map);
	*b = (struct s3_bytes){ .data = { NULL, 0 } };
}

/* --- what is sent ---------------------------------------------------------------------------------------------------------- */

void s3_class(struct s3_out *o, const struct file_class *class)
{
	s3_header(o, "content-type", slice_of(class->type));
	s3_header(o, "cache-control", slice_of(class->cache));
	if (class->encoding)
		s3_header(o, "content-encoding", slice_of(class->encoding));
}

static void add_claim(struct s3_out *o, enum dest_claim claim)
{
	switch (claim) {
	case CLAIM_OSS:
		s3_header(o, "x-oss-forbid-overwrite", SLICE("true"));
		break;
	case CLAIM_GCS:
		s3_header(o, "x-goog-if-generation-match", SLICE("0"));
		o->google = true;
		break;
	default:
		s3_header(o, "if-none-match", SLICE("*"));
	}
}

static void add_match(struct s3_out *o, enum dest_match match, const struct dest_version *v)
{
	struct arena *mem = &o->http->mem;

	switch (match) {
	case MATCH_GENERATION:
		s3_header(o, "x-goog-if-generation-match", slice_of(v->generation));
		o->google = true;
		break;
	case MATCH_UNQUOTED:
		s3_header(o, "if-match", slice_of(v->etag));
		break;
	default:
		s3_header(o, "if-match", arena_printf(mem, "\"%s\"", v->etag));
	}
}

static void add_checksum(struct s3_out *o, const uint8_t sha256[SHA256_SIZE])
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addbase64(&text, slice_bytes(sha256, SHA256_SIZE));
	s3_header(o, "x-amz-checksum-sha256", arena_copy(&o->http->mem, strbuf_slice(&text)));
}

/* Mapped here, when the connection is free; the engine unmaps it. */
static int fill(struct s3_call *c, struct s3_out *o)
{
	struct put_job *j = job_of(c);
	const struct dest_put *p = j->put;
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	struct s3_bytes bytes;

	if (s3_bytes_open(&bytes, p, c->t))
		return -1;
	o->http->map = bytes.map;
	o->http->body = bytes.data;
	if (digest_both(c->t->digests, sha256, md5, bytes.data))
		return diag_environment(c->t->d, s3_path(c->t, p->key), "cannot hash: out of memory");
	if (memcmp(sha256, p->sha256, SHA256_SIZE) != 0)
		return s3_bytes_changed(p, c->t);
	s3_sums(o, sha256, md5);
	s3_class(o, p->class);
	if (p->condition == DEST_IF_ABSENT)
		add_claim(o, j->claim);
	else if (p->condition == DEST_IF_MATCH)
		add_match(o, j->match, p->version);
	if (c->t->checksums && !o->google)
		add_checksum(o, sha256);
	return 0;
}

/* --- what came of it ------------------------------------------------------------------------------------------------------- */

static void again(struct put_job *j)
{
	if (!s3_call_again(&j->call))
		s3_put_end(j->call.t, j->put, DEST_FAILED);
}

static void looked(struct s3_look *l, enum s3_found found)
{
	struct put_job *j = l->owner;
	struct dest_put *p = j->put;
	bool open = p->condition == DEST_ALWAYS;

	switch (found) {
	case FOUND_OURS:
		s3_put_end(j->call.t, p, DEST_DONE);
		return;
	case FOUND_FAILED:
		s3_put_end(j->call.t, p, DEST_FAILED);
		return;
	case FOUND_NOTHING:
		open = p->condition != DEST_IF_MATCH;
		break;
	case FOUND_OTHER:
		open = open || (p->condition == DEST_IF_MATCH && s3_same_version(p->version, &l->version));
		break;
	}
	if (open)
		again(j);
	else
		s3_put_end(j->call.t, p, DEST_REFUSED);
}

static void look(struct put_job *j)
{
	s3_look_start(j->call.t, j->put, j, looked);
}

/* Final ones. A server that has no such request, or does not let us, says so for every key. */
static void fail(struct put_job *j, struct s3_answer *a)
{
	bool all = a->kind == ANSWER_ABSENT || a->kind == ANSWER_METHOD || a->kind == ANSWER_UNKNOWN_WAY;

	if (all)
		s3_wrong(&j->call, a);
	else if (a->kind != ANSWER_WRONG)
		s3_fault(&j->call, a);
	s3_put_end(j->call.t, j->put, DEST_FAILED);
}

/* If-Match where nothing is there at all is a 404 at AWS. */
static bool is_refused(const struct dest_put *p, const struct s3_answer *a)
{
	if (a->kind == ANSWER_ABSENT)
		return p->condition == DEST_IF_MATCH && slice_eqs(a->error.code, "NoSuchKey");
	return a->kind == ANSWER_CONDITION && p->condition != DEST_ALWAYS;
}

static void put_done(struct s3_call *c, struct s3_answer *a)
{
	struct put_job *j = job_of(c);
	bool refused = is_refused(j->put, a);

	if (a->kind == ANSWER_GOOD)
		s3_put_end(c->t, j->put, DEST_DONE);
	else if ((a->kind == ANSWER_OPEN || refused) && j->put->settle)
		look(j);
	else if (a->kind == ANSWER_OPEN)
		again(j);
	else if (refused)
		s3_put_end(c->t, j->put, DEST_REFUSED);
	else if (a->kind == ANSWER_UNKNOWN_WAY && j->put->condition != DEST_ALWAYS)
		s3_put_end(c->t, j->put, DEST_UNSUPPORTED);
	else
		fail(j, a);
}

/* --- queue ----------------------------------------------------------------------------------------------------------------- */

/* In which form the condition is put. False: in none that the destination knows, or that has what it needs. */
static bool choose_form(struct put_job *j, const struct dest *t)
{
	const struct dest_put *p = j->put;

	j->claim = p->claim != CLAIM_UNKNOWN ? p->claim : t->claim;
	j->match = p->match != MATCH_UNKNOWN ? p->match : t->match;
	if (p->condition == DEST_IF_ABSENT)
		return j->claim != CLAIM_NONE;
	if (p->condition != DEST_IF_MATCH)
		return true;
	return j->match != MATCH_NONE &&
	       (j->match == MATCH_GENERATION ? p->version->generation[0] : p->version->etag[0]) != '\0';
}

static void put_start(struct s3_job *job)
{
	struct put_job *j = (struct put_job *)job; /* its first member */
	struct s3 *t = j->call.t;

	if (!choose_form(j, &t->dest)) {
		s3_put_end(t, j->put, DEST_UNSUPPORTED);
		return;
	}
	if (j->put->length > S3_WHOLE_MOST) {
		(void)diag_environment(t->d, s3_path(t, j->put->key),
				       "has %" PRIu64 " bytes; with a condition at most %" PRIu64 " can be sent",
				       j->put->length, S3_WHOLE_MOST);
		s3_put_end(t, j->put, DEST_FAILED);
		return;
	}
	s3_call_start(&j->call);
}

void s3_queue_put(struct dest *dest, struct dest_put *p)
{
	struct s3 *t = (struct s3 *)dest; /* its first member */
	struct put_job *j;

	p->outcome = DEST_PENDING;
	if (p->condition == DEST_ALWAYS && p->length > WHOLE_MAX) {
		s3_queue_parts(t, p);
		return;
	}
	j = ARENA_NEW(&t->batch, struct put_job);
	j->put = p;
	j->job.start = put_start;
	j->call =
		(struct s3_call){ .t = t, .verb = S3_PUT, .key = p->key, .fill = fill, .done = put_done, .once = true };
	s3_job_queue(t, &j->job);
}
