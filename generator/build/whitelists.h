/* build/whitelists.h: all lists of an app.
 *
 * Threads    texts are read by the calling thread (base/filetree.h), hashed and encoded by `jobs` of them; errors and results
 *            come in the order of the lists, whatever the number of threads.
 * Memory     the texts of `jobs` lists at a time. */
#ifndef BUILD_WHITELISTS_H
#define BUILD_WHITELISTS_H

#include "base/filetree.h"
#include "build/whitelist.h"

/* Reads every `.txt` list of the app; errors and warnings go to `d`. With `book` the lists that are used get filters: *out, in
 * the arena, whose bytes are released by the caller (whitelist_filter_release). Without, *n is 0. `jobs` is at least 1. */
void whitelists_prepare(struct whitelist_filter **out, size_t *n, struct arena *a, const struct app *app,
			const struct filetree *tree, unsigned jobs, struct recipe_book *book, struct diags *d);

/* The filter of a list; NULL: it has none. */
const struct whitelist_filter *whitelists_find(const struct whitelist_filter *v, size_t n,
					       const struct whitelist *list);

#endif
