/* emit/tree.h: an app's folder, written as a whole.
 *
 * Atomicity  files go into OUT/.<appCode>.tmp.<pid>, are synced, and the folder is exchanged with OUT/<appCode> in one step
 *            (renameat2 RENAME_EXCHANGE; where the file system lacks it, two renames). Whatever kills the process, OUT/<appCode>
 *            is the old tree, or the new one, or absent as before. Leftovers of killed builds go with the next one.
 * Locking    outdir_open() takes OUT/.mdstatic.lock and waits for it; closing lets go.
 * Modes      files 0644, folders 0755, whatever the umask.
 * Order      tree_begin(), any number of tree_object(), tree_listed(), tree_file() …, tree_rest(), tree_commit(); tree_end() always.
 * Errors     environment errors (exit 3). */
#ifndef EMIT_TREE_H
#define EMIT_TREE_H

#include "emit/object.h"
#include "format/files.h"

#define OUTDIR_LOCK ".mdstatic.lock"

struct outdir {
	char *path;
	int lock; /* file descriptor; -1: closed */
};
#define OUTDIR_INIT                                                                                                    \
	{                                                                                                              \
		NULL, -1                                                                                               \
	}

int outdir_open(struct outdir *out, const char *path, struct diags *d) MUST_CHECK; /* makes the folder */
void outdir_close(struct outdir *o);
bool outdir_is_leftover(struct slice name); /* ".<app>.tmp.<pid>", ".<app>.old": of a build that was killed */

struct tree {
	struct arena mem;
	const char *final, *temp, *old; /* OUT/<appCode>, OUT/.<appCode>.tmp.<pid>, OUT/.<appCode>.old */
	const char *out;
	const char *previous; /* folder of the app's previous tree, or NULL */
	bool link;            /* previous is what this tree replaces: its files may be hard-linked */
	bool begun;
};
#define TREE_INIT                                                                                                      \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* `previous` may be NULL. */
int tree_begin(struct tree *t, const struct outdir *out, struct slice app, const char *previous,
	       struct diags *d) MUST_CHECK;
/* Places an object: taken from the previous tree when it is there with the right bytes, else from its content.
 * 0 placed; 1 it is in neither, so kept elsewhere; -1 error. */
int tree_object(struct tree *t, const struct object *o, struct diags *d) MUST_CHECK;
/* The same for a file of files.json, whose content `data` is, where it is at hand (p not NULL). */
int tree_listed(struct tree *t, const struct listed_file *f, struct slice data, struct diags *d) MUST_CHECK;
/* Adds a file at a path relative to <appCode>/. */
int tree_file(struct tree *t, const char *path, struct slice data, struct diags *d) MUST_CHECK;
/* The files of metadata/: roots, and every part that has bytes. */
int tree_metadata(struct tree *t, const struct tuf_chain *roots, const struct tuf_parts *parts,
		  struct diags *d) MUST_CHECK;
/* Takes over, as it is, what the previous tree has outside metadata/ and the new one has not. */
int tree_rest(struct tree *t, struct diags *d) MUST_CHECK;
/* *changed (may be NULL): the tree differs from what stood there. Equal trees are left alone. */
int tree_commit(struct tree *t, bool *changed, struct diags *d) MUST_CHECK;
void tree_end(struct tree *t); /* removes what was not committed */

#endif
