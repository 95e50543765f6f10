#include "publish/s3call.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "publish/place.h"

#define GIVEN_UP_MAX 3   /* in a row; the next ones would be no better */
#define SKEW_MOST_S  600 /* S3 takes a quarter of an hour for granted, others less */

static const char *const methods[] = {
	[S3_PUT] = "PUT",  [S3_GET] = "GET",       [S3_HEAD] = "HEAD",
	[S3_LIST] = "GET", [S3_DELETE] = "DELETE", [S3_POST] = "POST",
};

/* --- words ----------------------------------------------------------------------------------------------------------------- */

const char *s3_path(struct s3 *t, const char *key)
{
	return key ? dest_place(&t->batch, &t->dest, key) : t->dest.name;
}

/* What a server says may be as long as it likes. */
static struct slice short_of(struct slice said)
{
	return slice_sub(said, 0, 128);
}

/* "403 AccessDenied: Access Denied (request 7A…)". */
static const char *words_of(struct s3 *t, const struct s3_answer *a)
{
	const struct http_reply *r = a->reply;
	const struct xml_error *e = &a->error;
	const char *id = e->request_id.n ? arena_str(&t->batch, short_of(e->request_id)) : r->request_id;

	if (r->end != HTTP_ANSWERED)
		return arena_printf(&t->batch, "%s", r->why ? r->why : "it was not sent").p;
	return arena_printf(&t->batch, "the server answered %d%s" SLICE_FMT "%s" SLICE_FMT "%s%s%s", r->status,
			    e->code.n ? " " : "", SLICE_ARG(short_of(e->code)), e->message.n ? ": " : "",
			    SLICE_ARG(slice_sub(e->message, 0, 512)), *id ? " (request " : "", id, *id ? ")" : "")
		.p;
}

static const struct {
	const char *code, *hint;
} hints[] = {
	{ "InvalidAccessKeyId", "; the store does not know this access key" },
	{ "SignatureDoesNotMatch", "; the secret key is another one, or a proxy changes requests on their way" },
	{ "NoSuchBucket", "; the bucket must exist before anything is published to it" },
	{ "QuotaExceeded", "; the destination is full" },
	{ "MethodNotAllowed", "; the bucket may be read-only" },
	{ "RequestTimeTooSkewed", "; set the clock of this machine" },
	{ "BadDigest", "; the bytes were damaged on their way, or the file is being written to" },
	{ "XAmzContentSHA256Mismatch", "; the bytes were damaged on their way, or the file is being written to" },
};

/* Where listing is forbidden, S3 does not even say that a key is missing. */
static const char *hint_of(const struct s3_call *c, const struct s3_answer *a)
{
	bool reads = c->verb == S3_GET || c->verb == S3_HEAD;

	if (a->reply->end == HTTP_DISTRUSTED)
		return "; AWS_CA_BUNDLE names a file of certificates that are trusted instead of the system's";
	for (size_t i = 0; i < COUNT(hints); i++) {
		if (slice_eqs(a->error.code, hints[i].code))
			return hints[i].hint;
	}
	if (reads && a->reply->status == 403)
		return "; without the right to list the bucket (s3:ListBucket) a key that is absent is answered in "
		       "this way too";
	return a->reply->status == 405 ? "; the bucket may be read-only" : "";
}

void s3_fault(struct s3_call *c, const struct s3_answer *a)
{
	struct s3 *t = c->t;

	(void)diag_environment(t->d, s3_path(t, c->key), "%s%s", words_of(t, a), hint_of(c, a));
}

void s3_end(struct s3 *t)
{
	t->ended = true;
	http_lane_stop(t->lane);
}

void s3_wrong(struct s3_call *c, const struct s3_answer *a)
{
	if (!c->t->ended)
		s3_fault(c, a);
	s3_end(c->t);
}

