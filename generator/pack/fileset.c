#include "pack/fileset.h"

#include <stdlib.h>

#include "base/pathset.h"
#include "base/relpath.h"

#define PATH_SHOWN 100u /* of one that is too long */

void fileset_release(struct fileset *s)
{
	strbuf_release(&s->bytes);
	arena_release(&s->mem);
	*s = (struct fileset)FILESET_INIT;
}

static int fail(struct fileset *s, const char **why, struct slice path, const char *fault)
{
	*why = arena_printf(&s->mem, "the path \"" SLICE_FMT "\" %s", SLICE_ARG(path), fault).p;
	return -1;
}

int fileset_begin(struct fileset *s, struct slice path, const char **why)
{
	const char *fault = relpath_fault(path);
	struct fileset_file file = { .offset = s->bytes.n };

	if (path.n > FILESET_PATH_MAX) {
		*why = arena_printf(&s->mem, "the path \"" SLICE_FMT "…\" has more than %u bytes",
				    SLICE_ARG(slice_sub(path, 0, PATH_SHOWN)), FILESET_PATH_MAX)
			       .p;
		return -1;
	}
	if (fault)
		return fail(s, why, path, fault);
	if (s->n == FILESET_FILES_MAX) {
		*why = arena_printf(&s->mem, "it holds more than %u files", FILESET_FILES_MAX).p;
		return -1;
	}
	file.path = arena_copy(&s->mem, path);
	ARENA_PUSH(&s->mem, s->v, s->n, s->cap, file);
	return 0;
}

int fileset_end(struct fileset *s, const char **why)
{
	struct fileset_file *file = &s->v[s->n - 1];

	file->size = s->bytes.n - file->offset;
	if (s->bytes.failed) {
		*why = "out of memory";
		return -1;
	}
	if (s->bytes.n > FILESET_BYTES_MAX) {
		*why = arena_printf(&s->mem, "its files have more than %zu MiB", FILESET_BYTES_MAX >> 20).p;
		return -1;
	}
	return 0;
}

/* --- closing ------------------------------------------------------------------------------------------------------------ */
static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct fileset_file *)a)->path, ((const struct fileset_file *)b)->path);
}

static int fail_clash(struct fileset *s, enum pathset_clash clash, const struct pathset_entry *mine,
		      const struct pathset_entry *other, const char **why)
{
	if (clash != PATHSET_CASE)
		return fail(s, why, mine->path, clash == PATHSET_TWICE ? "is there twice" : "is a file and a folder");
	*why = arena_printf(&s->mem, "the paths \"" SLICE_FMT "\" and \"" SLICE_FMT "\" differ in nothing but case",
			    SLICE_ARG(other->path), SLICE_ARG(mine->path))
		       .p;
	return -1;
}

int fileset_close(struct fileset *s, const char **why)
{
	struct pathset paths = PATHSET_INIT;
	int bad = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_path);
	for (size_t i = 0; i < s->n && !bad; i++) {
		const struct pathset_entry *mine, *other;
		enum pathset_clash clash = pathset_add(&paths, s->v[i].path, NULL, &mine, &other);

		bad = clash ? fail_clash(s, clash, mine, other, why) : 0;
	}
	pathset_release(&paths);
	return bad;
}

/* --- folders ------------------------------------------------------------------------------------------------------------ */
static int add_entry(struct fileset *s, const struct filetree *tree, const struct file_entry *e, struct slice path,
		     struct diags *d)
{
	struct blob blob = { 0 };
	const char *why;
	int bad = fileset_begin(s, path, &why);

	if (bad)
		return diag_error(d, SRCPOS_FILE(e->path), "cannot be part of a package: %s", why);
	if (filetree_read(&blob, tree, e, FILESET_BYTES_MAX, d))
		return -1;
	strbuf_addslice(&s->bytes, blob.data);
	bad = fileset_end(s, &why);
	blob_release(&blob);
	return bad ? diag_error(d, SRCPOS_FILE(e->path), "cannot be part of a package: %s", why) : 0;
}

int fileset_folder(struct fileset *s, const struct filetree *tree, struct slice folder, const char *prefix,
		   struct diags *d)
{
	struct strbuf path = STRBUF_INIT;
	size_t first, n, above;
	int bad = 0;

	strbuf_addf(&path, SLICE_FMT "/", SLICE_ARG(folder));
	above = path.n;
	n = filetree_below(tree, strbuf_slice(&path), &first);
	for (size_t i = first; i < first + n && !bad; i++) {
		strbuf_reset(&path);
		strbuf_adds(&path, prefix);
		strbuf_addslice(&path, slice_from(tree->v[i].rel, above));
		bad = add_entry(s, tree, &tree->v[i], strbuf_slice(&path), d);
	}
	strbuf_release(&path);
	return bad;
}

struct slice fileset_bytes(const struct fileset *s, const struct fileset_file *f)
{
	return slice_sub(strbuf_slice(&s->bytes), f->offset, f->size);
}

const struct fileset_file *fileset_find(const struct fileset *s, struct slice path)
{
	struct fileset_file key = { .path = path };

	return s->n ? bsearch(&key, s->v, s->n, sizeof(*s->v), by_path) : NULL;
}
