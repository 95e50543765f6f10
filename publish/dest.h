/* publish/dest.h: where a tree goes: an object store (publish/s3.h) or a folder (publish/dir.h).
 *
 * Keys       are relative to DEST and begin with the appCode: "DEMO01-default/metadata/timestamp.json".
 * Consistent reads see what was written before (S3 since 2020, OSS, GCS, R2, Ceph; a folder).
 * Settled    a write ends in one of four ways and never in "unknown": after an answer that leaves it open (409, 412, 5xx, a timeout,
 *            a connection that broke) the destination is read, and nothing is sent again that is there. 429 and 503 SlowDown say
 *            that nothing happened: sent again later.
 * Batches    of several destinations run side by side: queue in each, then dest_run() once.
 * Errors     environment errors in `d`, with a path like "s3://bucket/prefix/key". One that would repeat for every key (wrong
 *            credentials, no such bucket) is told once and ends the batch: what was not sent yet is DEST_FAILED.
 * Secrets    never appear in any message.
 * Threads    one destination, one thread; several destinations of one thread may share a struct http. */
#ifndef PUBLISH_DEST_H
#define PUBLISH_DEST_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/strbuf.h"
#include "publish/class.h"

#define DEST_ETAG_MAX 128

/* What a condition can name: the bytes that stood there when they were read. */
struct dest_version {
	char etag[DEST_ETAG_MAX]; /* without quotes; empty: nothing is there */
	char generation[24];      /* of Google Cloud Storage; else empty */
};

enum dest_condition { DEST_ALWAYS, DEST_IF_ABSENT, DEST_IF_MATCH };

/* How a destination wants its conditions to be put; the probe (publish/probe.h) finds out. */
enum dest_claim {
	CLAIM_UNKNOWN,
	CLAIM_NONE,
	CLAIM_STANDARD /* If-None-Match: * */,
	CLAIM_OSS /* x-oss-forbid-overwrite */,
	CLAIM_GCS /* x-goog-if-generation-match: 0 */
};
enum dest_match { MATCH_UNKNOWN, MATCH_NONE, MATCH_QUOTED, MATCH_UNQUOTED, MATCH_GENERATION };

enum dest_outcome {
	DEST_PENDING,     /* queued */
	DEST_DONE,        /* these bytes are there: sent now, or found there while settling */
	DEST_REFUSED,     /* the condition does not hold: other bytes are there (or none, of DEST_IF_MATCH) */
	DEST_UNSUPPORTED, /* the destination knows no such condition (501) */
	DEST_FAILED       /* recorded in the diagnostics */
};

struct dest_put {
	const char *key;
	const char *file; /* read from here; NULL: from `body` */
	struct slice body;
	uint64_t length; /* of either */
	uint8_t sha256
		[SHA256_SIZE]; /* what the bytes must be: a file that differs is an error (exit 1), and nothing is sent */
	const struct file_class *class;
	enum dest_condition condition;
	const struct dest_version *version; /* DEST_IF_MATCH */
	enum dest_claim
		claim; /* DEST_IF_ABSENT: in which form; the probe sets what it tries, else the destination's own */
	enum dest_match match; /* DEST_IF_MATCH: the same */
	bool settle; /* false: an answer is handed out as it is, for the probe: 412 is DEST_REFUSED even where the bytes are ours */
	enum dest_outcome outcome; /* set by dest_run() */
};

struct dest_get {
	const char *key;
	uint64_t limit;     /* longer: an error */
	struct strbuf body; /* the caller releases */
	struct dest_version version;
	int64_t modified; /* seconds; 0: unknown */
	enum { GET_PENDING, GET_FOUND, GET_ABSENT, GET_FAILED } outcome;
};

struct dest_object {
	struct slice key; /* relative to DEST */
	uint64_t size;
	struct slice etag; /* without quotes; what it is of: publish/etag.h */
	int64_t modified;
};

struct dest_listing { /* sorted by key */
	struct arena mem;
	struct dest_object *v;
	size_t n;
};
#define DEST_LISTING_INIT                                                                                              \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}
void dest_listing_release(struct dest_listing *l);
const struct dest_object *dest_listing_find(const struct dest_listing *l, struct slice key);

/* For the summary. */
struct dest_counts {
	uint64_t puts, gets, heads, lists, deletes, posts; /* requests, repeated ones too */
	uint64_t repeated;                                 /* of them */
	uint64_t sent;                                     /* bytes of bodies */
	uint64_t connections;
};

struct dest;
struct dest_ops {
	/* Everything whose key begins with one of the prefixes (which do not overlap), fetched side by side. */
	int (*list)(struct dest *t, struct dest_listing *out, const char *const *prefixes, size_t n, struct diags *d);
	/* The names of the folders directly below DEST ("DEMO01-default"), sorted, in the listing's keys. */
	int (*folders)(struct dest *t, struct dest_listing *out, struct diags *d);
	void (*queue_put)(struct dest *t, struct dest_put *p); /* stays the caller's, until dest_run() is over */
	void (*queue_get)(struct dest *t, struct dest_get *g);
	int (*run)(struct dest *const *v, size_t n, struct diags *d); /* of destinations with the same ops */
	int (*remove)(struct dest *t, const char *const *keys, size_t n, struct diags *d); /* absent ones are fine */
	/* Uploads in parts that were begun before `before` below the prefix and never completed; NULL: there is no such thing. */
	int (*remove_parts)(struct dest *t, const char *prefix, int64_t before, bool dry, uint64_t *count,
			    struct diags *d);
	void (*close)(struct dest *t);
};

struct dest {
	const struct dest_ops *ops;
	const char *name;      /* as given: "s3://bucket/prefix", for people */
	enum dest_claim claim; /* a folder knows from the start; else until the probe: …_UNKNOWN */
	enum dest_match match;
	struct dest_counts counts;
	/* Called now and then during dest_run(): how many of the queued are settled, and bytes sent. NULL: nobody wants to know. */
	void (*progress)(void *ctx, const struct dest *t, uint64_t done, uint64_t queued, uint64_t bytes);
	void *progress_ctx;
};

/* What the options and the environment say. */
struct dest_settings {
	const char *endpoint, *region, *profile; /* NULL: environment, files, defaults */
	bool custom_domain;                      /* of the bucket: the endpoint's host stands for it */
	bool path_style, checksums;              /* checksums: x-amz-checksum-sha256 as well */
	unsigned connections;                    /* for each destination; 0: 32 */
	unsigned attempts;                       /* of one request; 0: 10 */
	const char *program;                     /* for User-Agent */
};

/* "s3://bucket/prefix" or "file:///path" ("file://localhost/path" too). -1: not understood (usage), or it cannot be opened. */
struct http;
int dest_open(struct dest **out, const char *url, const struct dest_settings *settings, struct http *http,
	      struct diags *d) MUST_CHECK;
void dest_close(struct dest *t); /* NULL is fine */
/* Whether the text looks like a destination, so that a wrong one is a matter of usage. NULL: fine; else what is wrong, to follow
 * "the destination" ("names no bucket; write s3://bucket/prefix"). It does not repeat the text, which may hold a password. */
const char *dest_url_fault(const char *url);

/* Runs what is queued in any of them. -1: an error was recorded; outcomes say of which. */
int dest_run(struct dest *const *v, size_t n, struct diags *d) MUST_CHECK;
/* One of a kind. */
int dest_read(struct dest *t, struct dest_get *g, struct diags *d) MUST_CHECK;  /* -1: GET_FAILED */
int dest_write(struct dest *t, struct dest_put *p, struct diags *d) MUST_CHECK; /* -1: DEST_FAILED */

#endif
