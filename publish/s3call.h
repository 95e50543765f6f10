/* publish/s3call.h: one request to an object store, repeated until it has an answer. For the files s3*.c.
 *
 * Repeated   what the server did not do (429, 503 SlowDown, no connection), after a delay; what it may have done, unless `once`; with a
 *            corrected clock, once; with fresh credentials, once. `attempts` bounds all that takes a delay.
 * Ends       one call of done(), with ANSWER_GOOD, ABSENT, CONDITION, UNKNOWN_WAY, METHOD, FAULT; with OPEN where `once` is set; or with
 *            ANSWER_WRONG: then it is told already, or is the consequence of what is told, and there is nothing left to do.
 * Batch      an error that all keys would meet stops the lane: see s3_end(). So does the third request in a row that was given up.
 * Ownership  calls and all that belongs to a batch live in s3.batch, until the run is over. */
#ifndef PUBLISH_S3CALL_H
#define PUBLISH_S3CALL_H

#include "base/arena.h"
#include "publish/answer.h"
#include "publish/credentials.h"
#include "publish/dest.h"
#include "publish/endpoint.h"
#include "publish/http.h"
#include "publish/sigv4.h"
#include "publish/xml.h"

struct s3_job; /* a put or a get that waits for run() */

struct s3 {
	struct dest dest; /* first: others see nothing but this */
	struct arena mem;
	struct http *http;
	struct http_lane *lane;
	struct endpoint endpoint;
	const char *region;
	const char *profile; /* of its own ("?profile="); "": options and environment say */
	struct credentials credentials;
	struct sigv4_key keys[2]; /* Amazon's and Google's words */
	struct digests *digests;
	bool checksums;
	unsigned attempts;
	int64_t skew; /* of the server's clock against ours, once it complained */
	bool skewed;
	bool single_deletes; /* the server knows no others */

	/* of a run */
	struct arena batch, scratch;
	struct diags *d;
	struct s3_job *jobs, **jobs_end;
	unsigned given_up; /* since the last good answer */
	bool ended;
	uint64_t queued, settled;
};

enum s3_verb { S3_PUT, S3_GET, S3_HEAD, S3_LIST, S3_DELETE, S3_POST };

/* What a call's fill() adds to: headers, which are signed; a body in `http`, and its hash. */
struct s3_out {
	struct http_out *http;
	struct sigv4_header headers[HTTP_LINES_MAX];
	size_t n;
	char payload[SHA256_HEX]; /* of the body; SIGV4_EMPTY at first */
	bool google;              /* say it in Google's words */
};
void s3_header(struct s3_out *o, const char *name, struct slice value); /* borrowed until the transfer has ended */
/* Content-MD5, and the hash that is signed. */
void s3_sums(struct s3_out *o, const uint8_t sha256[SHA256_SIZE], const uint8_t md5[MD5_SIZE]);

struct s3_answer {
	enum answer kind;
	struct http_reply *reply;
	struct xml_error error; /* empty without an <Error> */
};

struct s3_call {
	struct http_request http; /* first */
	struct s3 *t;
	enum s3_verb verb;
	const char *key;                                  /* relative to DEST; NULL: the bucket */
	const char *query;                                /* encoded and sorted, or NULL */
	int (*fill)(struct s3_call *c, struct s3_out *o); /* NULL: nothing to add. -1: recorded, and not sent */
	void (*done)(struct s3_call *c, struct s3_answer *a);
	bool once; /* an open answer is handed to done() */

	/* its own */
	unsigned sends, attempts;
	int64_t skew;        /* it was signed with */
	uint64_t generation; /* of the credentials */
	bool renewed;
	const char *last; /* what the server said when it was not done */
	int64_t retry_after;
};

void s3_call_start(struct s3_call *c);       /* behind all others */
void s3_call_start_first(struct s3_call *c); /* in front: it finishes what was begun */
/* Tries again, later; after an open answer. False: it was given up, which is told; done() is not called. */
bool s3_call_again(struct s3_call *c);

/* Records what the server said about the key of the call. */
void s3_fault(struct s3_call *c, const struct s3_answer *a);
/* The same, where it would say so for every key: the batch is over. Only the first one is told. */
void s3_wrong(struct s3_call *c, const struct s3_answer *a);
void s3_end(struct s3 *t);

/* "s3://bucket/prefix/key", in the batch; NULL: of the bucket. */
const char *s3_path(struct s3 *t, const char *key);
const char *s3_query(struct s3 *t, const struct sigv4_pair *pairs, size_t n);
int64_t s3_now(const struct s3 *t); /* of the server's clock, in seconds */
void s3_settled(struct s3 *t);      /* a job is */

/* Around what is run: errors go to `d` in between, and the batch's memory is freed then. */
void s3_begin(struct s3 *t, struct diags *d);
void s3_finish(struct s3 *t);

#endif
