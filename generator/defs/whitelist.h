/* defs/whitelist.h: whitelists/<name>.txt and .regex, with their optional <name>.ini.
 *
 * Purpose    lists an app's whitelists; the ids themselves are streamed by build/ and never read here.
 * .regex     a pattern a line (defs/pattern.h), at least one and at most WHITELIST_PATTERNS; blank lines are
 *            ignored, and so is the CR of a CR LF. No white space around a pattern: nobody sees it, and it would be
 *            part of the id.
 * <name>.ini [whitelist] idType = userId (default) | deviceId, fpr (.txt only), plainIds = true | false.
 * Errors     a list that is both .txt and .regex, an .ini without a list; in a .regex at the line and column. */
#ifndef DEFS_WHITELIST_H
#define DEFS_WHITELIST_H

#include "defs/layout.h"
#include "model/model.h"

#define WHITELIST_PATTERNS 20

/* Fills app->whitelists, sorted by name, from the files of `files` that are lists. */
void whitelists_load(struct app *app, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		     struct diags *d);

/* After all that could name a list: warns of those that nothing names. Not where there are errors, which may hide a
 * name. */
void whitelists_finish(const struct app *app, struct diags *d);

#endif
