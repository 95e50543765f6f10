#include "pack/hqf.h"

#include "format/zipwrite.h"

static int add_patch(struct fileset *parts, struct arena *a, struct slice text, const char **why)
{
	struct hqf_patch patch;

	if (hqf_patch_read(&patch, a, text, why) || fileset_begin(parts, SLICE(HQF_PATCH_NAME), why))
		return -1;
	strbuf_addslice(&parts->bytes, patch.text);
	return fileset_end(parts, why) || fileset_close(parts, why) ? -1 : 0;
}

/* What devices map into memory. */
static bool is_runnable(struct slice path)
{
	return slice_ends(path, ".abc") || slice_ends(path, ".an") || slice_starts(path, "libs/");
}

int hqf_build(struct strbuf *out, struct arena *a, struct slice patch, struct fileset *parts, const char **why)
{
	const struct zip_how page = { .align = 4096 };
	struct zip_how rest = page; /* where what is mapped ends, a page begins */
	struct zip_writer zip;

	if (parts->n == 0) {
		*why = "there is nothing in it: it names neither ets nor libs, or they are empty";
		return -1;
	}
	if (add_patch(parts, a, patch, why))
		return -1;
	zip_begin(&zip, out);
	for (size_t i = 0; i < parts->n; i++) {
		if (is_runnable(parts->v[i].path))
			zip_put_as(&zip, parts->v[i].path, fileset_bytes(parts, &parts->v[i]), page);
	}
	for (size_t i = 0; i < parts->n; i++) {
		if (is_runnable(parts->v[i].path))
			continue;
		zip_put_as(&zip, parts->v[i].path, fileset_bytes(parts, &parts->v[i]), rest);
		rest.align = 4;
	}
	return zip_end(&zip, why);
}
