/* defs/quickfix.h: apps/<dir>/quickfixes/<bundleName>/<versionCode>/<patchVersionCode>/release.json.
 *
 * Inputs     one of hqf, appqf and modules; every file and folder that is named is there, and is noted in the scope.
 *            Of `modules` each patch.json is read and checked here, against the folder's names and against each
 *            other. What is inside an .hqf, an .appqf or a .hap is for build/.
 * Ownership  everything lives in the scope's arena; origin.text must live as long as the model. */
#ifndef DEFS_QUICKFIX_H
#define DEFS_QUICKFIX_H

#include "defs/scope.h"

/* Reads a release. `rel` is the file's path relative to REPO, which ends in
 * `quickfixes/<bundleName>/<versionCode>/<patchVersionCode>/release.json`.
 * 0: the folder's names are good: append it, quickfixes_finish() wants to see all. -1: they are not. */
int quickfix_read(struct quickfix *out, struct defs_scope *s, struct origin origin, struct slice rel) MUST_CHECK;

/* After all: sorts app->quickfixes by slot and patchVersionCode. */
void quickfixes_finish(struct app *app);

#endif