static void wrong_region(struct s3_call *c, const struct s3_answer *a)
{
	struct s3 *t = c->t;
	const struct http_reply *r = a->reply;
	struct slice region = short_of(r->region[0] ? slice_of(r->region) : a->error.region);
	struct slice endpoint = short_of(a->error.endpoint);
	bool own = *t->profile; /* options are not about it */

	if (!t->ended && region.n > 0)
		(void)diag_environment(t->d, s3_path(t, NULL),
				       "%s; the bucket is in region " SLICE_FMT
				       ", and %s was asked for: use %s" SLICE_FMT "%s%s%s",
				       words_of(t, a), SLICE_ARG(region), t->region, own ? "region = " : "--region ",
				       SLICE_ARG(region), own ? " in profile \"" : "", t->profile, own ? "\"" : "");
	else if (!t->ended)
		(void)diag_environment(t->d, s3_path(t, NULL),
				       "%s%s" SLICE_FMT "; redirects are not followed: give the bucket's own %s",
				       words_of(t, a), endpoint.n ? "; its endpoint is " : "", SLICE_ARG(endpoint),
				       own ? "region or endpoint_url in its profile" : "--region or --endpoint");
	s3_end(t);
}

/* --- what goes out --------------------------------------------------------------------------------------------------------- */

int64_t s3_now(const struct s3 *t)
{
	return instant_now() + t->skew;
}

const char *s3_query(struct s3 *t, const struct sigv4_pair *pairs, size_t n)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	sigv4_query(&text, pairs, n);
	return arena_str(&t->batch, strbuf_slice(&text));
}

void s3_header(struct s3_out *o, const char *name, struct slice value)
{
	assert(o->n < HTTP_LINES_MAX - 2); /* Expect: and Authorization: come on top */
	o->headers[o->n++] = (struct sigv4_header){ slice_of(name), value };
}

void s3_sums(struct s3_out *o, const uint8_t sha256[SHA256_SIZE], const uint8_t md5[MD5_SIZE])
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addbase64(&text, slice_bytes(md5, MD5_SIZE));
	s3_header(o, "content-md5", arena_copy(&o->http->mem, strbuf_slice(&text)));
	digest_hex(o->payload, sha256, SHA256_SIZE);
}

static int authorize(struct s3_call *c, struct s3_out *o, struct slice path, int64_t now)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct s3 *t = c->t;
	struct http_out *h = o->http;
	struct sigv4_request r = { .method = h->method, .path = path, .query = slice_of(c->query) };

	r.headers = o->headers;
	r.nheaders = o->n;
	r.payload_hex = o->payload;
	r.time = now;
	r.google = o->google;
	if (sigv4_authorization(&text, &t->keys[o->google], &t->credentials, t->region, &r))
		return diag_environment(t->d, s3_path(t, c->key), "cannot sign the request: out of memory");
	for (size_t i = 0; i < o->n; i++)
		http_line(h, o->headers[i].name.p, o->headers[i].value);
	http_line(h, "authorization", strbuf_slice(&text));
	http_line(h, "expect", SLICE(""));
	return 0;
}

/* What every request has. */
static void add_standard(struct s3_call *c, struct s3_out *o, char date[SIGV4_DATE], int64_t now)
{
	struct s3 *t = c->t;

	sigv4_date(date, now);
	s3_header(o, "host", slice_of(t->endpoint.host));
	s3_header(o, o->google ? "x-goog-date" : "x-amz-date", slice_of(date));
	s3_header(o, o->google ? "x-goog-content-sha256" : "x-amz-content-sha256", slice_of(o->payload));
	if (t->credentials.token && !o->google)
		s3_header(o, "x-amz-security-token", slice_of(t->credentials.token));
}

/* Credentials that end soon are renewed before the server says so. */
static int renew_stale(struct s3_call *c)
{
	struct s3 *t = c->t;

	if (!credentials_stale(&t->credentials, s3_now(t)) || !credentials_refresh(&t->credentials, s3_now(t), t->d))
		return 0;
	s3_end(t);
	return -1;
}

