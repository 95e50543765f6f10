/* inspect/bplist.h: binary property lists as nodes; inspect/plist.h is what others use.
 *
 * Fills v, n and root of *out. Every object of the file becomes the node of its number, wherever it is referred to; what holds for
 * containers in containers, and for keys, plist_open() checks afterwards, for both forms. Texts that need no conversion are
 * borrowed. -1: *why is constant. */
#ifndef INSPECT_BPLIST_H
#define INSPECT_BPLIST_H

#include "inspect/plist.h"

int bplist_read(struct plist *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
