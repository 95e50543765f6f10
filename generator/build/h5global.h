/* build/h5global.h: the files of global packages, which the tree also has one by one, where pages refer to them.
 *
 * Names      as in the package: "<globalHost>/<appId>_<workspaceId>/…", relative to the tree. Whoever serves https://<globalHost>/
 *            maps its root to that folder of the tree.
 * One URL    one file, for ever: releases that are not pending have no path in common but with the same bytes, and what the previous
 *            tree lists keeps its bytes. A pending release must fit those, though not other pending ones: one of them may go.
 * Ended      the files of a release that is not live leave the tree's list with it. Its paths stay taken while the repository holds
 *            it. */
#ifndef BUILD_H5GLOBAL_H
#define BUILD_H5GLOBAL_H

#include "format/files.h"
#include "model/model.h"

struct h5_global {
	const struct h5_release *release;
	struct files files; /* below h5_global_folder() */
};

/* "<globalHost>/<appId>_<workspaceId>/" */
void h5_global_folder(struct strbuf *out, const struct app *app);

/* Reports files that are in each other's way at the version of the later release. `published`: files.json of the previous tree, or
 * NULL. */
void h5_global_check(const struct h5_global *v, size_t n, const struct files *published, const struct app *app,
		     struct diags *d);

/* For recipes: the paths below `folder`, one a line; and back: adds them to *out as `published` has them; false where it lacks one. */
struct slice h5_global_names(struct arena *a, const struct files *files, struct slice folder);
bool h5_global_published(struct files *out, struct arena *a, struct slice names, struct slice folder,
			 const struct files *published);

#endif
