/* source/worktree.h: the work tree of a repository, as somebody is about to commit it. */
#ifndef SOURCE_WORKTREE_H
#define SOURCE_WORKTREE_H

#include <git2.h>

#include "source/entries.h"

/* Adds what lies below apps and keys of the folder `sub` ("": the root); see source/source.h for what counts. */
int worktree_list(struct entries *out, git_repository *git, const char *sub, struct diags *d) MUST_CHECK;

/* A regular file's path in the file system, in `a`, and its size. */
int worktree_locate(struct file_place *out, git_repository *git, const struct file_entry *e, struct arena *a,
		    struct diags *d) MUST_CHECK;

/* A regular file's bytes: a copy of small ones, so that definitions do not change while they are read; larger ones are
 * mapped. `id` is filled in with their blob id when it is empty. */
int worktree_read(struct blob *out, git_repository *git, struct file_entry *e, uint64_t limit,
		  struct diags *d) MUST_CHECK;

#endif
