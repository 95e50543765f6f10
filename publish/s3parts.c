/* Objects that are sent in parts: looked up whether a dead publisher began it, begun, sent side by side, completed. */
#include <string.h>

#include "base/text.h"
#include "publish/etag.h"
#include "publish/s3parts.h"

#define ROUNDS_MAX 3 /* uploads begun for one object: somebody else's pruner may end one */

static struct parts_job *job_of(struct s3_call *control)
{
	return (struct parts_job *)((char *)control - offsetof(struct parts_job, control));
}

bool parts_gone(const struct s3_answer *a)
{
	return a->kind == ANSWER_ABSENT || slice_eqs(a->error.code, "NoSuchUpload");
}

static void end(struct parts_job *j, enum dest_outcome outcome)
{
	s3_bytes_close(&j->bytes);
	s3_put_end(j->control.t, j->put, outcome);
}

/* --- giving up ------------------------------------------------------------------------------------------------------------- */

static void ask(struct parts_job *j, enum s3_verb verb, const char *query,
		int (*fill)(struct s3_call *c, struct s3_out *o), void (*done)(struct s3_call *c, struct s3_answer *a))
{
	struct s3 *t = j->control.t;

	j->control = (struct s3_call){
		.t = t, .verb = verb, .key = j->put->key, .query = query, .fill = fill, .done = done
	};
	j->control.http.limit = S3_DOC_MAX;
	s3_call_start_first(&j->control);
}

static const char *upload_query(struct parts_job *j)
{
	const struct sigv4_pair pairs[] = { { "uploadId", j->upload } };

	return s3_query(j->control.t, pairs, COUNT(pairs));
}

static void aborted(struct s3_call *c, struct s3_answer *a)
{
	(void)a; /* what is left of it, `prune` removes */
	end(job_of(c), DEST_FAILED);
}

static void fail(struct parts_job *j)
{
	if (j->upload)
		ask(j, S3_DELETE, upload_query(j), NULL, aborted);
	else
		end(j, DEST_FAILED);
}

/* Of the request that begins or ends the upload. */
static void refuse(struct parts_job *j, struct s3_answer *a)
{
	bool all = a->kind == ANSWER_ABSENT || a->kind == ANSWER_METHOD || a->kind == ANSWER_UNKNOWN_WAY;

	if (all)
		s3_wrong(&j->control, a);
	else if (a->kind != ANSWER_WRONG)
		s3_fault(&j->control, a);
	fail(j);
}

/* --- completing ------------------------------------------------------------------------------------------------------------ */

static void create(struct parts_job *j);

static void restart(struct parts_job *j)
{
	j->upload = NULL;
	if (++j->rounds < ROUNDS_MAX) {
		create(j);
		return;
	}
	(void)diag_environment(j->control.t->d, s3_path(j->control.t, j->put->key),
			       "the upload was ended by somebody else, %d times", ROUNDS_MAX);
	fail(j);
}

static int fill_complete(struct s3_call *c, struct s3_out *o)
{
	struct parts_job *j = job_of(c);
	struct s3 *t = c->t;
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct xml_part *v = ARENA_ARRAY(&o->http->mem, struct xml_part, j->n);
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];

	for (size_t i = 0; i < j->n; i++)
		v[i] = (struct xml_part){ .number = (uint32_t)i + 1, .etag = slice_of(j->v[i].etag) };
	if (xml_write_complete(&text, v, j->n))
		return diag_environment(t->d, s3_path(t, c->key), "the server gave an ETag that is no text");
	o->http->body = arena_copy(&o->http->mem, strbuf_slice(&text));
	if (digest_both(t->digests, sha256, md5, o->http->body))
		return diag_environment(t->d, s3_path(t, c->key), "cannot hash: out of memory");
	s3_sums(o, sha256, md5);
	s3_header(o, "content-type", SLICE("application/xml"));
	return 0;
}

