/* cmd/treeapps.h: the apps of a tree on disk, for commands that look at its metadata.
 *
 * Finding    TREE is what `build --out` made (a folder for each app), or one app's folder, whose name counts for
 *            nothing then.
 * Errors     an app that is not there: a located error (exit 1); a folder that cannot be read: exit 3. */
#ifndef CMD_TREEAPPS_H
#define CMD_TREEAPPS_H

#include "base/diag.h"
#include "format/tuf.h"

struct treeapp {
	const char *dir;     /* as TREE was given, for messages too */
	struct slice folder; /* its name in `out` */
	struct slice app;    /* what its metadata must say; empty: anything */
};

struct treeapps {
	struct arena mem;
	const char *out; /* the folder that holds the apps, and their lock */
	struct treeapp *v;
	size_t n; /* sorted by name */
};
#define TREEAPPS_INIT                                                                                                  \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* `only`: an appCode; NULL: all of them. */
int treeapps_find(struct treeapps *out, const char *tree, const char *only, struct diags *d) MUST_CHECK;
void treeapps_release(struct treeapps *t);

#endif
