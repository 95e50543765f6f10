/* defs/switch.h: apps/<dir>/switches/<KEY>.json. */
#ifndef DEFS_SWITCH_H
#define DEFS_SWITCH_H

#include "defs/scope.h"

/* Reads one switch. `key` is the file's name without ".json" (its form is checked here). -1: errors were recorded. */
int switch_read(struct switch_def *out, struct defs_scope *s, struct origin origin, struct slice key) MUST_CHECK;

#endif
