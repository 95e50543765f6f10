/* base/filetree.h: the files of one revision, as every later stage sees them.
 *
 * Purpose    source/ fills it (from a commit or the work tree); defs/ and build/ read it, without knowing git.
 * Paths      `path` is relative to the repository's root (for messages), `rel` is its tail relative to REPO (the folder
 *            that was asked for; equal to path when that is the root). Sorted by `rel` in byte order. Names are bytes as git
 *            keeps them and may be anything: check before use.
 * Content    filetree_read() gives what a checkout would hold: a Git LFS pointer is resolved from the repository's own LFS
 *            store, and if it cannot be, that is a located error that says what to do. No eol conversion, no filters.
 *            Large ones are mapped where they lie in files: whoever cuts one off meanwhile ends the program (SIGBUS, main.c).
 * Ownership  the tree owns entries and strings. A blob that was read is the caller's to release.
 * Threads    one tree, one thread. */
#ifndef BASE_FILETREE_H
#define BASE_FILETREE_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/slice.h"

enum file_kind { FILE_REGULAR, FILE_SYMLINK, FILE_SUBMODULE };

struct file_entry {
	const char *path; /* NUL-terminated */
	struct slice rel;
	enum file_kind kind;
	char id[41]; /* git blob id in hex (computed in the same way for work-tree files on first read; else "") */
};

struct blob {
	struct slice data;
	const uint8_t *sha256; /* of `data`, where the reader has just checked it; else NULL */
	void *handle;          /* whatever the source needs to let go of it */
	void (*release)(void *handle, struct slice data);
};

/* Where the bytes of an entry lie. */
struct file_place {
	const char *file; /* holds nothing else (Git LFS, the work tree); NULL: git, which inflates them as a whole */
	uint64_t size;
};

struct filetree {
	const struct file_entry *v;
	size_t n;
	void *ctx;
	int (*read)(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d);
	/* NULL: everything is in memory. */
	int (*locate)(void *ctx, struct file_place *out, const struct file_entry *e, struct arena *a, struct diags *d);
};

/* The content of a regular file. Larger than `limit` bytes: a located error that names both sizes. */
int filetree_read(struct blob *out, const struct filetree *t, const struct file_entry *e, uint64_t limit,
		  struct diags *d) MUST_CHECK;
/* Where its bytes lie, without reading them; the name of the file lives in `a`. Who opens it checks what he finds. */
int filetree_locate(struct file_place *out, const struct filetree *t, const struct file_entry *e, struct arena *a,
		    struct diags *d) MUST_CHECK;
void blob_release(struct blob *b); /* also fine on a zeroed blob */

const struct file_entry *filetree_find(const struct filetree *t, struct slice rel); /* exact; NULL: absent */
/* The entries whose rel begins with `prefix` ("apps/x/"): *first and their number. */
size_t filetree_below(const struct filetree *t, struct slice prefix, size_t *first);

#endif
