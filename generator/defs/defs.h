/* defs/defs.h: the definitions of one commit, read and validated as a whole.
 *
 * Purpose    text → model. Everything that is wrong anywhere is recorded, not only the first thing.
 * Order      paths (layout), private keys, then for each app app.ini, resources, whitelists, audience, h5 apps, releases
 *            and switches, roots; last what concerns several files: loose files, equal app codes.
 * Ownership  the model and all that it points to live in `a`; `tree` is borrowed and its paths must outlive the model.
 * Errors     in `d`, with positions; warnings too. */
#ifndef DEFS_DEFS_H
#define DEFS_DEFS_H

#include "base/arena.h"
#include "base/filetree.h"
#include "model/model.h"

/* 0, or -1 where this call recorded an error: then *out must not be planned or built from. `commit_time` in seconds. */
int defs_load(struct model *out, const struct filetree *tree, int64_t commit_time, struct arena *a,
	      struct diags *d) MUST_CHECK;

#endif
