#include "cmd/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

static int overlay_read(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	const struct overlay *o = ctx;
	const struct overlay_file *f = o->file[e - o->tree.v];

	if (!f)
		return filetree_read(out, o->below, filetree_find(o->below, e->rel), limit, d);
	*out = (struct blob){ .data = f->data };
	return 0;
}

struct item {
	struct file_entry entry;
	const struct overlay_file *file;
};

static int by_rel(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	return slice_cmp(a->entry.rel, b->entry.rel);
}

void overlay_open(struct overlay *out, const struct filetree *below, const struct overlay_file *files, size_t n,
		  struct arena *a)
{
	struct item *items = ARENA_ARRAY(a, struct item, below->n + n + 1);
	struct file_entry *v = ARENA_ARRAY(a, struct file_entry, below->n + n + 1);
	struct overlay_file *ours = ARENA_ARRAY(a, struct overlay_file, n + 1);
	struct map hidden = MAP_INIT;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		ours[i] = files[i];
		map_put(&hidden, ours[i].rel, &ours[i]);
		items[count++] =
			(struct item){ { .path = ours[i].path, .rel = ours[i].rel, .kind = FILE_REGULAR }, &ours[i] };
	}
	for (size_t i = 0; i < below->n; i++)
		if (!map_get(&hidden, below->v[i].rel))
			items[count++] = (struct item){ below->v[i], NULL };
	map_release(&hidden);
	qsort(items, count, sizeof(*items), by_rel);
	*out = (struct overlay){ .below = below, .ours = ours, .nours = n };
	out->file = ARENA_ARRAY(a, const struct overlay_file *, count + 1);
	for (size_t i = 0; i < count; i++) {
		v[i] = items[i].entry;
		out->file[i] = items[i].file;
	}
	out->tree = (struct filetree){ .v = v, .n = count, .ctx = out, .read = overlay_read };
}

const struct overlay_file *overlay_find(const struct overlay *o, const char *path)
{
	for (size_t i = 0; path && i < o->nours; i++)
		if (strcmp(o->ours[i].path, path) == 0)
			return &o->ours[i];
	return NULL;
}
