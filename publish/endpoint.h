/* publish/endpoint.h: where a bucket is: "s3://bucket/prefix" and an endpoint as scheme, host, path.
 *
 * Profile    "s3://bucket/prefix?profile=NAME": this destination has keys, region and endpoint of its own, so that one run publishes to
 *            several services.
 * Endpoint   "https://host", "http://host:port", with a path in front of the bucket where a provider has one; "host" alone is https.
 *            None: https://s3.<region>.amazonaws.com (amazonaws.com.cn for cn-*).
 * Style      the bucket stands in front of the host (virtual-host), or in front of the key (path) where that was asked for, where the host
 *            is an IP address, "localhost" or has no full stop, and where a bucket with full stops meets https, whose certificates do not
 *            cover those. A custom domain is the bucket's own: nothing stands in front (Alibaba OSS wants one for public endpoints of
 *            the mainland). An endpoint that begins with the bucket already is refused: it would stand there twice.
 * Bucket     3 to 63 of a-z 0-9 - . , first and last a letter or digit, no ".." and no IP address; with path style also A-Z and _ (old
 *            buckets, Ceph).
 * Prefix     slashes at its ends do not matter; none is fine. It stands in front of keys as it is, not percent-encoded.
 * Ownership  texts live in the arena.
 * Errors     -1 and *why, a text to follow the URL: constant or in the arena. Pure. */
#ifndef PUBLISH_ENDPOINT_H
#define PUBLISH_ENDPOINT_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/strbuf.h"

struct endpoint {
	const char *scheme; /* "https" or "http" */
	const char *host;   /* in URL and Host header: maybe with bucket, and with a port that is not the scheme's */
	const char *base;   /* of the path, encoded: "", or "/storage/v1/s3" */
	const char *bucket;
	const char *prefix; /* "", or it ends with "/" */
	bool path_style;
	bool aws; /* no endpoint was given: it is Amazon's own */
};

enum endpoint_style {
	STYLE_AUTO,
	STYLE_PATH,
	STYLE_DOMAIN /* the endpoint is a custom domain */
};

/* The NAME of "?profile=NAME"; empty: it has none. */
struct slice endpoint_profile(const char *url);
/* The URL without it: what keys stand behind in messages. */
struct slice endpoint_place(const char *url);

/* What is wrong with "s3://bucket/prefix" itself; NULL: nothing. Constant. */
const char *endpoint_url_fault(const char *url);

/* `server` NULL: Amazon's. */
int endpoint_make(struct endpoint *out, struct arena *a, const char *url, const char *server, const char *region,
		  enum endpoint_style style, const char **why) MUST_CHECK;

/* Append. `key` is relative to the prefix and not encoded; NULL: the bucket itself. */
void endpoint_path(struct strbuf *out, const struct endpoint *e, const char *key); /* encoded: URL and signature */
/* `query`: encoded, without "?"; NULL or "": none. */
void endpoint_url(struct strbuf *out, const struct endpoint *e, const char *key, const char *query);
/* Prefix and key, as the bucket knows it. */
void endpoint_key(struct strbuf *out, const struct endpoint *e, const char *key);

#endif
