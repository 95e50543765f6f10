/* base/refuse.h: how functions that know no place say why they refuse their input: -1, and a text in *why that is constant or lives
 * as long as the caller's arena. */
#ifndef BASE_REFUSE_H
#define BASE_REFUSE_H

#include <string.h>

#include "base/arena.h"

#define REFUSE_NO_MEMORY "out of memory"

static inline int refuse(const char **why, const char *reason)
{
	*why = reason;
	return -1;
}

/* The same with a text that is made in `a`; never aborts: where memory ends, or the arena's limit, the reason is REFUSE_NO_MEMORY. */
int refusef(const char **why, struct arena *a, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether it was memory that kept the input from being read, so that nothing is known of it. */
static inline bool refused_memory(const char *why)
{
	return strcmp(why, REFUSE_NO_MEMORY) == 0;
}

#endif
