/* emit/object.h: content-addressed files and the set of them that a tree lists.
 *
 * Content    bytes in memory, a file to copy, or neither: then it is an object of the previous build that is kept, and need
 *            not be at hand.
 * Ownership  the set copies names into its arena; `data` and `path` are borrowed until the tree is written. */
#ifndef EMIT_OBJECT_H
#define EMIT_OBJECT_H

#include "base/diag.h"
#include "base/digest.h"
#include "format/tuf.h"

struct object {
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
	const char *name;  /* "manifest.json", "package.apk" */
	struct slice data; /* p not NULL: the content */
	const char *path;  /* not NULL: a file that holds the content */
};

struct objects {
	struct arena mem;
	struct object *v; /* after objects_sort(): by hash, then name; distinct */
	size_t n, cap;
};

#define OBJECTS_INIT                                                                                                   \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

void objects_release(struct objects *s);
void objects_add(struct objects *s, struct object o);
/* Sorts and drops repetitions (of several, one with content stays). */
void objects_sort(struct objects *s);
/* As TUF targets, sorted by path, in `a`: input of sign/roles.h. */
struct tuf_target *objects_targets(struct arena *a, const struct objects *s);

#endif
