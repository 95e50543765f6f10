/* publish/tree.h: a local tree as publishing sees it: every file that it needs at its destination, with hash and length.
 *
 * Input      what `build --out` made, or one app's folder in it, whose name counts for nothing then. It may be read-only.
 * Source     the tree's own metadata, from timestamp.json down, under its own roots; files.json; build.json. That is a check of damage
 *            and not of trust: publishing has no root that it trusts, devices have.
 * Elsewhere  an index, an object or a file of h5/ and pages/ that is listed and not in the tree: its destination must have it. So a
 *            tree that `pull` fetched, and `refresh` signed, can be published. Metadata, build.json and, where one is listed,
 *            files.json must be here: they say what is needed.
 * Lock       OUT/.mdstatic.lock, where there is one, is shared with other readers, against builds that would exchange the folder
 *            meanwhile; waits for a build that runs.
 * Errors     what `verify` would find in metadata: exit 1; a file of the wrong length, a symlink, a file that nothing lists: exit 1.
 *            Hashes of files are not looked at here: whoever sends one does (struct dest_put). What cannot be read: exit 3.
 * Ownership  everything lives in `mem`. */
#ifndef PUBLISH_TREE_H
#define PUBLISH_TREE_H

#include "base/diag.h"
#include "base/digest.h"
#include "format/buildinfo.h"
#include "publish/class.h"

struct tree_file {
	struct slice path; /* relative to <appCode>/ */
	const char *key;   /* "<appCode>/<path>" */
	uint8_t sha256[SHA256_SIZE];
	uint64_t length;
	const char *local; /* NULL: elsewhere */
	struct file_class class;
};

struct tree_role { /* of the metadata, for expiry */
	struct slice role;
	uint64_t version;
	int64_t expires;
};

struct app_tree {
	struct slice app;
	const char *dir;
	struct tree_file *v; /* sorted by path */
	size_t n;
	uint64_t bytes, elsewhere; /* of local files; number of files elsewhere */
	struct tree_role *roles;   /* root … */
	size_t nroles;
	struct buildinfo build;
	uint8_t timestamp[SHA256_SIZE], notes[SHA256_SIZE]; /* of timestamp.json, build.json */
};

struct pub_tree {
	struct arena mem;
	int lock;              /* -1: none */
	struct app_tree *apps; /* by name */
	size_t napps;
};
#define PUB_TREE_INIT                                                                                                  \
	{                                                                                                              \
		.mem = ARENA_INIT, .lock = -1                                                                          \
	}

int pub_tree_open(struct pub_tree *out, const char *tree, struct digests *dg, struct diags *d) MUST_CHECK;
void pub_tree_release(struct pub_tree *t);
const struct tree_file *pub_tree_find(const struct app_tree *t, struct slice path); /* NULL: not one of its files */

bool is_app_code(struct slice s); /* <appId>-<workspaceId>, both names as definitions have them */

#endif