static void looked(struct s3_look *l, enum s3_found found)
{
	struct parts_job *j = l->owner;

	if (found == FOUND_OURS)
		end(j, DEST_DONE);
	else if (found != FOUND_FAILED && j->gone)
		restart(j);
	else if (found == FOUND_FAILED || !s3_call_again(&j->control))
		fail(j);
}

/* The status is 200 before the server knows how it ends; then the body says. */
static void read_completed(struct parts_job *j, struct s3_answer *a)
{
	struct xml_completed done;
	const char *why;

	if (xml_read_completed(&done, &j->control.t->scratch, strbuf_slice(a->reply->body), &why)) {
		a->kind = ANSWER_OPEN;
		return;
	}
	if (!done.failed)
		return;
	a->error = done.error;
	a->kind = answer_of(a->reply->status, done.error.code);
	if (a->kind == ANSWER_LATER)
		a->kind = ANSWER_OPEN;
}

static void completed(struct s3_call *c, struct s3_answer *a)
{
	struct parts_job *j = job_of(c);

	if (a->kind == ANSWER_GOOD)
		read_completed(j, a);
	j->gone = parts_gone(a);
	if (a->kind == ANSWER_GOOD)
		end(j, DEST_DONE);
	else if (a->kind == ANSWER_OPEN || j->gone)
		s3_look_start(c->t, j->put, j, looked);
	else
		refuse(j, a);
}

static void complete(struct parts_job *j)
{
	ask(j, S3_POST, upload_query(j), fill_complete, completed);
	j->control.once = true;
}

void parts_sent(struct parts_job *j)
{
	if (j->gone)
		restart(j);
	else if (j->failed)
		fail(j);
	else
		complete(j);
}

/* --- beginning ------------------------------------------------------------------------------------------------------------- */

static int fill_create(struct s3_call *c, struct s3_out *o)
{
	s3_class(o, job_of(c)->put->class);
	return 0;
}

static void created(struct s3_call *c, struct s3_answer *a)
{
	struct parts_job *j = job_of(c);
	struct slice id = { NULL, 0 };
	const char *why = NULL;

	if (a->kind != ANSWER_GOOD) {
		refuse(j, a);
		return;
	}
	if (xml_read_upload(&id, &c->t->scratch, strbuf_slice(a->reply->body), &why) || id.n == 0) {
		(void)diag_environment(c->t->d, s3_path(c->t, c->key),
				       "the server began no upload that can be understood: %s",
				       why ? why : "it has no id");
		fail(j);
		return;
	}
	j->upload = arena_str(&c->t->batch, id);
	for (size_t i = 0; i < j->n; i++)
		j->v[i].etag = NULL;
	parts_send(j);
}

static void create(struct parts_job *j)
{
	const struct sigv4_pair pairs[] = { { "uploads", "" } };

	ask(j, S3_POST, s3_query(j->control.t, pairs, COUNT(pairs)), fill_create, created);
}

/* --- what a dead publisher left -------------------------------------------------------------------------------------------- */

static void list_parts(struct parts_job *j, uint32_t after);

static void take_part(struct parts_job *j, const struct xml_part *said)
{
	struct part *p;

	if (said->number < 1 || said->number > j->n)
		return;
	p = &j->v[said->number - 1];
	if (!digest_md5(j->control.t->digests, p->md5, p->data) && part_is(p, said))
		part_there(p, said->etag);
}

static void parts_listed(struct s3_call *c, struct s3_answer *a)
{
	struct parts_job *j = job_of(c);
	struct xml_parts said = { .v = NULL };
	const char *why;

	if (a->kind == ANSWER_WRONG) {
		end(j, DEST_FAILED);
		return;
	}
	if (a->kind != ANSWER_GOOD || xml_read_parts(&said, &c->t->scratch, strbuf_slice(a->reply->body), &why)) {
		create(j); /* an upload of our own, then */
		return;
	}
	for (size_t i = 0; i < said.n; i++)
		take_part(j, &said.v[i]);
	if (said.truncated && said.next > j->listed)
		list_parts(j, said.next);
	else
		parts_send(j);
}

