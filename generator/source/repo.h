/* source/repo.h: where a repository is, and small helpers over libgit2.
 *
 * repo_open() never lets libgit2 search: it would climb past REPO and read another repository in silence. */
#ifndef SOURCE_REPO_H
#define SOURCE_REPO_H

#include <git2.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/diag.h"

struct repo {
	git_repository *git; /* owned: git_repository_free() */
	const char *name;    /* REPO as it was given, for messages */
	const char *sub;     /* REPO below the work tree: "", or "folder/folder" without a slash at its ends */
};

/* Opens the repository at `name`, else the nearest one above whose work tree holds it. Strings live in `mem`. */
int repo_open(struct repo *out, const char *name, bool any_owner, struct arena *mem, struct diags *d) MUST_CHECK;

/* Why the last call to libgit2 failed; valid until the next call. Only after a failure. */
const char *git_reason(void);

/* For CLEANUP. */
void commit_free_at(git_commit **p);
void config_free_at(git_config **p);
void index_free_at(git_index **p);
void object_free_at(git_object **p);
void tree_free_at(git_tree **p);
void tree_entry_free_at(git_tree_entry **p);

#endif
