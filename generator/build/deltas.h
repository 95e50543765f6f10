/* build/deltas.h: from which earlier releases devices get to a live one by a delta, and the deltas.
 *
 * Which      of the same slot, the [delta] from next lower versions that were published (a task that is not pending, of a time that
 *            has come); of a hotpatch, earlier ones of its product version. Each is a pair: a delta, or a reason why there is none.
 * Dropped    what is larger than [delta] maxRatio of the package, or takes a device more than DELTA_MEMORY_MAX to apply; what has
 *            no bytes here: packages kept elsewhere, earlier ones that are not at hand.
 * Recipe     DELTA_RECIPE: SHA-256 of the base (of the tar of an .amr), SHA-256 of the package, form of the base. A delta that was
 *            made: `delta.bin`, fact `from` (SHA-256 of the earlier package, as it was published then). One that was dropped after
 *            it was made: the package itself, as what devices load, with the fact `size` (the delta's) or `memory` (what applying
 *            takes). Neither is read or made again, unless maxRatio lets a dropped one in.
 * Memory     one pair at a time (pack/delta.h), and all deltas that were made, until they are written.
 * Threads    one. */
#ifndef BUILD_DELTAS_H
#define BUILD_DELTAS_H

#include "base/filetree.h"
#include "build/recipe.h"
#include "model/model.h"

struct delta_pair {
	const struct release *to, *from;
	struct delta delta;  /* where it is there */
	struct strbuf bytes; /* of delta.bin; empty where an earlier build made it */
	uint64_t full;       /* bytes of the package */
	const char *missing; /* why there is no delta; NULL: there is one */
};

struct delta_pairs {
	struct delta_pair *v; /* in the order in which they were asked for; of a release the nearest version first */
	size_t n, cap;
};

struct delta_maker {
	struct app *app;
	int64_t commit_time;
	const struct filetree *tree;
	struct digests *digests;
	struct recipe_book *book;
	/* Appends the .amr of an h5 release, as it was published or as it is made now. 0, 1: it is not at hand, -1: an error in d. */
	int (*amr)(void *ctx, struct strbuf *out, const struct h5_release *h);
	void *ctx;
	struct arena *a; /* texts and lists that stay */
	struct diags *d;
};

/* Adds the pairs that lead to `r`, one of app->releases, and fills its `deltas`. Call it once for a release. -1: an error in d. */
int delta_pairs_add(struct delta_pairs *out, const struct release *r, const struct delta_maker *m) MUST_CHECK;
void delta_pairs_release(struct delta_pairs *p);

#endif
