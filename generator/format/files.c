#include "format/files.h"

#include <stdlib.h>

#include "base/relpath.h"
#include "format/json.h"
#include "format/wire.h"

static json_t *file_json(const struct listed_file *f)
{
	json_t *json = json_array();
	bool failed = false;

	put_item(json, put_hash(f->hash), &failed);
	put_item(json, json_integer((json_int_t)f->length), &failed);
	return put_done(json, failed);
}

int files_encode(struct strbuf *out, const struct files *f)
{
	json_auto_t *table = json_object(), *json = json_object();
	bool failed = false;

	for (size_t i = 0; i < f->n; i++)
		put_named(table, f->v[i].path, file_json(&f->v[i]), &failed);
	put_member(json, "files", json_incref(table), &failed);
	put_member(json, "format", json_integer(1), &failed);
	return failed ? -1 : json_write(out, json, JSON_WIRE);
}

const char *files_path_fault(struct slice path)
{
	static const char *const taken[] = { "build.json", "metadata", "targets" };
	struct slice rest = path, top = slice_cut(&rest, '/');

	if (relpath_fault(path))
		return "a path is absolute, leads out of its folder, or is not printable ASCII";
	if (!rest.p)
		return "a path is in no folder";
	for (size_t i = 0; i < COUNT(taken); i++) {
		if (slice_eq_nocase(top, slice_of(taken[i])))
			return "a path is in the place of metadata/, targets/ or build.json";
	}
	return NULL;
}

static int read_file(struct wire *w, void *out, const json_t *v)
{
	struct listed_file *f = out; /* begins with the path, as wire_table() wants it */
	int64_t length;

	if (files_path_fault(f->path))
		return wire_fail(w, files_path_fault(f->path));
	if (json_array_size(v) != 2)
		return wire_fail(w, "a file is not an array of its hash and its length");
	if (wire_hash(w, f->hash, json_array_get(v, 0), "a file's hash is not 64 lower-case hex digits") ||
	    wire_int(w, &length, json_array_get(v, 1), 0, INT64_MAX, "a file's length is not a number of bytes"))
		return -1;
	f->length = (uint64_t)length;
	return 0;
}

static int read_format(struct wire *w, void *out, const json_t *v)
{
	int64_t format;

	(void)out;
	return wire_int(w, &format, v, 1, 1, "format is not 1");
}

static int read_files(struct wire *w, void *out, const json_t *v)
{
	struct files *f = out;

	f->v = wire_table(w, &f->n, v, sizeof(*f->v), read_file, "files is not an object with a file");
	return f->v ? 0 : -1;
}

int files_decode(struct files *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct wire_member members[] = { { "files", read_files, "there are no files" },
						      { "format", read_format, "there is no format" } };
	static const struct wire_shape shape = { "file is not a JSON object", "unknown key beside files and format",
						 members, COUNT(members) };
	struct wire w = { .a = a };
	struct files f = { 0 };
	json_auto_t *json = NULL;

	if (json_parse_wire(&json, bytes, FILES_MAX, why))
		return -1;
	if (wire_object(&w, &f, json, &shape)) {
		*why = w.why;
		return -1;
	}
	*out = f;
	return 0;
}

static size_t count_before(const struct files *f, struct slice key, bool through)
{
	return f->n ? slice_rank(&f->v->path, f->n, sizeof(*f->v), key, through) : 0;
}

const struct listed_file *files_find(const struct files *f, struct slice path)
{
	size_t at = count_before(f, path, false);

	return at < f->n && slice_eq(f->v[at].path, path) ? &f->v[at] : NULL;
}

struct files files_below(const struct files *f, struct slice prefix)
{
	size_t first = count_before(f, prefix, false);

	return (struct files){ f->n ? f->v + first : NULL, count_before(f, prefix, true) - first };
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct listed_file *)a)->path, ((const struct listed_file *)b)->path);
}

void files_sort(struct files *f)
{
	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), by_path);
}
