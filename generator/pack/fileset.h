/* pack/fileset.h: files in memory, by path: what a package is made of.
 *
 * Paths      as base/relpath.h says; sorted by bytes once closed; no two alike but for case, also not in a folder of theirs, and
 *            none is a folder of another: so that they can be unpacked anywhere.
 * Limits     FILESET_FILES_MAX files, FILESET_BYTES_MAX bytes, FILESET_PATH_MAX bytes of a path.
 * Ownership  the set owns paths and bytes. */
#ifndef PACK_FILESET_H
#define PACK_FILESET_H

#include "base/filetree.h"
#include "base/strbuf.h"

#define FILESET_FILES_MAX 10000u
#define FILESET_BYTES_MAX ((size_t)300 << 20)
#define FILESET_PATH_MAX  1024u

struct fileset_file {
	struct slice path;
	size_t offset, size; /* in the set's bytes */
	bool deflated;       /* in the archive that it came from */
};

struct fileset {
	struct arena mem;
	struct strbuf bytes;
	struct fileset_file *v;
	size_t n, cap;
};

#define FILESET_INIT                                                                                                   \
	{                                                                                                              \
		.mem = ARENA_INIT, .bytes = STRBUF_INIT                                                                \
	}

void fileset_release(struct fileset *s);

/* Begins a file, whose bytes the caller appends to s->bytes. -1: *why says what is wrong with the path, or that there are too
 * many files; it lives in s->mem or is constant, as all reasons here. */
int fileset_begin(struct fileset *s, struct slice path, const char **why) MUST_CHECK;
/* The file that was begun has all its bytes. */
int fileset_end(struct fileset *s, const char **why) MUST_CHECK;
/* Sorts. -1: two paths are in each other's way. */
int fileset_close(struct fileset *s, const char **why) MUST_CHECK;

/* Adds the files below a folder of the tree, as `prefix` ("", "ets/") and their path in it. -1: an error in `d`. */
int fileset_folder(struct fileset *s, const struct filetree *tree, struct slice folder, const char *prefix,
		   struct diags *d) MUST_CHECK;

struct slice fileset_bytes(const struct fileset *s, const struct fileset_file *f);   /* borrowed */
const struct fileset_file *fileset_find(const struct fileset *s, struct slice path); /* of a closed set; NULL: absent */

#endif
