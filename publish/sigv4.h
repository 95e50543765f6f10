/* publish/sigv4.h: AWS Signature Version 4, in the Authorization header.
 *
 * Purpose    what S3 and all that speak its language want under every request. Made by hand: libcurl's own (CURLOPT_AWS_SIGV4) signs
 *            something else in almost every version, and has no say in the clock.
 * Source     "AWS Signature Version 4" and "Authenticating Requests (Authorization Header)" of the S3 API reference. S3's path is not
 *            normalised and encoded once, unlike that of other services.
 * Headers    all that are given are signed, so none may be given that a proxy changes (User-Agent, Expect, Accept-Encoding), nor, for
 *            Google, Content-Length. Always needed: host, x-amz-date (sigv4_date() of `time`), x-amz-content-sha256 (payload_hex); and
 *            every x-amz-* (x-amz-security-token among them), x-goog-*, content-md5, content-type, if-match, … that is sent.
 * Google     its conditions (x-goog-if-generation-match) are refused beside any x-amz-* header, and so beside this signature. `google` signs in
 *            its own words: GOOG4-HMAC-SHA256, x-goog-date, x-goog-content-sha256, the same keys ("HMAC authentication for the XML API").
 * Bytes      name and value of a header: as they go out; outer blanks and runs of blanks do not matter.
 * Secrets    the day's key lives in struct sigv4_key until sigv4_key_wipe(); what is made on the way to it is cleansed.
 * Threads    one key, one thread. */
#ifndef PUBLISH_SIGV4_H
#define PUBLISH_SIGV4_H

#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"
#include "publish/credentials.h"

#define SIGV4_DATE        17 /* bytes of "20261121T080000Z" with its NUL */
#define SIGV4_HEADERS_MAX 32
#define SIGV4_QUERY_MAX   16
#define SIGV4_UNSIGNED    "UNSIGNED-PAYLOAD"
#define SIGV4_EMPTY       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* of no bytes at all */

struct sigv4_header {
	struct slice name, value; /* the name in lower case */
};

struct sigv4_request {
	const char *method;
	struct slice path;                  /* encoded (sigv4_encode_path), begins with "/" */
	struct slice query;                 /* encoded and sorted (sigv4_query); without "?" */
	const struct sigv4_header *headers; /* in any order, no name twice */
	size_t nheaders;
	const char *payload_hex; /* SHA-256 of the body in lower-case hex, or SIGV4_UNSIGNED */
	int64_t time;            /* of the server's clock, as far as it is known */
	bool google;             /* x-goog-* instead of x-amz-* */
};

/* The key of a day, a region and credentials: kept, for deriving it costs four HMACs. Starts as { 0 }. */
struct sigv4_key {
	char *id, *region; /* NULL: none is kept */
	char date[9];
	uint64_t generation; /* of the credentials */
	bool google;
	uint8_t key[32];
};
void sigv4_key_wipe(struct sigv4_key *k);

/* Appends the value of the Authorization header. -1: too many headers, or libcrypto has no memory; nothing was appended then. */
int sigv4_authorization(struct strbuf *out, struct sigv4_key *key, const struct credentials *c, const char *region,
			const struct sigv4_request *r) MUST_CHECK;

void sigv4_date(char out[SIGV4_DATE], int64_t time);

/* Percent-encoding as the signature wants it: A-Z a-z 0-9 - . _ ~ stay, all other bytes become %XX in capitals. */
void sigv4_encode(struct strbuf *out, struct slice raw);      /* of a query: "/" is encoded too */
void sigv4_encode_path(struct strbuf *out, struct slice raw); /* "/" stays */

/* Appends "name=value&…", encoded and sorted; a NULL value leaves out that pair, an empty one gives "name=". Names: letters, digits,
 * - . _ ~ only, each once. At most SIGV4_QUERY_MAX. */
struct sigv4_pair {
	const char *name, *value;
};
void sigv4_query(struct strbuf *out, const struct sigv4_pair *pairs, size_t n);

#endif
