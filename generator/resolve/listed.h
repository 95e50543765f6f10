/* resolve/listed.h: is an id on a whitelist? One page of the list's filter is fetched and proven (schemas/FORMAT.md section 6).
 *
 * Verdicts are kept for each (root, id), so that one device asks once; what could not be had or proven is not kept. They are stored as one
 * blob (schemas/FORMAT.md, section 12), so that a device without a network still knows. */
#ifndef RESOLVE_LISTED_H
#define RESOLVE_LISTED_H

#include "format/filter.h"
#include "format/manifest.h"
#include "resolve/fetch.h"
#include "resolve/verdict.h"

#define LISTED_KEPT 64

struct listed_verdict {
	uint8_t root[SHA256_SIZE];
	struct filter_key id;
	bool known, listed;
};

struct listed_cache {
	struct listed_verdict v[LISTED_KEPT];
	bool changed; /* since it was stored */
};

/* What was stored; a blob that is damaged is as good as none. */
enum mdr_code listed_load(struct listed_cache *cache, const struct mdr_storage *storage, struct digests *dg,
			  struct mdr_error *err) MUST_CHECK;
enum mdr_code listed_store(struct listed_cache *cache, const struct mdr_storage *storage, struct digests *dg,
			   struct mdr_error *err) MUST_CHECK;

/* LISTED_UNKNOWN: the page is missing, does not prove itself, or memory ended. */
enum listed listed_look_up(struct listed_cache *cache, const struct fetcher *f, struct slice app,
			   const struct mf_whitelist *list, struct slice id) MUST_CHECK;

#endif
