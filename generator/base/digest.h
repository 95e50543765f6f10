/* base/digest.h: SHA-256 and MD5 over libcrypto.
 *
 * A struct digests holds the fetched algorithms and one reusable context (fetching costs more than hashing 32 bytes); make
 * one per thread and pass it down. Failures of libcrypto here can only be exhaustion of memory or a broken installation:
 * the functions return -1 and the caller reports "cannot hash". */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/attr.h"
#include "base/slice.h"

#define SHA256_SIZE 32
#define SHA256_HEX  65 /* with the NUL */
#define MD5_SIZE    16
#define MD5_HEX     33

struct digests; /* opaque */

int digests_new(struct digests **out) MUST_CHECK;
void digests_free(struct digests *d);
void digests_free_at(struct digests **d); /* for CLEANUP */

int digest_sha256(struct digests *d, uint8_t out[SHA256_SIZE], struct slice data) MUST_CHECK;
/* SHA-256 of a followed by b followed by c (any may be empty): no copy is made. */
int digest_sha256_3(struct digests *d, uint8_t out[SHA256_SIZE], struct slice a, struct slice b,
		    struct slice c) MUST_CHECK;
int digest_md5(struct digests *d, uint8_t out[MD5_SIZE], struct slice data) MUST_CHECK;
/* Both in one pass: a mapped file of any size is read from disk once. */
int digest_both(struct digests *d, uint8_t sha256[SHA256_SIZE], uint8_t md5[MD5_SIZE], struct slice data) MUST_CHECK;

/* SHA-256 of what comes piece by piece. A stream has a context of its own, so that other digests may be taken meanwhile; it may be begun
 * again at any time, and must be before the first piece. */
struct digest_stream;
int digest_stream_new(struct digest_stream **out, const struct digests *d) MUST_CHECK; /* `d` outlives it */
void digest_stream_free(struct digest_stream *s);                                      /* NULL is fine */
int digest_stream_begin(struct digest_stream *s) MUST_CHECK;
int digest_stream_add(struct digest_stream *s, struct slice piece) MUST_CHECK;
int digest_stream_end(struct digest_stream *s, uint8_t out[SHA256_SIZE]) MUST_CHECK;

void digest_hex(char *out, const uint8_t *bytes, size_t n); /* lower case, 2n digits and a NUL */

/* First 8 bytes, big endian: the number that buckets and filters use. */
uint64_t digest_head64(const uint8_t bytes[SHA256_SIZE]);

#endif
