/* source/commit.h: reading a commit's tree without a checkout.
 *
 * Content is what the repository stores: no eol conversion, no filters. Objects are checked against their ids. */
#ifndef SOURCE_COMMIT_H
#define SOURCE_COMMIT_H

#include <git2.h>

#include "source/entries.h"

/* The commit that `rev` names; never NULL on 0. Errors are environment errors. */
int commit_find(git_commit **out, git_repository *git, const char *rev, struct diags *d) MUST_CHECK;

/* The tree of the folder `sub` ("": the root). 0 found, 1 the commit has no such folder (nothing recorded), -1 error.
 */
int commit_folder(git_tree **out, const git_commit *commit, const char *sub, struct diags *d) MUST_CHECK;

/* Adds what lies below apps and keys of `folder`, whose path in the repository is `sub`. */
int commit_list(struct entries *out, git_tree *folder, const char *sub, struct diags *d) MUST_CHECK;

/* How many bytes a file has, without loading it. */
int commit_size(uint64_t *out, git_repository *git, const struct file_entry *e, struct diags *d) MUST_CHECK;

/* A regular file's bytes, inflated as a whole (libgit2 streams loose objects only, and there are none after a clone); its size is
 * checked before anything is loaded. */
int commit_read(struct blob *out, git_repository *git, const struct file_entry *e, uint64_t limit,
		struct diags *d) MUST_CHECK;

#endif
