#include "pack/unzip.h"

#include "base/relpath.h"
#include "format/zipread.h"

static const struct zip_limits limits = {
	.entries = 2 * (size_t)FILESET_FILES_MAX, /* folders too */
	.bytes = FILESET_BYTES_MAX,
	.ratio = UNZIP_RATIO,
};

static int fail_named(struct fileset *out, struct slice name, const char **why, const char *what)
{
	*why = arena_printf(&out->mem, "\"" SLICE_FMT "\" %s", SLICE_ARG(name), what).p;
	return -1;
}

static int check_folder(struct fileset *out, struct slice name, const char **why)
{
	const char *fault = relpath_fault(slice_sub(name, 0, name.n - 1));

	return fault ? fail_named(out, name, why, fault) : 0;
}

static int read_file(struct fileset *out, const struct zip *zip, const struct zip_entry *e, const char **why)
{
	if (fileset_begin(out, e->name, why))
		return -1;
	out->v[out->n - 1].deflated = e->deflated;
	return zip_read(&out->bytes, zip, e, FILESET_BYTES_MAX, why) || fileset_end(out, why) ? -1 : 0;
}

static int read_entries(struct fileset *out, const struct zip *zip, const char **why)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < zip->n; i++)
		bytes += zip->v[i].size;
	if (!strbuf_grow(&out->bytes, bytes)) {
		*why = "out of memory";
		return -1;
	}
	for (size_t i = 0; i < zip->n; i++) {
		const struct zip_entry *e = &zip->v[i];

		if (e->link)
			return fail_named(out, e->name, why, "is a symbolic link or a special file");
		if (e->folder ? check_folder(out, e->name, why) : read_file(out, zip, e, why))
			return -1;
	}
	return fileset_close(out, why);
}

int unzip_read(struct fileset *out, struct slice bytes, const char **why)
{
	struct arena mem = ARENA_INIT;
	struct zip zip;
	int bad = zip_open(&zip, &mem, bytes, &limits, why) || read_entries(out, &zip, why) ? -1 : 0;

	if (bad)
		*why = arena_str(&out->mem, slice_of(*why));
	arena_release(&mem);
	return bad;
}
