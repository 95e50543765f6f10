#include "http.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plain.h"

/* One answer on its way. */
struct reply {
	struct http *http;
	struct mdr_sink *sink;
	uint64_t offset, limit; /* asked for: bytes from `offset` on, at most `limit` */
	uint64_t skip_max;
	uint64_t skip;     /* bytes of the body still to be passed over */
	uint64_t taken;    /* given to the sink */
	size_t headers;    /* bytes */
	bool ranged;       /* a Range was asked for */
	bool has_start;    /* Content-Range was there and can be read */
	uint64_t start;    /* its first byte */
	bool encoded;      /* Content-Encoding other than identity */
	bool begun, ended; /* status and headers were judged; no more is wanted */
	bool dropped;      /* the body is a page about an error: nobody wants it */
	bool bad;          /* `why` is set, by a callback */
};

static bool say(struct http *h, const char *url, const char *what)
{
	snprintf(h->why, sizeof(h->why), "%s: %s", url, what);
	plain(h->why);
	return false;
}

/* --- addresses ---------------------------------------------------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

/* Sets *secure: https. */
static bool may_ask(bool *secure, const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL;
	bool ok = false;

	if (parts && !curl_url_set(parts, CURLUPART_URL, url, 0) &&
	    !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) && !curl_url_get(parts, CURLUPART_HOST, &host, 0)) {
		*secure = strcmp(scheme, "https") == 0;
		ok = *secure || (strcmp(scheme, "http") == 0 && is_loopback(host));
	}
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return ok;
}

/* --- callbacks of libcurl ----------------------------------------------------------------------------------------------------- */

/* The value of the header `name` ("content-range:"), or NULL. */
static const char *header_value(const char *line, size_t n, const char *name)
{
	size_t length = strlen(name);

	return n >= length && strncasecmp(line, name, length) == 0 ? line + length : NULL;
}

/* "bytes 5-9/100"; `end` bounds the text, which ends in no NUL. */
static bool read_start(uint64_t *start, const char *value, const char *end)
{
	static const char unit[] = "bytes ";
	const char *at = value;

	while (at < end && *at == ' ')
		at++;
	if ((size_t)(end - at) < sizeof(unit) || strncasecmp(at, unit, sizeof(unit) - 1) != 0)
		return false;
	at += sizeof(unit) - 1;
	if (*at < '0' || *at > '9')
		return false;
	for (*start = 0; at < end && *at >= '0' && *at <= '9'; at++) {
		if (*start > UINT64_MAX / 10 - 1)
			return false;
		*start = *start * 10 + (uint64_t)(*at - '0');
	}
	return at < end && *at == '-';
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct reply *r = ctx;
	size_t n = size * count;
	const char *value;

	r->headers += n;
	if (r->headers > HTTP_HEADERS) {
		r->bad = true;
		return 0;
	}
	value = header_value(line, n, "content-range:");
	if (value)
		r->has_start = read_start(&r->start, value, line + n);
	value = header_value(line, n, "content-encoding:");
	if (value)
		r->encoded = strncasecmp(value + strspn(value, " \t"), "identity", 8) != 0;
	return n;
}

/* Whether the body is what was asked for, as far as status and headers tell. NULL: it is. */
static const char *judge(struct reply *r, long status)
{
	if (r->headers > HTTP_HEADERS)
		return "its headers are too long";
	if (r->encoded)
		return "is encoded (Content-Encoding), which nobody asked for";
	if (status == 206) {
		if (!r->ranged)
			return "answers a part (206) although the whole was asked for";
		if (!r->has_start)
			return "answers a part (206) and does not say which";
		if (r->start != r->offset)
			return "answers another part (206) than the one that was asked for";
		return NULL;
	}
	if (r->offset > r->skip_max)
		return "ignores ranges";
	r->skip = r->offset;
	return NULL;
}

static bool begin(struct reply *r)
{
	CURL *curl = r->http->curl;
	const char *why, *url = "";
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
	r->begun = true;
	if (status != 200 && status != 206) {
		r->dropped = true;
		r->skip = HTTP_SKIP; /* a short one is read, because the connection can be used again then */
		return true;
	}
	why = judge(r, status);
	if (!why)
		return true;
	r->bad = true;
	return say(r->http, url, why);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct reply *r = ctx;
	size_t n = size * count, passed, wanted;

	if (!r->begun && !begin(r))
		return 0;
	passed = r->skip < n ? (size_t)r->skip : n;
	wanted = r->dropped ? 0 : n - passed;
	if (wanted > r->limit - r->taken)
		wanted = (size_t)(r->limit - r->taken);
	r->skip -= passed;
	r->taken += wanted;
	r->ended = (wanted && !mdr_sink_add(r->sink, bytes + passed, wanted)) || passed + wanted < n;
	return r->ended ? 0 : n;
}

/* --- one request -------------------------------------------------------------------------------------------------------------- */

