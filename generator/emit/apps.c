#include "emit/apps.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "emit/tree.h"

bool apps_is_one(const char *tree)
{
	struct strbuf path = STRBUF_INIT;
	struct stat st;
	bool found;

	strbuf_addf(&path, "%s/metadata", tree);
	found = !path.failed && !lstat(path.p, &st) && S_ISDIR(st.st_mode);
	strbuf_release(&path);
	return found;
}

/* What builds need for themselves begins with a dot. */
static bool is_expected(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, OUTDIR_LOCK) ||
	       outdir_is_leftover(slice_of(name));
}

int apps_list(struct slice **out, size_t *n, struct arena *a, const char *tree, struct diags *d)
{
	struct dirent **entries;
	int count = scandir(tree, &entries, NULL, NULL), result = 0;

	*n = 0;
	*out = NULL;
	if (count < 0)
		return diag_environment(d, tree, "cannot read the folder: %s", strerror(errno));
	*out = ARENA_ARRAY(a, struct slice, (size_t)count);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name, *path = arena_printf(a, "%s/%s", tree, name).p;
		struct stat st;

		if (name[0] != '.' && !lstat(path, &st) && S_ISDIR(st.st_mode))
			(*out)[(*n)++] = arena_copy(a, slice_of(name));
		else if (!is_expected(name))
			result = diag_error(d, SRCPOS_FILE(path),
					    "is neither an app's folder nor a file that a build leaves");
		free(entries[i]);
	}
	free(entries);
	if (*n)
		qsort(*out, *n, sizeof(**out), slice_order);
	else if (!result)
		result = diag_error(d, SRCPOS_FILE(tree), "there is no app in this folder");
	return result;
}
