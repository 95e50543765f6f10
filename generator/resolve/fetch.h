/* resolve/fetch.h: files of the tree, bounded before they are read and checked before they are believed.
 *
 * Errors     MDR_REFUSED (missing, too long, another hash), MDR_UNREACHABLE, MDR_MEMORY; the text names the file.
 * Ownership  bytes go into the caller's strbuf, which is emptied first. */
#ifndef RESOLVE_FETCH_H
#define RESOLVE_FETCH_H

#include "base/digest.h"
#include "base/strbuf.h"
#include "resolve/fail.h"

struct mdr_sink {
	struct strbuf *out;
	uint64_t limit; /* bytes still wanted */
	bool over;      /* there was more */
	/* NULL: bytes go into `out`; else here, and `out` is not used. False: no more is wanted. */
	bool (*put)(void *ctx, const void *bytes, size_t n);
	void *put_ctx;
};

struct cache; /* resolve/cache.h */

struct fetcher {
	mdr_fetch_fn fn;
	void *ctx;
	struct digests *digests;
	struct cache *cache; /* what is kept of indexes, manifests and answers; NULL: nothing */
};

/* At most `limit` bytes; a longer file is refused. `absent` NULL: a missing file is refused; else it is told. */
enum mdr_code fetch_file(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t limit, bool *absent,
			 struct mdr_error *err) MUST_CHECK;
/* Exactly these bytes. */
enum mdr_code fetch_exact(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t length,
			  const uint8_t hash[SHA256_SIZE], struct mdr_error *err) MUST_CHECK;
/* At most `limit` bytes, with this hash. */
enum mdr_code fetch_hashed(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t limit,
			   const uint8_t hash[SHA256_SIZE], struct mdr_error *err) MUST_CHECK;
/* `length` bytes from `offset` on, unchecked; what follows them is not looked at. */
enum mdr_code fetch_part(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t offset,
			 uint64_t length, struct mdr_error *err) MUST_CHECK;

#endif
