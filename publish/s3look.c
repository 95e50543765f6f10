#include <string.h>

#include "publish/etag.h"
#include "publish/s3job.h"

void s3_version(struct dest_version *out, const struct http_reply *r)
{
	_Static_assert(sizeof(out->etag) >= sizeof(r->etag), "an ETag fits");
	_Static_assert(sizeof(out->generation) >= sizeof(r->generation), "a generation fits");
	memcpy(out->etag, r->etag, sizeof(r->etag));
	memcpy(out->generation, r->generation, sizeof(r->generation));
}

bool s3_same_version(const struct dest_version *a, const struct dest_version *b)
{
	if (a->generation[0] && b->generation[0])
		return !strcmp(a->generation, b->generation);
	return a->etag[0] && !strcmp(a->etag, b->etag);
}

static void end(struct s3_look *l, enum s3_found found)
{
	digest_stream_free(l->stream);
	l->stream = NULL;
	l->done(l, found);
}

static int fail(struct s3_look *l, const char *what)
{
	return diag_environment(l->call.t->d, s3_path(l->call.t, l->put->key), "cannot %s: out of memory", what);
}

/* --- the bytes themselves ------------------------------------------------------------------------------------------------- */

/* Each time the request goes out: a repeated one brings the bytes from the beginning. */
static int begin_hash(struct s3_call *c, struct s3_out *o)
{
	struct s3_look *l = (struct s3_look *)c; /* its first member */

	(void)o;
	l->got = 0;
	if (!l->stream && digest_stream_new(&l->stream, c->t->digests))
		return fail(l, "hash");
	return digest_stream_begin(l->stream) ? fail(l, "hash") : 0;
}

static bool add_hash(struct http_request *r, struct slice piece)
{
	struct s3_look *l = (struct s3_look *)r; /* the first member of its first member */

	l->got += piece.n;
	return digest_stream_add(l->stream, piece) == 0;
}

static void got_bytes(struct s3_call *c, struct s3_answer *a)
{
	struct s3_look *l = (struct s3_look *)c; /* its first member */
	uint8_t sha256[SHA256_SIZE];
	bool ours;

	if (a->kind == ANSWER_ABSENT) {
		end(l, FOUND_NOTHING);
		return;
	}
	if (a->kind != ANSWER_GOOD) {
		if (a->kind != ANSWER_WRONG)
			s3_fault(c, a);
		end(l, FOUND_FAILED);
		return;
	}
	s3_version(&l->version, a->reply);
	ours = !a->reply->over && l->got == l->put->length && digest_stream_end(l->stream, sha256) == 0 &&
	       memcmp(sha256, l->put->sha256, SHA256_SIZE) == 0;
	end(l, ours ? FOUND_OURS : FOUND_OTHER);
}

static void read_bytes(struct s3_look *l)
{
	l->call.verb = S3_GET;
	l->call.fill = begin_hash;
	l->call.done = got_bytes;
	l->call.http.take = add_hash;
	l->call.http.limit = l->put->length;
	s3_call_start_first(&l->call);
}

/* --- length and ETag ------------------------------------------------------------------------------------------------------- */

static int compare(enum etag_verdict *out, struct s3_look *l)
{
	struct s3 *t = l->call.t;
	struct s3_bytes bytes;
	int bad;

	*out = ETAG_SAYS_NOTHING;
	if (s3_bytes_open(&bytes, l->put, t))
		return -1;
	bad = etag_compare(out, slice_of(l->version.etag), bytes.data, t->digests);
	s3_bytes_close(&bytes);
	return bad ? fail(l, "hash") : 0;
}

static void got_head(struct s3_call *c, struct s3_answer *a)
{
	struct s3_look *l = (struct s3_look *)c; /* its first member */
	enum etag_verdict verdict = ETAG_SAYS_NOTHING;

	if (a->kind == ANSWER_WRONG || a->kind == ANSWER_ABSENT) {
		end(l, a->kind == ANSWER_ABSENT ? FOUND_NOTHING : FOUND_FAILED);
		return;
	}
	if (a->kind == ANSWER_GOOD) {
		s3_version(&l->version, a->reply);
		if (a->reply->has_length && a->reply->length != l->put->length) {
			end(l, FOUND_OTHER);
			return;
		}
		if (compare(&verdict, l)) {
			end(l, FOUND_FAILED);
			return;
		}
	}
	if (verdict == ETAG_SAME)
		end(l, FOUND_OURS);
	else
		read_bytes(l); /* an encrypted bucket's ETag looks like an MD5 and is none */
}

void s3_look_start(struct s3 *t, const struct dest_put *p, void *owner,
		   void (*done)(struct s3_look *l, enum s3_found found))
{
	struct s3_look *l = ARENA_NEW(&t->batch, struct s3_look);

	l->put = p;
	l->owner = owner;
	l->done = done;
	l->call = (struct s3_call){ .t = t, .verb = S3_HEAD, .key = p->key, .done = got_head };
	s3_call_start_first(&l->call);
}
