#include "cmd/hqf.h"

#include <string.h>

int hqf_run_open(struct hqf_run *r)
{
	*r = (struct hqf_run){ .mem = ARENA_INIT, .d = DIAGS_INIT };
	if (digests_new(&r->digests))
		return diag_environment(&r->d, NULL, "libcrypto gives no SHA-256 here");
	return 0;
}

int hqf_run_map(struct slice *out, struct hqf_run *r, const char *path)
{
	if (r->nmaps == COUNT(r->maps))
		return diag_error(&r->d, SRCPOS_NONE, "more than %d files", HQF_INPUTS_MAX);
	if (file_map(&r->maps[r->nmaps], path, &r->d))
		return -1;
	*out = r->maps[r->nmaps++].data;
	return 0;
}

int hqf_run_close(struct hqf_run *r, const struct cmd_args *a)
{
	int code = diags_exit(&r->d);

	diags_print(&r->d, DIAG_TEXT, stderr);
	for (size_t i = 0; i < r->nmaps; i++)
		file_unmap(&r->maps[i]);
	digests_free(r->digests);
	arena_release(&r->mem);
	diags_release(&r->d);
	return cmd_finish(a, code);
}

const char *hqf_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int hqf_check_ending(const struct cmd_args *a, const char *what, const char *path, const char *ending)
{
	if (slice_ends(slice_of(path), ending) && strlen(hqf_base_name(path)) > strlen(ending))
		return 0;
	return cmd_usage(a, "%s is \"%s\"; it must end in \"%s\"", what, path, ending);
}
