/* build/h5preset.h: the h5 packages that an app is shipped with.
 *
 * Purpose    which release that is, for `mdstatic export h5` and for the tree's h5/preset/<platform>/h5_json.json.
 * Chosen     of every h5 app the highest version that an official task of the channel prod releases for the platform, from before the
 *            commit: what the platform has for everybody. Client versions are not looked at: a preset goes into the newest app. */
#ifndef BUILD_H5PRESET_H
#define BUILD_H5PRESET_H

#include "base/strbuf.h"
#include "model/model.h"

/* NULL: the app has no such package. */
const struct h5_release *h5_newest(const struct app *app, const struct h5_app *h5, enum platform p,
				   int64_t commit_time);

/* "h5/preset/<platform>/h5_json.json" */
void h5_preset_path(struct strbuf *out, enum platform p);
/* Its content, every h5_app once, in the order of their ids; nothing where no app has a package. -1: memory. */
int h5_preset(struct strbuf *out, const struct app *app, enum platform p, int64_t commit_time) MUST_CHECK;

#endif
