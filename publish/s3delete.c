#include <string.h>

#include "publish/s3job.h"

#define KEYS_MAX 1000 /* of one request, by the API */

struct batch {               /* of keys: one POST, or a DELETE for each */
	struct s3_call call; /* first */
	const char *const *keys;
	size_t n;
};

/* --- one by one ------------------------------------------------------------------------------------------------------------ */

static void deleted(struct s3_call *c, struct s3_answer *a)
{
	if (slice_eqs(a->error.code, "NoSuchUpload"))
		return; /* somebody was quicker */
	if (a->kind == ANSWER_METHOD || a->kind == ANSWER_UNKNOWN_WAY)
		s3_wrong(c, a);
	else if (a->kind != ANSWER_GOOD && a->kind != ANSWER_ABSENT && a->kind != ANSWER_WRONG)
		s3_fault(c, a);
}

static void delete_one(struct s3 *t, const char *key)
{
	struct s3_call *c = ARENA_NEW(&t->batch, struct s3_call);

	*c = (struct s3_call){ .t = t, .verb = S3_DELETE, .key = key, .done = deleted };
	s3_call_start_first(c);
}

static void delete_each(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		delete_one(b->call.t, b->keys[i]);
}

/* --- a thousand at a time -------------------------------------------------------------------------------------------------- */

static const char *const *names(struct batch *b)
{
	struct s3 *t = b->call.t;
	const char **v = ARENA_ARRAY(&t->scratch, const char *, b->n);

	for (size_t i = 0; i < b->n; i++) {
		CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;

		endpoint_key(&key, &t->endpoint, b->keys[i]);
		v[i] = arena_str(&t->scratch, strbuf_slice(&key));
	}
	return v;
}

static int fill(struct s3_call *c, struct s3_out *o)
{
	struct batch *b = (struct batch *)c; /* its first member */
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	int bad = xml_write_delete(&text, names(b), b->n);

	arena_reset(&c->t->scratch);
	if (bad) {
		delete_each(b); /* a key that XML cannot carry */
		return -1;
	}
	o->http->body = arena_copy(&o->http->mem, strbuf_slice(&text));
	if (digest_both(c->t->digests, sha256, md5, o->http->body))
		return diag_environment(c->t->d, s3_path(c->t, NULL), "cannot hash: out of memory");
	s3_sums(o, sha256, md5);
	s3_header(o, "content-type", SLICE("application/xml"));
	return 0;
}

static bool was_asked_for(const struct batch *b, struct slice key)
{
	for (size_t i = 0; i < b->n; i++) {
		if (slice_eqs(key, b->keys[i]))
			return true;
	}
	return false;
}

/* A key that the server did not delete, with everything else done. What else it may name is left alone. */
static void take_failure(struct batch *b, const struct xml_undeleted *u)
{
	struct s3 *t = b->call.t;
	enum answer kind = answer_of(400, u->code);
	bool ours = slice_starts(u->key, t->endpoint.prefix);
	struct slice key = slice_from(u->key, ours ? strlen(t->endpoint.prefix) : 0);

	if (kind == ANSWER_ABSENT)
		return;
	if ((kind == ANSWER_LATER || kind == ANSWER_OPEN) && ours && was_asked_for(b, key)) {
		delete_one(t, arena_str(&t->batch, key));
		return;
	}
	(void)diag_environment(t->d, s3_path(t, arena_str(&t->batch, key)),
			       "was not deleted: " SLICE_FMT "%s" SLICE_FMT, SLICE_ARG(slice_sub(u->code, 0, 128)),
			       u->message.n ? ": " : "", SLICE_ARG(slice_sub(u->message, 0, 512)));
}

static void many_deleted(struct s3_call *c, struct s3_answer *a)
{
	struct batch *b = (struct batch *)c; /* its first member */
	struct xml_deleted done;
	const char *why;

	if (a->kind == ANSWER_WRONG)
		return;
	if (a->kind != ANSWER_GOOD || xml_read_deleted(&done, &c->t->scratch, strbuf_slice(a->reply->body), &why)) {
		c->t->single_deletes = true; /* GCS says 400, others 501 or 405 */
		delete_each(b);
		return;
	}
	for (size_t i = 0; i < done.nfailed; i++)
		take_failure(b, &done.failed[i]);
}

