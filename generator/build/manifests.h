/* build/manifests.h: one planned manifest as the wire struct that format/manifest.h encodes.
 *
 * Rules get numbers in the order of their first use in the manifest, whitelists stand by name, answers in the order of their
 * first use. Everything lives in the compile's arena or borrows the model and the plan. */
#ifndef BUILD_MANIFESTS_H
#define BUILD_MANIFESTS_H

#include "build/compile.h"
#include "format/manifest.h"

struct compile {
	struct compiled *out;
	struct arena scratch; /* of the index at hand */
	struct digests *digests;
	const struct app *app;
	int64_t commit_time;
	const struct whitelist_filter *filters;
	size_t nfilters;
};

/* Adds an object and gives its hash; equal bytes are one object later. */
int compile_object(struct compile *c, uint8_t hash[SHA256_SIZE], const char *name, struct slice bytes) MUST_CHECK;

/* `shared` (may be NULL): the index's whitelists, which then are not part of the manifest. */
int manifest_make(struct manifest *out, struct compile *c, const struct plan *plan, const struct plan_manifest *from,
		  const struct manifest *shared) MUST_CHECK;

/* The whitelists that live candidates of these manifests name, sorted by name. */
int manifest_lists(struct mf_whitelist **out, size_t *n, struct compile *c, const struct plan_manifest *from,
		   size_t count) MUST_CHECK;

#endif
