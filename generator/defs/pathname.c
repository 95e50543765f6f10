/* defs/pathname.c: characters, and collisions. */
#include "defs/pathname.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/text.h"

void pathnames_init(struct pathnames *p)
{
	*p = (struct pathnames){ .mem = ARENA_INIT, .seen = MAP_INIT };
}

void pathnames_release(struct pathnames *p)
{
	map_release(&p->seen);
	arena_release(&p->mem);
}

static bool has_odd_part(struct slice rel)
{
	while (rel.p) {
		struct slice part = slice_cut(&rel, '/');

		if (!part.n || slice_eqs(part, ".") || slice_eqs(part, ".."))
			return true;
	}
	return false;
}

static const char *name_problem(struct slice rel)
{
	if (!text_is_utf8(rel))
		return "the file name is not valid UTF-8";
	for (size_t i = 0; i < rel.n; i++) {
		unsigned char c = (unsigned char)rel.p[i];

		if (c < 0x20 || c == 0x7f)
			return "the file name holds a control character";
		if (c == '\\')
			return "the file name holds a backslash";
	}
	return has_odd_part(rel) ? "the file name has an empty part, \".\" or \"..\"" : NULL;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] & 0x80)
			return false;
	return true;
}

static struct slice fold(struct arena *a, struct slice part)
{
	if (is_ascii(part))
		return text_fold(a, part);
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)part.p, (utf8proc_ssize_t)part.n, &folded,
					  UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	if (n < 0) /* only where memory ends: the name is UTF-8 */
		return part;
	struct slice copy = arena_copy(a, slice_bytes(folded, (size_t)n));
	free(folded);
	return copy;
}

/* A folder or file, met for the first time: is there another that folds to the same? The folder above is taken as written, so
 * that two spellings of a folder are one error, and not one for each file in it. */
static void check_case(struct pathnames *p, struct slice path, const struct file_entry *e, struct diags *d)
{
	size_t above = (size_t)(slice_rfind(path, '/') + 1);
	struct slice last = fold(&p->mem, slice_from(path, above));
	struct slice *mine = ARENA_NEW(&p->mem, struct slice), *other;

	*mine = path;
	other = map_put(&p->seen, arena_printf(&p->mem, SLICE_FMT SLICE_FMT, (int)above, path.p, SLICE_ARG(last)),
			mine);
	if (other)
		diag_error(d, SRCPOS_FILE(e->path),
			   "\"" SLICE_FMT "\" and \"" SLICE_FMT "\" differ in %s alone; not every system can hold both",
			   SLICE_ARG(*other), SLICE_ARG(path), is_ascii(last) ? "case" : "case or Unicode form");
}

bool pathname_check(struct pathnames *p, const struct file_entry *e, struct diags *d)
{
	const char *problem = name_problem(e->rel);
	size_t same = 0;

	if (problem) {
		diag_error(d, SRCPOS_FILE(e->path), "%s", problem);
		return false;
	}
	while (same < e->rel.n && same < p->last.n && e->rel.p[same] == p->last.p[same])
		same++;
	for (size_t i = same; i <= e->rel.n; i++)
		if (i > 0 && (i == e->rel.n || e->rel.p[i] == '/'))
			check_case(p, slice_sub(e->rel, 0, i), e, d);
	p->last = e->rel;
	return true;
}

struct slice path_last(struct slice path)
{
	return slice_from(path, (size_t)(slice_rfind(path, '/') + 1));
}

struct slice path_parent(struct slice path)
{
	ptrdiff_t slash = slice_rfind(path, '/');

	return slice_sub(path, 0, slash < 0 ? 0 : (size_t)slash);
}