static CURLcode perform(struct http *h, struct reply *r, const char *url)
{
	char range[48];

	r->headers = 0;
	r->skip = 0;
	r->has_start = r->encoded = r->begun = r->ended = r->dropped = false;
	snprintf(range, sizeof(range), "%" PRIu64 "-%" PRIu64, r->offset, r->offset + r->limit - 1);
	if (curl_easy_setopt(h->curl, CURLOPT_URL, url) ||
	    curl_easy_setopt(h->curl, CURLOPT_RANGE, r->ranged ? range : NULL) ||
	    curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, r) || curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, r))
		return CURLE_OUT_OF_MEMORY;
	return curl_easy_perform(h->curl);
}

/* A failure in libcurl's words. One that we made ourselves has its own, or is none. */
static bool transferred(struct http *h, struct reply *r, CURLcode result, const char *url)
{
	if (result == CURLE_OK && !r->begun)
		(void)begin(r); /* an empty body */
	if (r->headers > HTTP_HEADERS)
		return say(h, url, "its headers are too long");
	if (r->bad)
		return false;
	return result == CURLE_OK || r->ended || say(h, url, curl_easy_strerror(result));
}

static enum mdr_fetched judge_status(struct http *h, long status, const char *url)
{
	char text[64];

	if (status == 200 || status == 206 || status == 416)
		return MDR_FETCHED;
	if (status == 403 || status == 404 || status == 410)
		return MDR_ABSENT;
	snprintf(text, sizeof(text), "answers HTTP %ld", status);
	(void)say(h, url, text);
	return MDR_FAILED;
}

/* Where a redirect leads, as the caller's to free; NULL with `why` where nobody may follow. *was_secure: whether the address that
 * redirects is https, then whether the next one is. */
static char *next_address(struct http *h, const char *url, bool *was_secure)
{
	char *to = NULL;
	bool secure = false;

	if (curl_easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &to) || !to) {
		(void)say(h, url, "redirects to nowhere");
		return NULL;
	}
	if (!may_ask(&secure, to) || (*was_secure && !secure)) {
		snprintf(h->why, sizeof(h->why), "%s: redirects to %s; only https is followed", url, to);
		plain(h->why);
		return NULL;
	}
	*was_secure = secure;
	return strdup(to);
}

/* --verbose: a line for each request. */
static void tell(const char *url, const struct reply *r, long status)
{
	char shown[1024];

	snprintf(shown, sizeof(shown), "%s", url);
	plain(shown);
	fprintf(stderr, "GET %s%s: %ld, %" PRIu64 " bytes\n", shown, r->ranged ? " (range)" : "", status, r->taken);
}

static enum mdr_fetched ask(struct http *h, struct reply *r, char **url, bool secure)
{
	for (unsigned i = 0; i <= HTTP_REDIRECTS; i++) {
		long status = 0;
		char *to;

		if (!transferred(h, r, perform(h, r, *url), *url))
			return MDR_FAILED;
		curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
		if (h->verbose)
			tell(*url, r, status);
		if (status < 300 || status >= 400)
			return judge_status(h, status, *url);
		to = next_address(h, *url, &secure);
		if (!to)
			return MDR_FAILED;
		free(*url);
		*url = to;
	}
	(void)say(h, *url, "redirects too often");
	return MDR_FAILED;
}

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

enum mdr_fetched http_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct http *h = ctx;
	bool whole = strstr(path, "://") != NULL, secure = false;
	size_t size = strlen(h->base) + strlen(path) + 1;
	char *url = malloc(size);
	struct reply r = { .http = h, .sink = sink, .offset = offset, .limit = limit };
	enum mdr_fetched result = MDR_FAILED;

	h->why[0] = '\0';
	if (!url) {
		(void)say(h, path, "out of memory");
		return MDR_FAILED;
	}
	snprintf(url, size, "%s%s", whole ? "" : h->base, path);
	r.ranged = limit > 0 && limit <= UINT64_MAX - offset && !(offset == 0 && ends_in(path, ".json"));
	r.skip_max = whole ? UINT64_MAX : HTTP_SKIP;
	if (may_ask(&secure, url))
		result = ask(h, &r, &url, secure);
	else
		(void)say(h, url, "is no https address (http is for loopback hosts only)");
	free(url);
	return result;
}

/* --- open, close -------------------------------------------------------------------------------------------------------------- */

static bool set_up(struct http *h, long patience)
{
	CURL *c = h->curl;

	return !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http") &&
	       !curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) &&
	       !curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body) && !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, patience) &&
	       !curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_SLOW) &&
	       !curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, patience) &&
	       !curl_easy_setopt(c, CURLOPT_USERAGENT, "mdresolve-device");
}

bool http_open(struct http *h, const char *base, long patience, bool verbose)
{
	size_t n = strlen(base);
	bool secure;

	h->verbose = verbose;
	if (!may_ask(&secure, base) || strpbrk(base, "?#"))
		return say(h, base, "is no https address (http is for loopback hosts only)");
	h->base = malloc(n + 2);
	h->curl = curl_easy_init();
	if (!h->base || !h->curl || !set_up(h, patience))
		return say(h, base, "libcurl cannot be used");
	snprintf(h->base, n + 2, "%s%s", base, base[n - 1] == '/' ? "" : "/");
	return true;
}

void http_close(struct http *h)
{
	curl_easy_cleanup(h->curl);
	free(h->base);
	*h = (struct http){ .curl = NULL };
}
