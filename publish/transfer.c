#include "publish/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "publish/httpdate.h"

#define LARGE_BODY  ((size_t)1 << 20) /* from here on in larger pieces */
#define LARGE_PIECE (256L << 10)
#define STALL_BYTES 1024L

/* --- what libcurl calls --------------------------------------------------------------------------------------------------- */

static size_t give(char *buffer, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct slice left = slice_from(t->out.body, t->at);

	if (left.n > size * n)
		left.n = size * n;
	if (left.n > 0)
		memcpy(buffer, left.p, left.n);
	t->at += left.n;
	return left.n;
}

/* libcurl asks for it to repeat a request on its own. What has left may have been heard: that is for the caller to settle. */
static int rewind_body(void *ctx, curl_off_t offset, int origin)
{
	struct transfer *t = ctx;

	return origin == SEEK_SET && offset == 0 && t->at == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* What this process starts (credential_process, a hook) has none of its connections. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *at)
{
	(void)ctx;
	(void)purpose;
	return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static bool is_good(const struct transfer *t)
{
	return t->reply.status >= 200 && t->reply.status < 300;
}

/* Anything but the whole length ends the transfer. */
static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct http_request *r = t->request;
	uint64_t limit = is_good(t) ? r->limit : HTTP_FAULT_MAX;
	struct slice piece = slice_bytes(bytes, size * n);

	if (piece.n > limit - t->received) {
		t->reply.over = true;
		piece.n = (size_t)(limit - t->received);
	}
	t->received += piece.n;
	if (is_good(t) && r->take)
		t->stopped = !r->take(r, piece);
	else
		strbuf_addslice(&t->body, piece);
	return t->reply.over || t->stopped || t->body.failed ? 0 : size * n;
}

/* Empty where it is too long, or holds what no header that is sent may hold. */
static void copy_text(char *out, size_t room, struct slice value)
{
	bool good = value.n < room;

	for (size_t i = 0; good && i < value.n; i++)
		good = (unsigned char)value.p[i] >= ' ' && value.p[i] != 0x7f;
	if (!good)
		value.n = 0;
	if (value.n > 0)
		memcpy(out, value.p, value.n);
	out[value.n] = '\0';
}

static void copy_etag(char out[], size_t room, struct slice value)
{
	if (slice_starts(value, "W/"))
		value = slice_from(value, 2);
	if (value.n >= 2 && slice_starts(value, "\"") && slice_ends(value, "\""))
		value = slice_sub(value, 1, value.n - 2);
	copy_text(out, room, value);
}

static void read_date(int64_t *out, struct slice value)
{
	if (!httpdate_parse(out, value))
		*out = 0;
}

static void read_header(struct http_reply *r, struct slice name, struct slice value)
{
	static const struct {
		const char *name;
		enum { ETAG, DATE, LENGTH, GENERATION, MODIFIED, AFTER, REGION, ID } which;
	} known[] = {
		{ "etag", ETAG },
		{ "date", DATE },
		{ "content-length", LENGTH },
		{ "x-goog-generation", GENERATION },
		{ "last-modified", MODIFIED },
		{ "retry-after", AFTER },
		{ "x-amz-bucket-region", REGION },
		{ "x-amz-request-id", ID },
		{ "x-oss-request-id", ID },
		{ "x-guploader-uploadid", ID },
	};
	size_t i = 0;

	while (i < COUNT(known) && !slice_eq_nocase(name, slice_of(known[i].name)))
		i++;
	if (i == COUNT(known))
		return;
	switch (known[i].which) {
	case ETAG:
		copy_etag(r->etag, sizeof(r->etag), value);
		break;
	case DATE:
		read_date(&r->date, value);
		break;
	case LENGTH:
		r->has_length = text_uint(&r->length, value);
		break;
	case GENERATION:
		copy_text(r->generation, sizeof(r->generation), value);
		break;
	case MODIFIED:
		read_date(&r->modified, value);
		break;
	case AFTER:
		if (!httpdate_retry_after(&r->retry_after, value, r->date))
			r->retry_after = -1;
		break;
	case REGION:
		copy_text(r->region, sizeof(r->region), value);
		break;
	case ID:
		copy_text(r->request_id, sizeof(r->request_id), value);
		break;
	}
}

static void reply_reset(struct transfer *t)
{
	int64_t started = t->reply.started;

	t->reply = (struct http_reply){ .body = &t->body, .retry_after = -1, .started = started };
}

/* A status line begins a reply: what an interim one (100, 103) or a proxy's said before does not count. */
static size_t take_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct slice rest = slice_bytes(bytes, size * n), name;
	long status = 0;

	if (slice_starts(rest, "HTTP/")) {
		reply_reset(t);
		if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
			t->reply.status = (int)status;
		return size * n;
	}
	name = slice_cut(&rest, ':');
	read_header(&t->reply, name, slice_trim(rest));
	return size * n;
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

