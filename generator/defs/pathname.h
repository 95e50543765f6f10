/* defs/pathname.h: file names that every system can hold, and their parts.
 *
 * Rules      UTF-8; no control character, no backslash, no part that is empty, "." or ".."; no two paths that are equal but for
 *            case (Unicode case folding after composition, so that two forms of one accent collide too): such a repository
 *            cannot be checked out everywhere.
 * Use        pathnames_init(), then pathname_check() for path after path in the order of the tree; pathnames_release().
 * Cost       each folder once, and each file once. */
#ifndef DEFS_PATHNAME_H
#define DEFS_PATHNAME_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/filetree.h"
#include "base/map.h"

struct pathnames {
	struct arena mem;
	struct map seen;   /* folder as written + "/" + last part folded → struct slice, the path as written */
	struct slice last; /* the path before */
};

void pathnames_init(struct pathnames *p);
void pathnames_release(struct pathnames *p);
/* False, and one error, where the name cannot be used at all. A collision is an error, too, but the name stays usable. */
bool pathname_check(struct pathnames *p, const struct file_entry *e, struct diags *d);

/* --- parts ---------------------------------------------------------------------------------------------------------- */
struct slice path_last(struct slice path);   /* the last part */
struct slice path_parent(struct slice path); /* what stands before it, without the slash */

#endif
