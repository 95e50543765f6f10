/* defs/resources.h: resources/<element>.json, the values that rules may name.
 *
 * Format     `[{"name": label, "value": text, "platform"?: "all" | "android" | "ios" | "harmony"}]`, possibly empty.
 *            Values are trimmed, in NFC, not empty and not repeated, as the element compares them; versions for
 *            osVersion and appVersion.
 * Elements   the built-in ones (defs/element.h) come first, then those that a file declares (texts), by name. A
 *            declared name must not differ from a built-in one in case alone; versionCode and patchVersionCode
 *            (numbers in a device) and versionKey (not compared by rules) cannot be declared. */
#ifndef DEFS_RESOURCES_H
#define DEFS_RESOURCES_H

#include "defs/layout.h"
#include "model/model.h"

/* Fills app->elements. */
void resources_load(struct app *app, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		    struct diags *d);

#endif
