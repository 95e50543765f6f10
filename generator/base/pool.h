/* base/pool.h: the same function over many items, by a few threads.
 *
 * Order      items are taken in order, each once; they must not depend on each other. What an item writes belongs to it alone,
 *            so that results do not depend on the number of threads.
 * Threads    at most `jobs`, the calling one among them; where a thread cannot be started the others do its work. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

void pool_run(unsigned jobs, size_t n, void (*work)(void *ctx, size_t item), void *ctx);

/* Processors of this machine; at least 1. */
unsigned pool_processors(void);

#endif