static void list_parts(struct parts_job *j, uint32_t after)
{
	struct s3 *t = j->control.t;
	const struct sigv4_pair pairs[] = { { "part-number-marker",
					      after ? arena_printf(&t->batch, "%u", after).p : NULL },
					    { "uploadId", j->upload } };

	j->listed = after;
	ask(j, S3_LIST, s3_query(t, pairs, COUNT(pairs)), NULL, parts_listed);
}

/* The latest of them. */
static void uploads_listed(struct s3_call *c, struct s3_answer *a)
{
	struct parts_job *j = job_of(c);
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	struct xml_uploads said = { .v = NULL };
	int64_t latest = INT64_MIN;
	const char *why;

	if (a->kind == ANSWER_WRONG) {
		end(j, DEST_FAILED);
		return;
	}
	if (a->kind == ANSWER_GOOD && xml_read_uploads(&said, &c->t->scratch, strbuf_slice(a->reply->body), &why))
		said.n = 0;
	endpoint_key(&key, &c->t->endpoint, j->put->key);
	for (size_t i = 0; i < said.n; i++) {
		if (said.v[i].initiated < latest || !slice_eq(said.v[i].key, strbuf_slice(&key)))
			continue;
		latest = said.v[i].initiated;
		j->upload = arena_str(&c->t->batch, said.v[i].id);
	}
	if (j->upload)
		list_parts(j, 0);
	else
		create(j);
}

/* --- queue ----------------------------------------------------------------------------------------------------------------- */

/* The whole of it is looked at before the first byte is sent. */
static int check(struct parts_job *j)
{
	struct s3 *t = j->control.t;
	uint8_t sha256[SHA256_SIZE];

	if (s3_bytes_open(&j->bytes, j->put, t))
		return -1;
	if (digest_sha256(t->digests, sha256, j->bytes.data))
		return diag_environment(t->d, s3_path(t, j->put->key), "cannot hash: out of memory");
	if (memcmp(sha256, j->put->sha256, SHA256_SIZE) != 0)
		return s3_bytes_changed(j->put, t);
	return 0;
}

static void cut(struct parts_job *j)
{
	struct arena *mem = &j->control.t->batch;
	size_t size = (size_t)part_size(j->put->length);

	j->n = (j->bytes.data.n + size - 1) / size;
	j->v = ARENA_ARRAY(mem, struct part, j->n);
	for (size_t i = 0; i < j->n; i++) {
		j->v[i].job = j;
		j->v[i].number = arena_printf(mem, "%zu", i + 1).p;
		j->v[i].data = slice_sub(j->bytes.data, i * size, size);
	}
}

static int fill_first(struct s3_call *c, struct s3_out *o)
{
	struct parts_job *j = job_of(c);

	(void)o;
	if (j->checked)
		return 0;
	if (check(j))
		return -1;
	cut(j);
	j->checked = true;
	return 0;
}

static void parts_start(struct s3_job *job)
{
	struct parts_job *j = (struct parts_job *)job; /* its first member */
	struct s3 *t = j->control.t;
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	struct sigv4_pair pairs[] = { { "prefix", NULL }, { "uploads", "" } };

	endpoint_key(&key, &t->endpoint, j->put->key);
	pairs[0].value = arena_str(&t->batch, strbuf_slice(&key));
	j->control = (struct s3_call){ .t = t, .verb = S3_LIST, .fill = fill_first, .done = uploads_listed };
	j->control.query = s3_query(t, pairs, COUNT(pairs));
	j->control.http.limit = S3_DOC_MAX;
	s3_call_start(&j->control);
}

void s3_queue_parts(struct s3 *t, struct dest_put *p)
{
	struct parts_job *j = ARENA_NEW(&t->batch, struct parts_job);

	j->put = p;
	j->control.t = t;
	j->job.start = parts_start;
	s3_job_queue(t, &j->job);
}
