/* base/relpath.h: paths inside of packages, archives and trees.
 *
 * Form   parts joined by `/`, none empty, `.` or `..`; printable ASCII without `\`; no drive letter in front. So a path means
 *        the same on every system and in every reader, and never leaves the folder that it is taken relative to. */
#ifndef BASE_RELPATH_H
#define BASE_RELPATH_H

#include "base/slice.h"

/* NULL: the path has that form. Else what is wrong, to follow the path: "leads out of its folder (..)". */
const char *relpath_fault(struct slice path);

#endif
