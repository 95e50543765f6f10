/* defs/whitelist.h: whitelists/<name>.txt and .regex, with their optional <name>.ini.
 *
 * Purpose    lists an app's whitelists; the ids themselves are streamed by build/ and never read here.
 * <name>.ini [whitelist] idType = userId (default) | deviceId, fpr, plainIds = true | false.
 * Errors     a list that is both .txt and .regex, an .ini without a list, a .regex (this version has no patterns). */
#ifndef DEFS_WHITELIST_H
#define DEFS_WHITELIST_H

#include "defs/layout.h"
#include "model/model.h"

/* Fills app->whitelists, sorted by name, from the files of `files` that are lists. */
void whitelists_load(struct app *app, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		     struct diags *d);

#endif
