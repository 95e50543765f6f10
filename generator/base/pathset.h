/* base/pathset.h: paths of files that are to lie in one folder, and which of them are in each other's way.
 *
 * Purpose    what is unpacked, or written, anywhere: no path is there twice, no two differ in nothing but the case of ASCII letters
 *            (also not folders of theirs), and none is a folder of another.
 * Time       of a path with many folders grows with the square of its length: the caller bounds it.
 * Ownership  paths and values are borrowed. */
#ifndef BASE_PATHSET_H
#define BASE_PATHSET_H

#include "base/arena.h"
#include "base/map.h"

struct pathset {
	struct map names; /* folded path → entry */
	struct arena mem;
};
#define PATHSET_INIT                                                                                                   \
	{                                                                                                              \
		MAP_INIT, ARENA_INIT                                                                                   \
	}

struct pathset_entry { /* a file, or a folder on the way to one */
	struct slice path;
	const void *value; /* of the file that brought it */
	bool folder;
};

enum pathset_clash {
	PATHSET_NONE,
	PATHSET_TWICE,  /* the same path */
	PATHSET_CASE,   /* in other letters */
	PATHSET_FOLDER, /* a file and a folder */
};

/* Adds a file and the folders that it is in. Unless PATHSET_NONE: *mine is what is in the way of *other, which was there first. */
enum pathset_clash pathset_add(struct pathset *s, struct slice path, const void *value,
			       const struct pathset_entry **mine, const struct pathset_entry **other);
void pathset_release(struct pathset *s);

#endif
