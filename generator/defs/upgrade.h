/* defs/upgrade.h: apps/<dir>/upgrades/<platform>/<version>/release.json. */
#ifndef DEFS_UPGRADE_H
#define DEFS_UPGRADE_H

#include "defs/scope.h"

/* Reads one release. `rel` is the file's path relative to REPO, which ends in `<platform>/<version>/release.json`;
 * origin.text must live as long as the model.
 * 0: platform and version are known: append it even where errors were recorded (they end the run, and
 * upgrades_finish() wants to see all). -1: not even these. */
int upgrade_read(struct upgrade *out, struct defs_scope *s, struct origin origin, struct slice rel) MUST_CHECK;

/* After all: sorts app->upgrades by platform name and version, and reports equal versions. */
void upgrades_finish(struct app *app, struct defs_scope *s);

#endif
