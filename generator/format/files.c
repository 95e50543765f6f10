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

static int read_file(struct wire *w, void *out, const json_t *v)
{
	struct listed_file *f = out; /* begins with the path, as wire_table() wants it */
	int64_t length;

	if (relpath_fault(f->path))
		return wire_fail(w, "a path is absolute, leads out of its folder, or is not printable ASCII");
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

/* How many files sort before `key`; with `through` also those that begin with it. */
static size_t count_before(const struct files *f, struct slice key, bool through)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct slice path = f->v[middle].path;
		int order = slice_cmp(through ? slice_sub(path, 0, key.n) : path, key);

		if (order < 0 || (through && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
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
