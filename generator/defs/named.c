/* defs/named.c: what a release names beside itself. */
#include "defs/named.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "defs/pathname.h"

/* Why `file` cannot be a path below the release's folder; NULL: it can. */
static const char *path_problem(struct slice file)
{
	if (!file.n)
		return "must not be empty";
	if (file.p[0] == '/')
		return "must be relative to the release's folder";
	for (size_t i = 0; i < file.n; i++) {
		if (file.p[i] == '\\')
			return "must separate folders by \"/\"";
		if ((unsigned char)file.p[i] < ' ' || file.p[i] == 0x7f)
			return "must not hold control characters";
	}
	for (struct slice rest = file, part; rest.p;) {
		part = slice_cut(&rest, '/');
		if (slice_eqs(part, ".."))
			return "must not leave the release's folder";
		if (!part.n || slice_eqs(part, "."))
			return "must not have empty parts or \".\"";
	}
	return NULL;
}

static bool complain(const struct node *n, struct slice file, const char *problem)
{
	const char *quoted = quote(n->r->a, file);

	if (n->key)
		return node_error(n, "\"%s\" is %s; it %s", n->key, quoted, problem);
	return node_error(n, "%s %s", quoted, problem);
}

/* NULL: the file has one of the endings; else the complaint. */
static const char *suffix_problem(struct arena *a, struct slice file, const char *suffixes)
{
	CLEANUP(strbuf_release) struct strbuf list = STRBUF_INIT;

	for (struct slice rest = slice_of(suffixes); rest.p;) {
		struct slice suffix = slice_cut(&rest, ' ');

		if (file.n >= suffix.n && slice_eq(slice_from(file, file.n - suffix.n), suffix))
			return NULL;
		strbuf_addf(&list, "%s\"" SLICE_FMT "\"", list.n ? " or " : "", SLICE_ARG(suffix));
	}
	return arena_printf(a, "must end in " SLICE_FMT, SLICE_ARG(strbuf_slice(&list))).p;
}

/* The nearest to `name` of the files (or of the folders that hold them) below `folder`. */
static struct slice nearest(struct defs_scope *s, struct slice folder, struct slice name, bool folders)
{
	struct slice prefix = arena_printf(&s->scratch, SLICE_FMT "/", SLICE_ARG(folder));
	size_t first, n = filetree_below(s->files, prefix, &first);
	struct slice *names = ARENA_ARRAY(&s->scratch, struct slice, n);

	for (size_t i = 0; i < n; i++) {
		names[i] = slice_from(s->files->v[first + i].rel, prefix.n);
		if (folders)
			names[i] = path_parent(names[i]);
	}
	return text_nearest(name, names, n);
}

static bool read_path(struct slice *file, struct slice *rel, struct defs_scope *s, const struct node *n,
		      struct slice folder)
{
	if (!node_string(file, n))
		return false;
	const char *problem = path_problem(*file);
	if (problem)
		return complain(n, *file, problem);
	*rel = arena_printf(s->a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(folder), SLICE_ARG(*file));
	return true;
}

bool named_file(struct slice *rel, struct defs_scope *s, const struct node *n, struct slice folder,
		const char *suffixes)
{
	struct slice file = { NULL, 0 }, path = { NULL, 0 };

	if (!read_path(&file, &path, s, n, folder))
		return false;
	scope_name_file(s, path);
	const char *problem = suffix_problem(s->a, file, suffixes);
	if (problem)
		return complain(n, file, problem);
	if (!filetree_find(s->files, path))
		return node_error(n, "there is no file %s in this folder%s", quote(s->a, file),
				  hint(s->a, nearest(s, folder, file, false)));
	*rel = path;
	return true;
}

bool named_folder(struct slice *rel, struct defs_scope *s, const struct node *n, struct slice folder)
{
	struct slice file = { NULL, 0 }, path = { NULL, 0 };
	size_t first;

	if (!read_path(&file, &path, s, n, folder))
		return false;
	scope_name_folder(s, path);
	if (!filetree_below(s->files, arena_printf(&s->scratch, SLICE_FMT "/", SLICE_ARG(path)), &first))
		return node_error(n, "there is no folder %s in this folder%s", quote(s->a, file),
				  hint(s->a, nearest(s, folder, file, true)));
	*rel = path;
	return true;
}

bool named_file_read(struct slice *rel, struct defs_scope *s, struct object *o, const char *key, enum need need,
		     struct slice folder, const char *suffixes)
{
	struct node n;

	return field_node(&n, o, key, need) && named_file(rel, s, &n, folder, suffixes);
}