static int prepare(struct http_request *r, struct http_out *h)
{
	struct s3_call *c = (struct s3_call *)r; /* its first member */
	const struct endpoint *e = &c->t->endpoint;
	CLEANUP(strbuf_release) struct strbuf url = STRBUF_INIT;
	struct s3_out o = { .http = h, .payload = SIGV4_EMPTY };
	size_t front = strlen(e->scheme) + strlen("://") + strlen(e->host);
	char date[SIGV4_DATE];
	struct slice path;
	int64_t now;

	if (renew_stale(c))
		return -1;
	endpoint_url(&url, e, c->key, c->query);
	h->method = methods[c->verb];
	h->url = arena_str(&h->mem, strbuf_slice(&url));
	path = slice_from(strbuf_slice(&url), front);
	path = slice_cut(&path, '?');
	if (c->fill && c->fill(c, &o))
		return -1;
	now = s3_now(c->t); /* once: the clock may tick between what is sent and what is signed */
	add_standard(c, &o, date, now);
	c->skew = c->t->skew;
	c->generation = c->t->credentials.generation;
	return authorize(c, &o, path, now);
}

/* --- what comes back ------------------------------------------------------------------------------------------------------- */

static void count(struct s3_call *c, const struct http_reply *r)
{
	struct dest_counts *counts = &c->t->dest.counts;
	uint64_t *const of[] = {
		[S3_PUT] = &counts->puts,   [S3_GET] = &counts->gets,       [S3_HEAD] = &counts->heads,
		[S3_LIST] = &counts->lists, [S3_DELETE] = &counts->deletes, [S3_POST] = &counts->posts,
	};

	++*of[c->verb];
	if (c->sends++ > 0)
		counts->repeated++;
	counts->sent += r->sent;
	counts->connections = http_lane_connections(c->t->lane);
}

/* A HEAD has no body that would say so. */
static bool is_skewed(const struct s3 *t, const struct http_reply *r)
{
	return r->date && (r->date - s3_now(t) > SKEW_MOST_S || s3_now(t) - r->date > SKEW_MOST_S);
}

static enum answer judge(struct s3_call *c, struct s3_answer *a)
{
	const struct http_reply *r = a->reply;
	const char *why = NULL;

	switch (r->end) {
	case HTTP_UNREACHED:
		return ANSWER_LATER;
	case HTTP_BROKEN:
		return ANSWER_OPEN;
	case HTTP_DISTRUSTED:
	case HTTP_UNSENT:
		return ANSWER_WRONG;
	case HTTP_ANSWERED:
		break;
	}
	if (c->verb == S3_HEAD && (r->status == 400 || r->status == 403) && is_skewed(c->t, r))
		return ANSWER_CLOCK;
	if (r->status >= 300 && r->body->n > 0 &&
	    xml_read_error(&a->error, &c->t->scratch, strbuf_slice(r->body), &why))
		a->error = (struct xml_error){ .code = { NULL, 0 } }; /* a proxy's page; the status says enough */
	return answer_of(r->status, a->error.code);
}

static void hand_out(struct s3_call *c, struct s3_answer *a, enum answer kind)
{
	a->kind = kind;
	c->done(c, a);
}

/* It stands in front again, without a delay. */
static void repeat(struct s3_call *c)
{
	http_submit_first(c->t->lane, &c->http);
}

static void correct_clock(struct s3_call *c, struct s3_answer *a)
{
	struct s3 *t = c->t;
	int64_t theirs = a->reply->date ? a->reply->date : a->error.server_time;

	if (c->skew == t->skew && !t->skewed && theirs) {
		t->skew = theirs - instant_now();
		t->skewed = true;
	}
	if (c->skew != t->skew) {
		repeat(c);
		return;
	}
	s3_wrong(c, a);
	hand_out(c, a, ANSWER_WRONG);
}

static void renew_token(struct s3_call *c, struct s3_answer *a)
{
	struct s3 *t = c->t;

	if (c->generation != t->credentials.generation) {
		repeat(c);
		return;
	}
	if (c->renewed)
		s3_wrong(c, a);
	else if (!t->ended && !credentials_refresh(&t->credentials, s3_now(t), t->d)) {
		c->renewed = true;
		repeat(c);
		return;
	}
	s3_end(t);
	hand_out(c, a, ANSWER_WRONG);
}

static void give_up(struct s3_call *c, bool unreached)
{
	struct s3 *t = c->t;

	if (!t->ended)
		(void)diag_environment(t->d, s3_path(t, c->key), "gave up after %u attempts: %s", c->attempts,
				       c->last ? c->last : "no answer said how it ended");
	if (unreached || ++t->given_up >= GIVEN_UP_MAX)
		s3_end(t);
}

