/* defs/roots.c: the chain, from 1 on. */
#include "defs/roots.h"

#include <inttypes.h>
#include <stdlib.h>

#include "defs/reader.h"
#include "defs/textfile.h"

static int by_number(const void *x, const void *y)
{
	const struct layout_file *const *a = x, *const *b = y;

	return ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

static bool is_object(struct origin origin, struct arena *a, struct diags *d)
{
	struct reader r;
	struct object root;
	bool ok = reader_open(&r, a, d, origin) == 0 && reader_root(&root, &r);

	reader_close(&r);
	return ok;
}

/* The folder of a file, NUL-terminated. */
static const char *folder_of(struct arena *a, const char *path)
{
	struct slice s = slice_of(path);
	ptrdiff_t slash = slice_rfind(s, '/');

	return arena_str(a, slice_sub(s, 0, slash < 0 ? 0 : (size_t)slash));
}

void roots_load(struct root_chain *out, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		struct diags *d)
{
	const struct layout_file **found = ARENA_ARRAY(a, const struct layout_file *, files->n);
	size_t n = 0;
	bool whole = true; /* so far */

	for (size_t i = 0; i < files->n; i++)
		if (files->files[i].kind == LAYOUT_ROOT)
			found[n++] = &files->files[i];
	*out = (struct root_chain){ ARENA_ARRAY(a, struct slice, n), 0, NULL };
	if (!n)
		return;
	qsort(found, n, sizeof(const struct layout_file *), by_number);
	out->dir = folder_of(a, found[0]->entry->path);
	for (size_t i = 0; i < n; i++) {
		uint64_t before = i ? found[i - 1]->number : 0;
		struct origin origin;
		bool gap = found[i]->number != before + 1;

		if (gap)
			diag_error(d, SRCPOS_FILE(found[i]->entry->path),
				   "%s/%" PRIu64 ".root.json is missing: the chain of roots has no gaps", out->dir,
				   before + 1);
		whole = !gap && whole;
		if (textfile_read(&origin, tree, found[i]->entry, a, d) || !is_object(origin, a, d))
			whole = false;
		else if (whole)
			out->v[out->n++] = origin.text;
	}
}
