/* cmd/overlay.h: a tree with some files laid over it: the definitions as they would be after an edit, before it is written.
 *
 * Files      of the same `rel` hide the tree's, others are added. An entry of ours has no blob id.
 * Ownership  everything lives in the caller's arena; data, paths and the tree below must outlive the overlay, which stays where it
 *            is. Threads: as the tree below. */
#ifndef CMD_OVERLAY_H
#define CMD_OVERLAY_H

#include "base/arena.h"
#include "base/filetree.h"

struct overlay_file {
	struct slice rel;
	const char *path; /* relative to the repository's root */
	struct slice data;
};

struct overlay {
	struct filetree tree; /* to be read like any other */
	const struct filetree *below;
	const struct overlay_file **file; /* of each entry; NULL: the tree's own */
	const struct overlay_file *ours;
	size_t nours;
};

void overlay_open(struct overlay *out, const struct filetree *below, const struct overlay_file *files, size_t n,
		  struct arena *a);
/* The file of ours with that path; NULL: there is none. `path` may be NULL. */
const struct overlay_file *overlay_find(const struct overlay *o, const char *path);

#endif