struct transfer *transfer_new(void)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->easy = curl_easy_init();
	if (!t->easy) {
		free(t);
		return NULL;
	}
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	transfer_clear(t);
	arena_release(&t->out.mem);
	strbuf_release(&t->body);
	curl_easy_cleanup(t->easy);
	free(t);
}

void transfer_clear(struct transfer *t)
{
	struct arena mem = t->out.mem;

	file_unmap(&t->out.map);
	arena_reset(&mem);
	t->out = (struct http_out){ .mem = mem };
	t->request = NULL;
	t->at = 0;
	t->received = 0;
	t->stopped = false;
	strbuf_reset(&t->body);
	reply_reset(t);
}

/* --- one request ----------------------------------------------------------------------------------------------------------- */

/* The nodes are ours and libcurl only reads them: nothing is copied for each request. */
static struct curl_slist *chain_lines(struct transfer *t)
{
	struct curl_slist *head = NULL;

	for (size_t i = t->out.nlines; i-- > 0;) {
		t->lines[i] = (struct curl_slist){ t->out.lines[i], head };
		head = &t->lines[i];
	}
	return head;
}

#define SET(easy, option, value) good &= curl_easy_setopt((easy), (option), (value)) == CURLE_OK

static bool set_body(struct transfer *t)
{
	bool good = true;

	SET(t->easy, CURLOPT_UPLOAD, 1L);
	SET(t->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->out.body.n);
	SET(t->easy, CURLOPT_READFUNCTION, give);
	SET(t->easy, CURLOPT_READDATA, t);
	SET(t->easy, CURLOPT_SEEKFUNCTION, rewind_body);
	SET(t->easy, CURLOPT_SEEKDATA, t);
	if (t->out.body.n >= LARGE_BODY)
		SET(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, LARGE_PIECE);
	return good;
}

static bool set_bounds(struct transfer *t, const struct transfer_settings *s)
{
	bool good = true;

	SET(t->easy, CURLOPT_NOSIGNAL, 1L);
	SET(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(t->easy, CURLOPT_TCP_NODELAY, 1L);
	SET(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)s->connect_ms);
	SET(t->easy, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
	SET(t->easy, CURLOPT_LOW_SPEED_TIME, (long)s->stall_s);
	if (s->ca_bundle)
		SET(t->easy, CURLOPT_CAINFO, s->ca_bundle);
	return good;
}

bool transfer_begin(struct transfer *t, const struct transfer_settings *s)
{
	const char *method = t->out.method;
	bool good = true;

	curl_easy_reset(t->easy); /* connections stay */
	SET(t->easy, CURLOPT_URL, t->out.url);
	SET(t->easy, CURLOPT_PATH_AS_IS, 1L);
	SET(t->easy, CURLOPT_HTTPHEADER, chain_lines(t));
	SET(t->easy, CURLOPT_USERAGENT, s->agent);
	SET(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	SET(t->easy, CURLOPT_HEADERDATA, t);
	SET(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(t->easy, CURLOPT_WRITEDATA, t);
	SET(t->easy, CURLOPT_ERRORBUFFER, t->error);
	SET(t->easy, CURLOPT_PRIVATE, t);
	good &= set_bounds(t, s);
	if (!strcmp(method, "HEAD"))
		SET(t->easy, CURLOPT_NOBODY, 1L);
	else if (!strcmp(method, "PUT") || !strcmp(method, "POST"))
		good &= set_body(t);
	if (strcmp(method, "HEAD") != 0)
		SET(t->easy, CURLOPT_CUSTOMREQUEST, method);
	t->error[0] = '\0';
	reply_reset(t);
	t->reply.started = http_clock();
	return good;
}

/* Timeouts have one code, wherever they happen. */
static bool was_sent(const struct transfer *t)
{
	curl_off_t before = 0;

	return curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &before) != CURLE_OK || before > 0;
}

static enum http_end end_of(const struct transfer *t, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_WRITE_ERROR:
		return t->reply.over || t->stopped ? HTTP_ANSWERED : HTTP_BROKEN;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PROXY:
		return HTTP_UNREACHED;
	case CURLE_OPERATION_TIMEDOUT:
		return was_sent(t) ? HTTP_BROKEN : HTTP_UNREACHED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_NOT_BUILT_IN:
	case CURLE_FAILED_INIT:
		return HTTP_DISTRUSTED;
	default:
		return HTTP_BROKEN;
	}
}

void transfer_end(struct transfer *t, CURLcode code)
{
	curl_off_t sent = 0;

	t->reply.end = end_of(t, code);
	if (curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK && sent > 0)
		t->reply.sent = (uint64_t)sent;
	if (t->reply.end == HTTP_ANSWERED)
		return;
	t->reply.why = t->error[0] ? t->error : curl_easy_strerror(code);
	if (t->body.failed)
		t->reply.why = "out of memory";
}
