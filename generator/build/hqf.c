#include "build/hqf.h"

#include "base/text.h"
#include "build/unzip.h"
#include "build/zip.h"

static const struct slice abis[] = {
	{ "arm64-v8a", 9 }, { "armeabi", 7 }, { "armeabi-v7a", 11 }, { "x86", 3 }, { "x86_64", 6 }
};

static bool is_abi(struct slice s)
{
	for (size_t i = 0; i < COUNT(abis); i++) {
		if (slice_eq(abis[i], s))
			return true;
	}
	return false;
}

/* Paths come sorted, so the files of one ABI follow each other. */
static int see_library(struct hqf *out, struct arena *a, size_t *cap, struct slice path, const char **why)
{
	struct slice rest = slice_from(path, sizeof("libs/") - 1), abi = slice_cut(&rest, '/'), near;

	if (!rest.p || !is_abi(abi)) {
		near = text_nearest(abi, abis, COUNT(abis));
		*why = arena_printf(a,
				    "\"" SLICE_FMT "\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, "
				    "armeabi-v7a, x86 or x86_64%s" SLICE_FMT "%s",
				    SLICE_ARG(path), near.n ? "; did you mean \"" : "", SLICE_ARG(near),
				    near.n ? "\"?" : "")
			       .p;
		return -1;
	}
	if (!out->nabis || !slice_eq(out->abis[out->nabis - 1], abi))
		ARENA_PUSH(a, out->abis, out->nabis, *cap, arena_copy(a, abi));
	return 0;
}

static int inspect(struct hqf *out, struct arena *a, const struct fileset *files, const char **why)
{
	size_t cap = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct fileset_file *f = &files->v[i];
		bool library = slice_starts(f->path, "libs/");

		if (slice_starts(f->path, "resources/")) {
			*why = arena_printf(a, "\"" SLICE_FMT "\": a quick fix cannot change resources",
					    SLICE_ARG(f->path))
				       .p;
			return -1;
		}
		if (library && see_library(out, a, &cap, f->path, why))
			return -1;
		if (f->deflated && !out->deflated.n && (library || slice_ends(f->path, ".abc")))
			out->deflated = arena_copy(a, f->path);
	}
	return 0;
}

static int read_files(struct hqf *out, struct arena *a, const struct fileset *files, const char **why)
{
	const struct fileset_file *patch = fileset_find(files, SLICE(HQF_PATCH_NAME));

	if (!patch) {
		*why = "it holds no " HQF_PATCH_NAME;
		return -1;
	}
	return hqf_patch_read(&out->patch, a, fileset_bytes(files, patch), why) || inspect(out, a, files, why) ? -1 : 0;
}

int hqf_read(struct hqf *out, struct arena *a, struct slice bytes, const char **why)
{
	struct fileset files = FILESET_INIT;
	int bad;

	*out = (struct hqf){ .nabis = 0 };
	bad = unzip_read(&files, bytes, why);
	if (!bad)
		bad = read_files(out, a, &files, why);
	if (bad)
		*why = arena_str(a, slice_of(*why)); /* it may lie in the set */
	fileset_release(&files);
	return bad;
}

static int add_patch(struct fileset *parts, struct arena *a, struct slice text, const char **why)
{
	struct hqf_patch patch;

	if (hqf_patch_read(&patch, a, text, why) || fileset_begin(parts, SLICE(HQF_PATCH_NAME), why))
		return -1;
	strbuf_addslice(&parts->bytes, patch.text);
	return fileset_end(parts, why) || fileset_close(parts, why) ? -1 : 0;
}

int hqf_build(struct strbuf *out, struct arena *a, struct slice patch, struct fileset *parts, const char **why)
{
	struct zip_writer zip;

	if (parts->n == 0) {
		*why = "there is nothing in it: it names neither ets nor libs, or they are empty";
		return -1;
	}
	if (add_patch(parts, a, patch, why))
		return -1;
	zip_begin(&zip, out);
	for (size_t i = 0; i < parts->n; i++)
		zip_put(&zip, parts->v[i].path, fileset_bytes(parts, &parts->v[i]));
	return zip_end(&zip, why);
}
