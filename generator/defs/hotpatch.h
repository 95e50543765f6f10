/* defs/hotpatch.h: apps/<dir>/hotpatches/<platform>/<productVersion>/<patchNumber>/release.json. */
#ifndef DEFS_HOTPATCH_H
#define DEFS_HOTPATCH_H

#include "defs/scope.h"

/* Reads one release. `rel` is the file's path relative to REPO, which ends in
 * `<platform>/<productVersion>/<patchNumber>/release.json`; origin.text must live as long as the model.
 * 0: platform, product version and patch number are known: append it even where errors were recorded (they end the run, and
 * hotpatches_finish() wants to see all). -1: not even these. */
int hotpatch_read(struct hotpatch *out, struct defs_scope *s, struct origin origin, struct slice rel) MUST_CHECK;

/* After all: sorts app->hotpatches by platform name, patch number and product version; reports equal releases, and version keys
 * that two product versions of a platform share or that some patches of a product version lack. */
void hotpatches_finish(struct app *app, struct defs_scope *s);

#endif
