/* build/quickfix.h: the modules of quick fixes: read or built, and checked.
 *
 * Purpose    fills `modules` of every quickfix release from its inputs (ready .hqf files, an .appqf to split, or parts to build
 *            from), and reports what does not fit at the definition's line, naming the entry.
 * Objects    each module is an object `package.hqf` of the tree.
 * Checked    each module by itself (inspect/hqf.h: contents, libraries, the signature where there is one), against the definition
 *            and the other modules (build/quickfixcheck.h), and what we build against the installed .hap (build/basecheck.h).
 *            (What defs/ said of a patch.json that lies in the repository is not said again.)
 * Inputs     are read at every build: they are small, and no recipe is kept.
 * Memory     one release at a time. */
#ifndef BUILD_QUICKFIX_H
#define BUILD_QUICKFIX_H

#include "base/digest.h"
#include "base/filetree.h"
#include "model/model.h"

#define QUICKFIX_HQF_NAME "package.hqf" /* a module as an object of the tree */

struct quickfix_maker {
	const struct filetree *tree;
	struct digests *digests;
	int64_t commit_time; /* profiles must be valid at it */
	bool good_defs; /* the definitions had no errors; else modules to build, into whose parts they look, are left alone */
	struct arena *a; /* texts that stay */
	struct diags *d;
};

/* All quickfix releases of an app. */
void quickfixes_prepare(struct app *app, const struct quickfix_maker *maker);

/* Makes the modules of a prepared release again and gives each to `put`; what put returns, unless 0, ends it. */
int quickfix_write(const struct quickfix *q, const struct filetree *tree, struct digests *digests,
		   int (*put)(void *ctx, const struct quickfix_module *m, struct slice bytes), void *ctx,
		   struct diags *d) MUST_CHECK;

#endif
