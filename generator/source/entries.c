#include "source/entries.h"

#include <inttypes.h>
#include <stdlib.h>

static int entries_count(struct entries *l, struct slice path, struct diags *d)
{
	if (++l->met > ENTRIES_MAX)
		return diag_error(d, SRCPOS_FILE(arena_str(l->mem, path)), "more than %d files and folders in one tree",
				  ENTRIES_MAX);
	return 0;
}

struct file_entry *entries_add(struct entries *l, struct slice path, enum file_kind kind, struct diags *d)
{
	struct file_entry e = { .kind = kind };

	if (entries_count(l, path, d))
		return NULL;
	e.path = arena_str(l->mem, path);
	e.rel = slice_bytes(e.path + l->prefix, path.n - l->prefix);
	ARENA_PUSH(l->mem, l->v, l->n, l->cap, e);
	return &l->v[l->n - 1];
}

int entries_enter(struct entries *l, struct slice path, unsigned depth, struct diags *d)
{
	if (depth > ENTRIES_DEPTH)
		return diag_error(d, SRCPOS_FILE(arena_str(l->mem, path)), "folders are nested more than %d deep",
				  ENTRIES_DEPTH);
	return entries_count(l, path, d);
}

static int by_rel(const void *a, const void *b)
{
	const struct file_entry *x = a, *y = b;
	return slice_cmp(x->rel, y->rel);
}

static bool in_order(const struct entries *l)
{
	for (size_t i = 1; i < l->n; i++) {
		if (slice_cmp(l->v[i - 1].rel, l->v[i].rel) >= 0)
			return false;
	}
	return true;
}

int entries_finish(struct entries *l, struct diags *d)
{
	int result = 0;

	if (in_order(l))
		return 0;
	qsort(l->v, l->n, sizeof(*l->v), by_rel);
	for (size_t i = 1; i < l->n; i++) {
		if (slice_eq(l->v[i - 1].rel, l->v[i].rel))
			result = diag_error(d, SRCPOS_FILE(l->v[i].path),
					    "the folder names this file twice; see git fsck");
	}
	return result;
}

int entry_fits(const char *path, uint64_t size, uint64_t limit, struct diags *d)
{
	if (size > limit)
		return diag_error(d, SRCPOS_FILE(path),
				  "the file has %" PRIu64 " bytes; at most %" PRIu64 " are allowed", size, limit);
	return 0;
}
