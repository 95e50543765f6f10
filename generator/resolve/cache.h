/* resolve/cache.h: indexes, manifests and answers that were read before, kept in storage.
 *
 * Purpose    after a restart the last answer needs no network, and what is unchanged is not loaded again. An object is known by its hash,
 *            which is checked again whenever it is read: damage is as good as absence, and it is fetched again.
 * Bytes      schemas/FORMAT.md, section 12: a blob for each object, and one list of them in the order of their use.
 * Writing    what was fetched waits in memory. cache_keep() stores the list, then the objects; cache_trim(), called when the files that
 *            lead to them are stored too, removes what has no room. So every object that lies in storage is in a list, whatever is
 *            interrupted, and the objects of the stored files are there.
 * Bound      `limit` bytes of objects; while cache_trim() is still to come, those of the tree before on top. What is in use is not removed
 *            for something else: where not all of it has room, the last ones are fetched each time.
 * Errors     MDR_STORAGE (a callback failed), MDR_MEMORY; of cache_read() also those of fetching. */
#ifndef RESOLVE_CACHE_H
#define RESOLVE_CACHE_H

#include "resolve/fetch.h"

struct cached {
	uint8_t hash[SHA256_SIZE];
	uint64_t size;
	struct strbuf bytes; /* while it waits to be stored */
	bool waits;
	bool used; /* since cache_age() */
	bool lost; /* what lies in storage is damaged or gone */
};

struct cache {
	struct mdr_storage storage;
	struct digests *digests; /* borrowed */
	uint64_t limit;          /* 0: nothing is kept */
	struct cached *v;        /* latest use first, as far as `used` does not tell */
	size_t n, cap;
	bool changed; /* something is to be stored, or to be removed */
};

/* Reads the list; `out` is zeros. */
enum mdr_code cache_open(struct cache *out, const struct mdr_storage *storage, uint64_t limit, struct digests *digests,
			 struct mdr_error *err) MUST_CHECK;
void cache_release(struct cache *o);

/* Reads an object, from storage or by fetching it: as fetch_exact() does, or fetch_hashed() where `length` is only a bound. When it was decoded,
 * cache_done() takes the bytes over: they are kept or released, and `bytes` is empty. */
enum mdr_code cache_read(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t length, bool exact,
			 const uint8_t hash[SHA256_SIZE], struct mdr_error *err) MUST_CHECK;
void cache_done(const struct fetcher *f, const uint8_t hash[SHA256_SIZE], struct strbuf *bytes);

/* The trusted files changed: nothing counts as used until cache_use() or cache_read() says so; what waits and was not used since the last
 * change goes, as nothing came of it. */
void cache_age(struct cache *o);
void cache_use(struct cache *o, const uint8_t hash[SHA256_SIZE]); /* one that is not kept is fine */

enum mdr_code cache_keep(struct cache *o, struct mdr_error *err) MUST_CHECK;
enum mdr_code cache_trim(struct cache *o, struct mdr_error *err) MUST_CHECK;

#endif
