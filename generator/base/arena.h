/* base/arena.h: memory that dies together.
 *
 * Purpose    everything parsed from one input, or made in one pass, is freed by one call.
 * Exhaustion two families. arena_alloc() and friends never return NULL: when memory ends they print "out of memory" and
 *            abort(); the generator uses them, whose output appears whole or not at all. arena_try() returns NULL; it also
 *            obeys `limit`: code that runs on devices (format decoders, resolve) uses only this one.
 * Threads    one arena, one thread.
 * Debugging  with -DARENA_DEBUG each piece is a malloc of its own, so that valgrind and ASan see overruns. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/attr.h"
#include "base/slice.h"

struct arena_block;
struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* bytes handed out since init or reset */
	size_t limit;               /* of arena_try, in bytes handed out; 0: none */
};

#define ARENA_INIT                                                                                                     \
	{                                                                                                              \
		NULL, 0, 0                                                                                             \
	}

void arena_release(struct arena *a);
void arena_reset(struct arena *a); /* everything handed out is dead; may keep one block */

void *arena_alloc(struct arena *a, size_t n);                   /* zeroed, aligned for any type; never NULL */
void *arena_calloc(struct arena *a, size_t count, size_t size); /* checks the product */
char *arena_str(struct arena *a, struct slice s);               /* copy with a NUL behind it */
struct slice arena_copy(struct arena *a, struct slice s);       /* copy (also NUL-terminated) */
struct slice arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

void *arena_try(struct arena *a, size_t count, size_t size) MUST_CHECK; /* zeroed; NULL when memory or limit ends */
bool arena_try_copy(struct slice *out, struct arena *a, struct slice s) MUST_CHECK;

#define ARENA_NEW(a, type)          ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_calloc((a), (count), sizeof(type)))

/* Appends to an array that lives in an arena: doubles `v` when full. `v`, `n`, `cap` are lvalues. */
#define ARENA_PUSH(a, v, n, cap, item)                                                                                 \
	do {                                                                                                           \
		if ((n) == (cap))                                                                                      \
			(v) = arena_grow((a), (v), &(cap), (n), sizeof(*(v)));                                         \
		(v)[(n)++] = (item);                                                                                   \
	} while (0)
void *arena_grow(struct arena *a, const void *v, size_t *cap, size_t n, size_t size);

#endif
