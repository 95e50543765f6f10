/* publish/http.h: many requests side by side over a few connections that are kept.
 *
 * Lanes      a lane is one destination: a queue of requests, at most `connections` of them under way at a time (publish/retry.h lowers
 *            that while the server complains), each connection used again by the next one. HTTP/1.1; no redirect is followed; no
 *            `Expect: 100-continue`; http and https only.
 * Requests   are the caller's, and cost nothing while they wait: what is sent is prepared when a connection is free, so that files are
 *            mapped for the time of their transfer only and signatures are fresh. A request is sent at most once for each
 *            http_submit(): libcurl may not repeat one of which bytes have left. It ends with one call of done(), which may submit
 *            it again, or others.
 * Bounds     a connection within 10 s; less than 1 KB/s for 60 s ends a transfer; a body that is longer than `limit` is cut off there.
 * Threads    one http, one thread: everything happens inside http_run().
 * Errors     the functions that return int record errors of the environment; what becomes of a request, its reply says. */
#ifndef PUBLISH_HTTP_H
#define PUBLISH_HTTP_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/fileio.h"
#include "base/slice.h"
#include "base/strbuf.h"
#include "publish/retry.h"

#define HTTP_LINES_MAX 24

struct http;
struct http_lane;

struct http_settings {
	const char *ca_bundle; /* a file of certificates; NULL: libcurl's own */
	uint64_t seed;         /* of the jitter: processes that fail together shall not come back together */
	unsigned connect_ms;   /* 0: 10000 */
	unsigned stall_s;      /* 0: 60 */
	uint32_t first_ms;     /* of retry delays; 0: RETRY_FIRST_MS; tests are in a hurry */
};

/* AWS_CA_BUNDLE, and another seed for every process. */
struct http_settings http_settings_of_process(void);

/* What goes out. All texts in `mem`, which is emptied when the transfer has ended. */
struct http_out {
	struct arena mem;
	const char *method; /* "PUT" */
	const char *url;
	char *lines[HTTP_LINES_MAX];
	size_t nlines;
	struct slice body;
	struct file_map map; /* unmapped when the transfer has ended */
};
/* At most HTTP_LINES_MAX; no control characters. An empty value takes away what libcurl would add. */
void http_line(struct http_out *o, const char *name, struct slice value);

enum http_end {
	HTTP_ANSWERED,
	HTTP_UNREACHED,  /* no connection came about: nothing was sent */
	HTTP_BROKEN,     /* it ended before the answer was complete: nobody knows what the server did */
	HTTP_DISTRUSTED, /* certificates, or no HTTP at all: no use to try again */
	HTTP_UNSENT      /* prepare() said so, or the lane was stopped */
};

struct http_reply {
	enum http_end end;
	const char *why; /* unless it is answered: libcurl's words */
	int status;
	struct strbuf *body; /* done() may take it away (and leave an empty one) */
	bool over;           /* the body was longer than the limit, and was cut off there */
	bool has_length;
	uint64_t length;     /* Content-Length */
	char etag[128];      /* without quotes and W/; empty where it is longer, or no text, as the next three are */
	char generation[24]; /* x-goog-generation */
	char region[32];     /* x-amz-bucket-region */
	char request_id[64]; /* x-amz-request-id and the like */
	int64_t date;        /* 0: not given */
	int64_t modified;    /* Last-Modified; 0 */
	int64_t retry_after; /* seconds; -1 */
	uint64_t sent;       /* bytes of the body */
	int64_t started;     /* http_clock() */
};

struct http_request {
	/* Fills in `o`. -1: it is not sent (the reason is recorded where the caller records things). */
	int (*prepare)(struct http_request *r, struct http_out *o);
	/* Called once. The request is no longer the engine's. */
	void (*done)(struct http_request *r, struct http_reply *reply);
	/* Where the body of a 2xx goes; false: no more. NULL: into reply->body. */
	bool (*take)(struct http_request *r, struct slice piece);
	uint64_t limit;            /* of a 2xx's body; of others' HTTP_FAULT_MAX */
	struct http_request *next; /* the engine's */
	int64_t due;               /* the engine's */
};
#define HTTP_FAULT_MAX ((uint64_t)64 << 10)

int http_new(struct http **out, const struct http_settings *s, struct diags *d) MUST_CHECK;
void http_free(struct http *h); /* NULL is fine; its lanes are closed before */

/* `agent`: the User-Agent, borrowed. -1: out of memory. */
int http_lane_new(struct http_lane **out, struct http *h, unsigned connections, const char *agent) MUST_CHECK;
void http_lane_free(struct http_lane *l); /* NULL is fine; nothing is queued any more */

void http_submit(struct http_lane *l, struct http_request *r); /* behind all others */
void http_submit_first(struct http_lane *l,
		       struct http_request *r); /* before all others: what finishes things that were begun */
/* Again, after a delay for this number of attempts so far (publish/retry.h). */
void http_submit_later(struct http_lane *l, struct http_request *r, unsigned attempts, int64_t retry_after);
/* What waits ends as HTTP_UNSENT, and so does what is submitted, until http_run() is over. */
void http_lane_stop(struct http_lane *l);

void http_lane_slow(struct http_lane *l, int64_t started); /* the server complained about a request of that time */
void http_lane_good(struct http_lane *l);
uint64_t http_lane_connections(const struct http_lane *l); /* made so far */

/* Until nothing is queued in any lane. */
void http_run(struct http *h);

int64_t http_clock(void); /* milliseconds, monotonic */

#endif
