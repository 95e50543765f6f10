/* defs/repeat.h: finds what a list says twice. */
#ifndef DEFS_REPEAT_H
#define DEFS_REPEAT_H

#include "base/arena.h"

/* NULL: every key is there once. Else an array of n numbers (in the arena): for each key the position of its first
 * occurrence, its own where it is the first. */
const size_t *repeats_find(struct arena *a, const struct slice *keys, size_t n);

#endif
