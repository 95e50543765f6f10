#include <stdio.h>
#include <string.h>

#include "base/fileio.h"
#include "cmd/starter.h"
#include "source/gitdir.h"

#define DIR_MODE  0755
#define HOOK_MODE 0755
#define HOOK_MAX  (UINT64_C(1) << 20)
#define OURS      "mdstatic init --hooks" /* stands in each of ours */

/* What the hooks cannot do without, and what it looks like. */
static const struct {
	const char *name, *example;
} needed[] = {
	{ "mdstatic.dest", "file:///srv/www" },
	{ "mdstatic.keys", "/srv/keys" },
};

/* There is none, or an older one of ours. */
static int check_place(const char *path, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	int rc = file_read_optional(&text, path, HOOK_MAX, d);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (!text.n || !strstr(text.p, OURS))
		return diag_environment(d, path, "is another program's; give it another name and call it from there");
	return 0;
}

/* Everywhere or nowhere: `write` false only looks. */
static int place_hooks(struct slice folder, bool write, struct diags *d)
{
	int bad = 0;

	for (size_t i = 0; i < nhook_files; i++) {
		const struct embedded *file = &hook_files[i];
		CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;

		strbuf_addf(&path, SLICE_FMT "/%s", SLICE_ARG(folder), file->path);
		if (path.failed)
			return diag_environment(d, NULL, "out of memory");
		if (write)
			bad |= file_replace(path.p, slice_bytes(file->data, file->n), HOOK_MODE, d);
		else
			bad |= check_place(path.p, d);
	}
	return bad;
}

static int print_needed(const char *repo, const char *git_folder, struct diags *d)
{
	size_t missing = 0;

	printf("%s: pre-receive checks what is pushed, post-receive publishes it\n", repo);
	for (size_t i = 0; i < COUNT(needed); i++) {
		CLEANUP(strbuf_release) struct strbuf value = STRBUF_INIT;
		int rc = gitdir_setting(&value, repo, needed[i].name, d);

		if (rc < 0)
			return -1;
		if (!rc)
			continue;
		if (!missing++)
			printf("still needed:\n");
		printf("  git -C %s config %s %s\n", repo, needed[i].name, needed[i].example);
	}
	printf("%s publishes what is there already; let cron do the same once an hour:\n"
	       "  cd %s && hooks/post-receive </dev/null\n",
	       missing ? "then this" : "this", git_folder);
	return 0;
}

int hooks_install(const char *repo, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf git_folder = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf folder = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf elsewhere = STRBUF_INIT;
	int rc;

	if (gitdir_find(&git_folder, repo, d) || (rc = gitdir_setting(&elsewhere, repo, "core.hooksPath", d)) < 0)
		return -1;
	if (!rc)
		return diag_environment(d, NULL,
					"git takes the hooks of %s from " SLICE_FMT
					", by core.hooksPath, which others may share; unset that first",
					repo, SLICE_ARG(strbuf_slice(&elsewhere)));
	strbuf_addf(&folder, "%s/hooks", git_folder.p);
	if (folder.failed)
		return diag_environment(d, NULL, "out of memory");
	if (file_mkdirs(folder.p, DIR_MODE, d) || place_hooks(strbuf_slice(&folder), false, d) ||
	    place_hooks(strbuf_slice(&folder), true, d))
		return -1;
	return print_needed(repo, git_folder.p, d);
}
