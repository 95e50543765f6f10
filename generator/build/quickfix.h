/* build/quickfix.h: the modules of quick fixes: read or built, and checked.
 *
 * Purpose    fills `modules` of every quickfix release from its inputs (ready .hqf files, an .appqf to split, or parts to build
 *            from), and reports what does not fit at the definition's line, naming the entry.
 * Objects    each module is an object `package.hqf` of the tree.
 * Checked    the app part of every patch.json equals the folder's names and is the same in all; a module's name occurs once for
 *            any device type; only patch.json, ets/, libs/<abi>/ are inside. (What defs/ said of a patch.json that lies in the
 *            repository is not said again.)
 * Inputs     are read at every build: they are small, and no recipe is kept.
 * Memory     one release at a time. */
#ifndef BUILD_QUICKFIX_H
#define BUILD_QUICKFIX_H

#include "base/digest.h"
#include "base/filetree.h"
#include "model/model.h"

#define QUICKFIX_HQF_NAME "package.hqf" /* a module as an object of the tree */

/* All quickfix releases of an app; errors and warnings go to `d`. Texts that stay live in `a`. `good_defs`: the definitions had
 * no errors; else modules to build, into whose parts they look, are left alone. */
void quickfixes_prepare(struct app *app, const struct filetree *tree, struct digests *digests, bool good_defs,
			struct arena *a, struct diags *d);

/* Makes the modules of a prepared release again and gives each to `put`; what put returns, unless 0, ends it. */
int quickfix_write(const struct quickfix *q, const struct filetree *tree, struct digests *digests,
		   int (*put)(void *ctx, const struct quickfix_module *m, struct slice bytes), void *ctx,
		   struct diags *d) MUST_CHECK;

#endif
