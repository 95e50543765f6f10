/* cmd/hqf_build.c: one module from its parts, not signed. */
#include "cmd/hqf.h"
#include "cmd/output.h"
#include "pack/hqf.h"

extern const struct command cmd_hqf_build;

static int add_file(struct fileset *set, struct hqf_run *r, const char *folder, const char *prefix, struct slice rel)
{
	const char *path = arena_printf(&r->mem, "%s/" SLICE_FMT, folder, SLICE_ARG(rel)).p, *why;

	if (fileset_begin(set, arena_printf(&r->mem, "%s" SLICE_FMT, prefix, SLICE_ARG(rel)), &why))
		return diag_error(&r->d, SRCPOS_FILE(path), "%s", why);
	if (file_read(&set->bytes, path, FILESET_BYTES_MAX - set->bytes.n, &r->d))
		return -1;
	return fileset_end(set, &why) ? diag_error(&r->d, SRCPOS_FILE(path), "%s", why) : 0;
}

/* The files below a folder of the machine. */
static int add_folder(struct fileset *set, struct hqf_run *r, const char *folder, const char *prefix)
{
	struct file_list files = { 0 };
	int bad;

	if (!folder)
		return 0;
	bad = file_walk(&files, folder, &r->d);
	for (size_t i = 0; i < files.n && !bad; i++)
		bad = add_file(set, r, folder, prefix, files.path[i]);
	file_list_release(&files);
	return bad;
}

/* What was built is read as a device's would be: libraries for another machine, files in no place. */
static int check(struct hqf_run *r, const char *out, struct slice bytes)
{
	static const struct cms_query nobody = { .at = 0 };
	struct hqf hqf;
	const char *why;

	if (hqf_read(&hqf, &r->mem, bytes, &nobody, &why))
		return diag_error(&r->d, SRCPOS_FILE(out), "is not written: %s", why);
	return 0;
}

static int build(struct hqf_run *r, const struct cmd_args *a, struct fileset *parts, struct strbuf *hqf)
{
	const char *out = cmd_value(a, "out"), *why;
	struct slice patch;
	bool there;

	if (hqf_run_map(&patch, r, a->positional[0]) || add_folder(parts, r, cmd_value(a, "ets"), "ets/") ||
	    add_folder(parts, r, cmd_value(a, "libs"), "libs/"))
		return -1;
	if (hqf_build(hqf, &r->mem, patch, parts, &why))
		return diag_error(&r->d, SRCPOS_FILE(a->positional[0]), "%s", why);
	if (check(r, out, strbuf_slice(hqf)) || output_write(&there, out, strbuf_slice(hqf), &r->d))
		return -1;
	return output_tell(there, out, strbuf_slice(hqf), r->digests, &r->d);
}

static int run(const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf hqf = STRBUF_INIT;
	CLEANUP(fileset_release) struct fileset parts = FILESET_INIT;
	struct hqf_run r;

	if (hqf_check_ending(a, "--out", cmd_value(a, "out"), ".hqf"))
		return EXIT_USAGE;
	if (!hqf_run_open(&r))
		(void)build(&r, a, &parts, &hqf);
	return hqf_run_close(&r, a);
}

static const struct cmd_option options[] = {
	{ "ets", "DIR", "compiled code (.abc): becomes ets/", false, false },
	{ "libs", "DIR", "native libraries, in a folder for each ABI: becomes libs/", false, false },
	{ "out", "FILE", "the .hqf; one that is there already must have the same bytes", true, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_hqf_build = {
	"hqf build", "PATCH.json", 1, 1, "a module of a quick fix from its parts, not signed", options, run,
};