bool s3_call_again(struct s3_call *c)
{
	struct s3 *t = c->t;

	if (++c->attempts >= t->attempts || t->ended) {
		give_up(c, false);
		return false;
	}
	http_submit_later(t->lane, &c->http, c->attempts, c->retry_after);
	return true;
}

static void try_later(struct s3_call *c, struct s3_answer *a)
{
	struct s3 *t = c->t;

	if (++c->attempts < t->attempts && !t->ended) {
		http_submit_later(t->lane, &c->http, c->attempts, c->retry_after);
		return;
	}
	give_up(c, a->reply->end == HTTP_UNREACHED);
	hand_out(c, a, ANSWER_WRONG);
}

/* How busy the server is. */
static void adjust_pace(struct s3 *t, enum answer kind, const struct http_reply *r)
{
	if (kind == ANSWER_LATER || r->status == 503)
		http_lane_slow(t->lane, r->started);
	else if (kind != ANSWER_OPEN)
		http_lane_good(t->lane);
	if (kind == ANSWER_GOOD)
		t->given_up = 0;
}

static void act(struct s3_call *c, struct s3_answer *a, enum answer kind)
{
	switch (kind) {
	case ANSWER_CLOCK:
		correct_clock(c, a);
		break;
	case ANSWER_TOKEN:
		renew_token(c, a);
		break;
	case ANSWER_REGION:
		wrong_region(c, a);
		hand_out(c, a, ANSWER_WRONG);
		break;
	case ANSWER_WRONG:
		if (a->reply->end != HTTP_UNSENT || a->reply->why)
			s3_wrong(c, a);
		hand_out(c, a, ANSWER_WRONG);
		break;
	case ANSWER_LATER:
		try_later(c, a);
		break;
	case ANSWER_OPEN:
		if (c->once)
			hand_out(c, a, kind);
		else
			try_later(c, a);
		break;
	default:
		hand_out(c, a, kind);
	}
}

static void call_done(struct http_request *r, struct http_reply *reply)
{
	struct s3_call *c = (struct s3_call *)r; /* its first member */
	struct s3 *t = c->t;
	struct s3_answer a = { .reply = reply };
	enum answer kind = judge(c, &a);

	if (reply->end != HTTP_UNSENT) {
		count(c, reply);
		adjust_pace(t, kind, reply);
	}
	if (kind == ANSWER_LATER || kind == ANSWER_OPEN || kind == ANSWER_CONDITION) {
		c->last = words_of(t, &a);
		c->retry_after = reply->retry_after;
	}
	act(c, &a, kind);
	arena_reset(&t->scratch);
}

static void arm(struct s3_call *c)
{
	c->http.prepare = prepare;
	c->http.done = call_done;
	c->sends = c->attempts = 0;
	c->renewed = false;
	c->last = NULL;
	c->retry_after = -1;
	if (c->verb == S3_PUT || c->verb == S3_DELETE)
		c->http.limit = HTTP_FAULT_MAX; /* nobody reads it, and the connection is kept */
}

void s3_call_start(struct s3_call *c)
{
	arm(c);
	http_submit(c->t->lane, &c->http);
}

void s3_call_start_first(struct s3_call *c)
{
	arm(c);
	http_submit_first(c->t->lane, &c->http);
}

/* --- runs ------------------------------------------------------------------------------------------------------------------ */

void s3_settled(struct s3 *t)
{
	t->settled++;
	if (t->dest.progress)
		t->dest.progress(t->dest.progress_ctx, &t->dest, t->settled, t->queued, t->dest.counts.sent);
}

void s3_begin(struct s3 *t, struct diags *d)
{
	t->d = d;
	t->given_up = 0;
	t->ended = false;
}

/* What was queued meanwhile stays. */
void s3_finish(struct s3 *t)
{
	arena_reset(&t->scratch);
	t->d = NULL;
	if (t->jobs)
		return;
	arena_reset(&t->batch);
	t->queued = t->settled = 0;
}
