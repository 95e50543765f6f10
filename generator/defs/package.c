/* defs/package.c: where the bytes of a release are. */
#include "defs/package.h"

#include "base/digest.h"
#include "base/text.h"
#include "defs/url.h"

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

/* The file of the folder whose name is nearest. */
static struct slice nearest_file(struct defs_scope *s, struct slice folder, struct slice file)
{
	struct slice prefix = arena_printf(&s->scratch, SLICE_FMT "/", SLICE_ARG(folder));
	size_t first, n = filetree_below(s->files, prefix, &first);
	struct slice *names = ARENA_ARRAY(&s->scratch, struct slice, n);

	for (size_t i = 0; i < n; i++)
		names[i] = slice_from(s->files->v[first + i].rel, prefix.n);
	return text_nearest(file, names, n);
}

static bool file_read_name(struct package *out, struct defs_scope *s, struct object *o, struct slice folder,
			   const char *suffix)
{
	if (!field_string(&out->file, o, "file", REQUIRED))
		return false;
	const char *problem = path_problem(out->file);
	if (problem)
		return object_error(o, "file", "\"file\" is %s; it %s", quote(s->a, out->file), problem);
	out->rel = arena_printf(s->a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(folder), SLICE_ARG(out->file));
	scope_name_file(s, out->rel);
	if (!slice_ends(out->file, suffix)) {
		out->rel = SLICE(""); /* nobody need look into it */
		return object_error(o, "file", "\"file\" is %s; it must end in \"%s\"", quote(s->a, out->file), suffix);
	}
	if (!filetree_find(s->files, out->rel))
		return object_error(o, "file", "there is no file %s in this folder%s", quote(s->a, out->file),
				    hint(s->a, nearest_file(s, folder, out->file)));
	return true;
}

static bool url_read(struct package *out, struct defs_scope *s, struct object *o)
{
	bool ok = field_string(&out->url, o, "url", REQUIRED);
	const char *problem = ok ? url_problem(out->url) : NULL;

	if (problem)
		ok = object_error(o, "url", "\"url\" is %s; it %s", quote(s->a, out->url), problem);
	ok &= field_uint(&out->size, o, "size", REQUIRED, 1, INT64_MAX);
	ok &= field_hex(out->sha256, SHA256_SIZE, o, "sha256", REQUIRED);
	out->has_md5 = field_hex(out->md5, MD5_SIZE, o, "md5", OPTIONAL);
	return ok;
}

bool package_read(struct package *out, struct defs_scope *s, struct object *o, struct slice folder, const char *suffix)
{
	static const char *const url_keys[] = { "url", "size", "sha256", "md5" };
	struct object package;
	bool ok;

	if (!field_object(&package, o, "package", REQUIRED))
		return false;
	if (object_has(&package, "file")) {
		ok = file_read_name(out, s, &package, folder, suffix);
		for (size_t i = 0; i < COUNT(url_keys); i++)
			field_refuse(&package, url_keys[i], "a package kept elsewhere", "this one names a \"file\"");
	} else if (object_has(&package, "url")) {
		ok = url_read(out, s, &package);
	} else {
		for (size_t i = 0; i < COUNT(url_keys); i++)
			field_skip(&package, url_keys[i]);
		field_skip(&package, "file");
		ok = object_error(&package, NULL, "missing key \"file\" or \"url\"");
	}
	object_finish(&package);
	return ok;
}
