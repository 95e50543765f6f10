/* source/lfs.h: Git LFS pointers and the objects that they stand for.
 *
 * Format     https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, without extensions:
 *              version https://git-lfs.github.com/spec/v1\n
 *              oid sha256:<64 hex digits>\n
 *              size <bytes>\n
 *            A text that begins with such a version line and has at most LFS_POINTER_MAX bytes is meant as a pointer: any other
 *            form of it is an error and never content, since it would be signed in place of what it stands for.
 * Objects    files `objects/<oid[0..1]>/<oid[2..3]>/<oid>` of a store; they are mapped, never copied. */
#ifndef SOURCE_LFS_H
#define SOURCE_LFS_H

#include <git2.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/filetree.h"

#define LFS_POINTER_MAX 1024

struct lfs_pointer {
	uint8_t oid[SHA256_SIZE];
	uint64_t size;
};

enum lfs_form { LFS_CONTENT, LFS_POINTER, LFS_MALFORMED };

enum lfs_form lfs_parse(struct lfs_pointer *out, struct slice text); /* `out` is set for LFS_POINTER only */

struct lfs_store {
	const char *folder;      /* holds objects/ */
	const char *rev;         /* what to fetch, for messages */
	struct digests *digests; /* borrowed */
};

/* The folder of a repository's store, from its configuration; lives in `mem`. */
int lfs_folder(const char **out, git_repository *git, struct arena *mem, struct diags *d) MUST_CHECK;

/* The file that holds a pointer's object, should it be at hand; lives in `mem`. */
const char *lfs_file(const struct lfs_store *store, const struct lfs_pointer *p, struct arena *mem);

/* The object of a pointer that stands at `path`, at most `limit` bytes; size and SHA-256 are checked. */
int lfs_read(struct blob *out, const struct lfs_store *store, const struct lfs_pointer *p, const char *path,
	     uint64_t limit, struct diags *d) MUST_CHECK;

#endif
