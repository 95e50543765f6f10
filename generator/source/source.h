/* source/source.h: a definitions repository at one revision, or as its work tree stands.
 *
 * Purpose    the only part that knows git: it finds the repository, reads a commit without a checkout, resolves Git LFS
 *            pointers from the repository's own store, and gives the rest a struct filetree (base/filetree.h).
 * REPO       a git repository, bare or not, also a linked work tree or a submodule; or a folder in a work tree, of
 * which the tree then holds what lies below that folder. A folder in no repository is an error; the environment
 *            (GIT_DIR …) is not looked at.
 * Entries    what lies below `apps` and `keys` of REPO, and these two themselves should they be anything but folders;
 * all else is never looked at. Names are not judged here. At most ENTRIES_MAX files and folders (source/entries.h).
 * Work tree  tracked files as they stand, and untracked ones that no .gitignore, info/exclude or core.excludesFile
 * names. What sparse-checkout left out is absent. A folder that is a repository of its own, or a submodule in the
 *            index, is one FILE_SUBMODULE. Sockets, pipes and devices are left out, as git does. A file's id is filled
 * in when it is first read: the blob id of its bytes as they are, without any filter. Git LFS    a pointer's object
 * comes from <common git dir>/lfs/objects, or from below `lfs.storage`; size and SHA-256 are checked on every read. The
 * entry's id stays that of the pointer. Ownership  a source owns its tree, entries and strings, and is closed with
 * source_close(). Blobs read from the tree are released by their reader, before the source is closed. Threads    one
 * thread: a source has one git handle, and opening sets process-wide options of libgit2 for a moment. Errors     -1 and
 * at least one entry in `d`. What keeps a revision from being opened is an environment error; what is wrong with one
 * file (too large, not at hand) is an error at its path. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/filetree.h"

struct source; /* opaque */

struct source_options {
	const char *rev; /* what git rev-parse takes, peeled to a commit; NULL: HEAD. Not looked at with `worktree` */
	bool worktree;   /* the files of the work tree instead of a commit's */
	bool any_owner;  /* also a repository that belongs to another user */
};

/* `o` may be NULL: HEAD's commit. Nothing of the arguments is kept. */
int source_open(struct source **out, const char *repo, const struct source_options *o, struct diags *d) MUST_CHECK;

/* Makes `dir` (which exists) a repository with an unborn branch `main`, unless it lies in one already. */
int source_create(const char *dir, struct diags *d) MUST_CHECK;

/* The same folder one step earlier: at the first parent of `s`; of a work tree, at HEAD's commit.
 * 0 opened, 1 there is none at hand (first commit, shallow clone, or the folder is new; nothing recorded), -1 error. */
int source_open_parent(struct source **out, const struct source *s, struct diags *d) MUST_CHECK;

void source_close(struct source *s);     /* NULL is fine */
void source_close_at(struct source **s); /* for CLEANUP */

const struct filetree *source_tree(const struct source *s);

/* The commit in 40 hex digits; of a work tree HEAD's, or "" where there is no commit yet. */
const char *source_commit(const struct source *s);

/* Seconds: the commit's committer date (1970 to 9999); of a work tree HEAD's, or the clock's where there is no commit
 * yet. */
int64_t source_time(const struct source *s);

#endif
