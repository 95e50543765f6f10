/* defs/extendinfo.h: the `extendInfo` of an h5 release: an object that clients get as it is.
 *
 * Result     JSON as FORMAT.md section 1 has it: keys sorted by their bytes, no white space, shortest escapes.
 * Refused    what the wire does not know: numbers that are not whole, nesting above EXTENDINFO_DEPTH; and an
 *            `asyncReqRate` that is anything but a text from "0" to "86400". */
#ifndef DEFS_EXTENDINFO_H
#define DEFS_EXTENDINFO_H

#include "defs/reader.h"

/* Arrays and objects inside each other, the outermost counted: few, because a manifest holds all of it. */
#define EXTENDINFO_DEPTH 16

/* The optional key "extendInfo"; *out is in the reader's arena, and untouched where the key is absent or wrong. */
void extendinfo_read(struct slice *out, struct object *o);

#endif
