/* build/compile.h: from plans to the bytes of indexes, manifests and answers.
 *
 * Purpose    one struct compiled for each app: an index for every platform and kind that offers something (for hotpatches also
 *            where nothing is out, but a versionKey is defined), and the content-addressed objects that they lead to. Pure but
 *            for hashing: the same model gives the same bytes.
 * Objects    sorted by hash, distinct; the bytes lie in the arena of the result. Filters and packages are not in here.
 * Errors     -1: what was defined is more than devices read (`why` says what), or memory or hashing failed. */
#ifndef BUILD_COMPILE_H
#define BUILD_COMPILE_H

#include "base/digest.h"
#include "build/whitelist.h"
#include "plan/plan.h"

struct compiled_index {
	struct plan plan;
	struct slice bytes;
	uint8_t hash[SHA256_SIZE];
};

struct compiled_object {
	uint8_t hash[SHA256_SIZE];
	const char *name; /* "manifest.json", "answer.json", "manifest.plist" */
	struct slice bytes;
};

struct compiled {
	struct arena mem;
	struct compiled_index v[PLATFORM_COUNT * KIND_COUNT]; /* by platform, then kind; those that are written */
	size_t n;
	struct compiled_object *objects;
	size_t nobjects, objects_cap;
	const char *why; /* compile_indexes() failed, and this is wrong with the definitions; NULL: memory or hashing */
};

/* First what is offered to whom: v[i].plan. What answers need of the releases that live offers refer to may be made then. */
int compile_plans(struct compiled *out, const struct app *app, int64_t commit_time, struct digests *digests) MUST_CHECK;
/* Then the bytes. `filters` holds a filter for every list that the app's offers name. */
int compile_indexes(struct compiled *out, const struct app *app, int64_t commit_time,
		    const struct whitelist_filter *filters, size_t nfilters, struct digests *digests) MUST_CHECK;
/* Both, one after the other. */
int compile_app(struct compiled *out, const struct app *app, int64_t commit_time,
		const struct whitelist_filter *filters, size_t nfilters, struct digests *digests) MUST_CHECK;
void compiled_release(struct compiled *c);

#endif
