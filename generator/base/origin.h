/* base/origin.h: a text and the file that it was read from, for messages with a place. Borrowed. */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include "base/slice.h"

struct origin {
	const char *path;  /* as messages name it: of definitions, relative to the repository's root */
	struct slice text; /* the whole file */
};

#endif
