/* The folder of all apps: its lock, and what killed builds left in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "emit/tree.h"

static int fail(struct diags *d, const char *path, const char *what)
{
	return diag_environment(d, path, "cannot %s: %s", what, strerror(errno));
}

static bool is_temp(struct slice name)
{
	ptrdiff_t dot = slice_rfind(name, '.');
	uint64_t pid;

	return slice_starts(name, ".") && dot > 0 && slice_ends(slice_sub(name, 0, (size_t)dot), ".tmp") &&
	       text_uint(&pid, slice_from(name, (size_t)dot + 1));
}

static bool is_old(struct slice name)
{
	return slice_starts(name, ".") && slice_ends(name, ".old") && name.n > strlen("..old");
}

bool outdir_is_leftover(struct slice name)
{
	return is_temp(name) || is_old(name);
}

/* ".<app>.old": the tree that was moved away, on a file system that cannot exchange two folders. A build that was killed in
 * that instant left no other. */
static int settle_old(struct arena *a, const char *dir, struct slice name, struct diags *d)
{
	const char *old = arena_printf(a, "%s/" SLICE_FMT, dir, SLICE_ARG(name)).p;
	struct slice app = slice_sub(name, 1, name.n - 1 - strlen(".old"));
	const char *final = arena_printf(a, "%s/" SLICE_FMT, dir, SLICE_ARG(app)).p;

	if (access(final, F_OK) == 0)
		return file_remove_tree(old, d);
	return rename(old, final) ? fail(d, old, "move the tree back") : 0;
}

static int clean(const char *path, struct diags *d)
{
	struct arena a = ARENA_INIT;
	DIR *dir = opendir(path);
	int result = dir ? 0 : fail(d, path, "read the folder");

	for (struct dirent *e; dir && !result && (e = readdir(dir));) {
		struct slice name = slice_of(e->d_name);

		if (is_temp(name))
			result = file_remove_tree(arena_printf(&a, "%s/%s", path, e->d_name).p, d);
		else if (is_old(name))
			result = settle_old(&a, path, name, d);
	}
	if (dir)
		closedir(dir);
	arena_release(&a);
	return result;
}

static int take_lock(struct outdir *out, struct diags *d)
{
	struct strbuf path = STRBUF_INIT;
	int result;

	strbuf_addf(&path, "%s/" OUTDIR_LOCK, out->path);
	out->lock = path.failed ? -1 : open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (out->lock < 0)
		result = fail(d, out->path, "open " OUTDIR_LOCK " in the folder");
	else
		result = file_lock(out->lock, false, path.p, d);
	strbuf_release(&path);
	return result;
}

int outdir_open(struct outdir *out, const char *path, struct diags *d)
{
	if (file_mkdirs(path, 0755, d))
		return -1;
	out->path = strdup(path);
	if (!out->path)
		return diag_environment(d, path, "out of memory");
	if (take_lock(out, d) || clean(out->path, d)) {
		outdir_close(out);
		return -1;
	}
	return 0;
}

void outdir_close(struct outdir *o)
{
	if (o->lock >= 0)
		close(o->lock);
	free(o->path);
	*o = (struct outdir)OUTDIR_INIT;
}
