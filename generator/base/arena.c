#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT   alignof(max_align_t)
#define FIRST_BLOCK ((size_t)4 << 10)
#define LAST_BLOCK  ((size_t)1 << 20) /* blocks double up to this size */

/* The free rest of a block is always zero: blocks come from calloc(), and a reset clears what was used. */
struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	alignas(max_align_t) char data[];
};

static _Noreturn void out_of_memory(void)
{
	(void)fputs("out of memory\n", stderr);
	abort();
}

static struct arena_block *block_new(size_t cap)
{
	struct arena_block *block = calloc(1, sizeof(*block) + cap);

	if (block)
		block->cap = cap;
	return block;
}

/* Where `n` bytes fit into the newest block, or SIZE_MAX. */
static size_t place_in(const struct arena_block *block, size_t n, size_t align)
{
	size_t at;

	if (!block)
		return SIZE_MAX;
	at = (block->used + align - 1) & ~(align - 1);
	return at <= block->cap && n <= block->cap - at ? at : SIZE_MAX;
}

/* Puts a block in use that has room for `n` bytes. A piece that is large beside the usual block gets one of its own,
 * behind the newest, whose free rest stays in use. */
static struct arena_block *block_add(struct arena *a, size_t n)
{
	size_t cap = FIRST_BLOCK;
	struct arena_block *block;
	bool own;

	if (a->blocks && a->blocks->cap >= FIRST_BLOCK)
		cap = a->blocks->cap < LAST_BLOCK / 2 ? a->blocks->cap * 2 : LAST_BLOCK;
#ifdef ARENA_DEBUG
	own = true;
#else
	own = n > cap / 4;
#endif
	block = block_new(own ? n : cap);
	if (!block)
		return NULL;
	if (own && a->blocks) {
		block->next = a->blocks->next;
		a->blocks->next = block;
	} else {
		block->next = a->blocks;
		a->blocks = block;
	}
	return block;
}

/* Zeroed bytes; NULL when memory ends. */
static void *take(struct arena *a, size_t n, size_t align)
{
	size_t room = n > 0 ? n : 1, at = SIZE_MAX;
	struct arena_block *block = a->blocks;

	if (room > PTRDIFF_MAX - sizeof(struct arena_block) - LAST_BLOCK)
		return NULL;
#ifndef ARENA_DEBUG
	at = place_in(block, room, align);
#endif
	if (at == SIZE_MAX) {
		block = block_add(a, room);
		at = place_in(block, room, align);
	}
	if (!block)
		return NULL;
	block->used = at + room;
	a->used += n;
	return block->data + at;
}

void arena_release(struct arena *a)
{
	for (struct arena_block *block = a->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	a->blocks = NULL;
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;

#ifndef ARENA_DEBUG
	if (a->blocks && a->blocks->cap >= FIRST_BLOCK && a->blocks->cap <= LAST_BLOCK) {
		keep = a->blocks;
		a->blocks = keep->next;
	}
#endif
	arena_release(a);
	if (!keep)
		return;
	memset(keep->data, 0, keep->used);
	keep->used = 0;
	keep->next = NULL;
	a->blocks = keep;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n, ALIGNMENT);

	if (!p)
		out_of_memory();
	return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		out_of_memory();
	return arena_alloc(a, n);
}

char *arena_str(struct arena *a, struct slice s)
{
	char *p = s.n < SIZE_MAX ? take(a, s.n + 1, 1) : NULL;

	if (!p)
		out_of_memory();
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	return (struct slice){ arena_str(a, s), s.n };
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		out_of_memory();
	p = take(a, (size_t)n + 1, 1);
	if (!p)
		out_of_memory();
	va_start(args, fmt);
	n = vsnprintf(p, (size_t)n + 1, fmt, args);
	va_end(args);
	if (n < 0)
		out_of_memory();
	return (struct slice){ p, (size_t)n };
}

static bool within_limit(const struct arena *a, size_t n)
{
	return a->limit == 0 || (a->used <= a->limit && n <= a->limit - a->used);
}

void *arena_try(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n) || !within_limit(a, n))
		return NULL;
	return take(a, n, ALIGNMENT);
}

bool arena_try_copy(struct slice *out, struct arena *a, struct slice s)
{
	char *p = s.n < SIZE_MAX && within_limit(a, s.n + 1) ? take(a, s.n + 1, 1) : NULL;

	if (!p)
		return false;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	*out = (struct slice){ p, s.n };
	return true;
}

void *arena_grow(struct arena *a, const void *v, size_t *cap, size_t n, size_t size)
{
	size_t wanted = *cap > 0 ? *cap : 4;
	void *bigger;

	if (__builtin_mul_overflow(wanted, (size_t)2, &wanted))
		out_of_memory();
	bigger = arena_calloc(a, wanted, size);
	if (n > 0)
		memcpy(bigger, v, n * size);
	*cap = wanted;
	return bigger;
}