static void start(struct s3 *t, const char *const *keys, size_t n)
{
	struct batch *b = ARENA_NEW(&t->batch, struct batch);

	b->keys = keys;
	b->n = n;
	b->call = (struct s3_call){ .t = t, .verb = S3_POST, .query = "delete=", .fill = fill, .done = many_deleted };
	b->call.http.limit = S3_DOC_MAX;
	if (t->single_deletes || n == 1)
		delete_each(b);
	else
		s3_call_start(&b->call);
}

int s3_remove(struct dest *dest, const char *const *keys, size_t n, struct diags *d)
{
	struct s3 *t = (struct s3 *)dest; /* its first member */
	size_t errors = d->errors;

	s3_begin(t, d);
	for (size_t i = 0; i < n; i += KEYS_MAX)
		start(t, keys + i, n - i < KEYS_MAX ? n - i : KEYS_MAX);
	http_run(t->http);
	s3_finish(t);
	return d->errors > errors ? -1 : 0;
}

/* --- uploads that were never completed -------------------------------------------------------------------------------------- */

struct sweep {
	struct s3_call call;  /* first */
	const char *prefix;   /* as the bucket knows it */
	const char *key, *id; /* where the page begins */
	int64_t before;
	bool dry;
	uint64_t count;
	struct s3_round round;
};

static void ask(struct sweep *s)
{
	const struct sigv4_pair pairs[] = {
		{ "key-marker", s->key },      { "max-uploads", "1000" }, { "prefix", s->prefix },
		{ "upload-id-marker", s->id }, { "uploads", "" },
	};

	s->call.query = s3_query(s->call.t, pairs, COUNT(pairs));
	s3_call_start_first(&s->call);
}

static void abort_upload(struct sweep *s, const struct xml_upload *u)
{
	struct s3 *t = s->call.t;
	struct slice key = slice_from(u->key, strlen(t->endpoint.prefix));
	struct s3_call *c = ARENA_NEW(&t->batch, struct s3_call);
	const char *id = arena_str(&t->batch, u->id);
	const struct sigv4_pair pairs[] = { { "uploadId", id } };

	*c = (struct s3_call){ .t = t, .verb = S3_DELETE, .key = arena_str(&t->batch, key), .done = deleted };
	c->query = s3_query(t, pairs, COUNT(pairs));
	s3_call_start(c);
}

static void take_uploads(struct sweep *s, const struct xml_uploads *page)
{
	struct arena *mem = &s->call.t->batch;

	for (size_t i = 0; i < page->n; i++) {
		const struct xml_upload *u = &page->v[i];

		if (!slice_starts(u->key, s->prefix) || u->initiated == 0 || u->initiated >= s->before)
			continue;
		s->count++;
		if (!s->dry)
			abort_upload(s, u);
	}
	if (!page->truncated || page->next_key.n == 0)
		return;
	s->key = arena_str(mem, page->next_key);
	s->id = page->next_id.n ? arena_str(mem, page->next_id) : NULL;
	if (s3_goes_round(&s->round, mem, arena_printf(mem, "%s\n%s", s->key, s->id ? s->id : "")))
		return;
	ask(s);
}

static void uploads_listed(struct s3_call *c, struct s3_answer *a)
{
	struct sweep *s = (struct sweep *)c; /* its first member */
	struct xml_uploads page;
	const char *why;

	if (a->kind == ANSWER_WRONG || a->kind == ANSWER_UNKNOWN_WAY || a->kind == ANSWER_METHOD)
		return; /* told; or a server without uploads in parts */
	if (a->kind != ANSWER_GOOD)
		s3_wrong(c, a);
	else if (xml_read_uploads(&page, &c->t->scratch, strbuf_slice(a->reply->body), &why))
		(void)diag_environment(c->t->d, s3_path(c->t, NULL), "the list of uploads cannot be understood: %s",
				       why);
	else
		take_uploads(s, &page);
}

int s3_remove_parts(struct dest *dest, const char *prefix, int64_t before, bool dry, uint64_t *count, struct diags *d)
{
	struct s3 *t = (struct s3 *)dest; /* its first member */
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	struct sweep s = { .before = before, .dry = dry };
	size_t errors = d->errors;

	s3_begin(t, d);
	endpoint_key(&key, &t->endpoint, prefix);
	s.prefix = arena_str(&t->batch, strbuf_slice(&key));
	s.call = (struct s3_call){ .t = t, .verb = S3_LIST, .done = uploads_listed };
	s.call.http.limit = S3_DOC_MAX;
	ask(&s);
	http_run(t->http);
	*count = s.count;
	s3_finish(t);
	return d->errors > errors ? -1 : 0;
}
