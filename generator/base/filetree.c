#include "base/filetree.h"

#include <inttypes.h>

int filetree_read(struct blob *out, const struct filetree *t, const struct file_entry *e, uint64_t limit,
		  struct diags *d)
{
	*out = (struct blob){ .handle = NULL };
	if (e->kind != FILE_REGULAR)
		return diag_error(d, SRCPOS_FILE(e->path), "is a %s; only regular files are allowed",
				  e->kind == FILE_SYMLINK ? "symlink" : "submodule");
	if (t->read(t->ctx, out, e, limit, d))
		return -1;
	if (out->data.n > limit) {
		size_t n = out->data.n;

		blob_release(out);
		return diag_error(d, SRCPOS_FILE(e->path), "has %zu bytes; at most %" PRIu64 " are allowed", n, limit);
	}
	return 0;
}

int filetree_locate(struct file_place *out, const struct filetree *t, const struct file_entry *e, struct arena *a,
		    struct diags *d)
{
	*out = (struct file_place){ NULL, 0 };
	return t->locate ? t->locate(t->ctx, out, e, a, d) : 0;
}

void blob_release(struct blob *b)
{
	if (b->release)
		b->release(b->handle, b->data);
	*b = (struct blob){ .handle = NULL };
}

static size_t count_before(const struct filetree *t, struct slice key, bool through)
{
	return t->n ? slice_rank(&t->v->rel, t->n, sizeof(*t->v), key, through) : 0;
}

const struct file_entry *filetree_find(const struct filetree *t, struct slice rel)
{
	size_t at = count_before(t, rel, false);

	return at < t->n && slice_eq(t->v[at].rel, rel) ? &t->v[at] : NULL;
}

size_t filetree_below(const struct filetree *t, struct slice prefix, size_t *first)
{
	*first = count_before(t, prefix, false);
	return count_before(t, prefix, true) - *first;
}
