/* defs/platforms.h: the key "platform" of what is for several platforms: `all`, or an array of names; for a switch
 * also one name. */
#ifndef DEFS_PLATFORMS_H
#define DEFS_PLATFORMS_H

#include "base/kinds.h"
#include "defs/reader.h"

enum platforms_form { PLATFORMS_ALL_OR_ARRAY, PLATFORMS_ANY_FORM };

/* The required key "platform". False where errors were recorded: then *out holds those that could be read. */
bool platforms_read(bool out[PLATFORM_COUNT], struct object *o, enum platforms_form form);

#endif
