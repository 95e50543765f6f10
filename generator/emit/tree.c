#include "emit/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "emit/copy.h"
#include "format/paths.h"

static int fail(struct diags *d, const char *path, const char *what)
{
	return diag_environment(d, path, "cannot %s: %s", what, strerror(errno));
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

int tree_begin(struct tree *t, const struct outdir *out, struct slice app, const char *previous, struct diags *d)
{
	char real_final[PATH_MAX], real_previous[PATH_MAX];

	t->out = arena_str(&t->mem, slice_of(out->path));
	t->final = arena_printf(&t->mem, "%s/" SLICE_FMT, out->path, SLICE_ARG(app)).p;
	t->temp = arena_printf(&t->mem, "%s/." SLICE_FMT ".tmp.%ld", out->path, SLICE_ARG(app), (long)getpid()).p;
	t->old = arena_printf(&t->mem, "%s/." SLICE_FMT ".old", out->path, SLICE_ARG(app)).p;
	t->previous = previous ? arena_str(&t->mem, slice_of(previous)) : NULL;
	t->link = previous && realpath(t->final, real_final) && realpath(previous, real_previous) &&
		  !strcmp(real_final, real_previous);
	if (file_mkdirs(t->temp, 0755, d))
		return -1;
	t->begun = true;
	return 0;
}

static const char *path_in(struct tree *t, const char *folder, struct slice rel)
{
	return arena_printf(&t->mem, "%s/" SLICE_FMT, folder, SLICE_ARG(rel)).p;
}

static int make_parent(struct tree *t, const char *path, struct diags *d)
{
	struct slice parent = slice_of(path);

	parent.n = (size_t)slice_rfind(parent, '/');
	return file_mkdirs(arena_str(&t->mem, parent), 0755, d);
}

static bool is_object(const struct file_sum *sum, const struct object *o)
{
	return sum->length == o->length && !memcmp(sum->hash, o->hash, SHA256_SIZE);
}

/* 0 taken from the previous tree, 1 it is not there or is damaged, -1 error. */
static int take_previous(struct tree *t, const struct object *o, const char *from, const char *to, struct diags *d)
{
	struct file_sum sum;
	struct stat st;
	bool link_it;

	if (lstat(from, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != o->length)
		return 1;
	link_it = t->link && (st.st_mode & 07777) == 0644;
	if (make_parent(t, to, d))
		return -1;
	if (copy_file(&sum, from, link_it ? NULL : to, d))
		return -1;
	if (is_object(&sum, o))
		return link_it && link(from, to) ? fail(d, to, "link") : 0;
	if (!link_it && unlink(to))
		return fail(d, to, "remove");
	return 1;
}

static int write_content(const struct object *o, const char *to, struct diags *d)
{
	struct file_sum sum;

	if (!o->path)
		return copy_bytes(to, o->data, d);
	if (copy_file(&sum, o->path, to, d))
		return -1;
	return is_object(&sum, o) ? 0 : diag_environment(d, o->path, "changed while it was being built");
}

/* At a path relative to <appCode>/. */
static int place(struct tree *t, struct slice rel, const struct object *o, struct diags *d)
{
	const char *to = path_in(t, t->temp, rel), *from = t->previous ? path_in(t, t->previous, rel) : NULL;
	int taken = 1;

	if (from && (taken = take_previous(t, o, from, to, d)) <= 0)
		return taken;
	if (!o->data.p && !o->path)
		return 1;
	return make_parent(t, to, d) ? -1 : write_content(o, to, d);
}

int tree_object(struct tree *t, const struct object *o, struct diags *d)
{
	struct strbuf rel = STRBUF_INIT;
	int placed;

	path_object(&rel, o->hash, o->name);
	placed = place(t, strbuf_slice(&rel), o, d);
	strbuf_release(&rel);
	return placed;
}

int tree_listed(struct tree *t, const struct listed_file *f, struct slice data, struct diags *d)
{
	struct object o = { .length = f->length, .data = data };

	memcpy(o.hash, f->hash, SHA256_SIZE);
	return place(t, f->path, &o, d);
}

int tree_file(struct tree *t, const char *path, struct slice data, struct diags *d)
{
	const char *to = arena_printf(&t->mem, "%s/%s", t->temp, path).p;

	return make_parent(t, to, d) ? -1 : copy_bytes(to, data, d);
}

int tree_metadata(struct tree *t, const struct tuf_chain *roots, const struct tuf_parts *parts, struct diags *d)
{
	struct strbuf path = STRBUF_INIT;
	int bad = 0;

	for (size_t i = 0; i < roots->n && !bad; i++) {
		strbuf_reset(&path);
		path_metadata(&path, i + 1, "root");
		bad = tree_file(t, path.p, roots->bytes[i], d);
	}
	for (size_t i = 0; i < parts->n && !bad; i++) {
		const struct tuf_part *part = &parts->v[i];

		if (!part->bytes.n)
			continue;
		strbuf_reset(&path);
		path_metadata(&path, slice_eqs(part->role, "timestamp") ? 0 : part->version,
			      arena_str(&t->mem, part->role));
		bad = tree_file(t, path.p, part->bytes, d);
	}
	strbuf_release(&path);
	return bad;
}

/* A hard link where that will do, else a copy. */
static int take_over(struct tree *t, struct slice rel, struct diags *d)
{
	const char *from = path_in(t, t->previous, rel), *to = path_in(t, t->temp, rel);
	struct file_sum sum;
	struct stat st;

	if (!lstat(to, &st))
		return 0;
	if (lstat(from, &st))
		return fail(d, from, "look at");
	if (make_parent(t, to, d))
		return -1;
	if (t->link && (st.st_mode & 07777) == 0644 && !link(from, to))
		return 0;
	return copy_file(&sum, from, to, d);
}

int tree_rest(struct tree *t, struct diags *d)
{
	struct file_list files = { .mem = ARENA_INIT };
	int bad = file_walk(&files, t->previous, d);

	for (size_t i = 0; i < files.n && !bad; i++) {
		if (!slice_starts(files.path[i], "metadata/"))
			bad = take_over(t, files.path[i], d);
	}
	file_list_release(&files);
	return bad;
}

/* --- commit ------------------------------------------------------------------------------------------------------------- */
static int same_bytes(const char *a, const char *b, struct diags *d)
{
	struct file_map x = { 0 }, y = { 0 };
	struct stat sa, sb;
	int same;

	if (lstat(a, &sa) || lstat(b, &sb))
		return fail(d, a, "compare");
	if (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino)
		return 1;
	same = file_map(&x, a, d) || file_map(&y, b, d) ? -1 : slice_eq(x.data, y.data);
	file_unmap(&x);
	file_unmap(&y);
	return same;
}

/* 1 both folders hold the same files, 0 not, -1 error. */
static int same_tree(struct tree *t, struct diags *d)
{
	struct file_list a = { .mem = ARENA_INIT }, b = { .mem = ARENA_INIT };
	int same = file_walk(&a, t->temp, d) || file_walk(&b, t->final, d) ? -1 : a.n == b.n;

	for (size_t i = 0; same == 1 && i < a.n; i++) {
		if (!slice_eq(a.path[i], b.path[i]) || a.size[i] != b.size[i]) {
			same = 0;
			break;
		}
		same = same_bytes(arena_printf(&t->mem, "%s/" SLICE_FMT, t->temp, SLICE_ARG(a.path[i])).p,
				  arena_printf(&t->mem, "%s/" SLICE_FMT, t->final, SLICE_ARG(b.path[i])).p, d);
	}
	file_list_release(&a);
	file_list_release(&b);
	return same;
}

/* One call for the whole tree instead of an fsync for each of thousands of files. */
static int sync_all(const char *path, struct diags *d)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 || syncfs(fd) ? fail(d, path, "sync") : 0;

	if (fd >= 0)
		close(fd);
	return result;
}

/* Puts the new folder where the old one is; the old one is in *old then, or nowhere (NULL). */
static int exchange(struct tree *t, const char **old, struct diags *d)
{
	*old = NULL;
	if (!is_dir(t->final))
		return rename(t->temp, t->final) ? fail(d, t->final, "put the new tree in place") : 0;
	if (!renameat2(AT_FDCWD, t->temp, AT_FDCWD, t->final, RENAME_EXCHANGE)) {
		*old = t->temp;
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return fail(d, t->final, "put the new tree in place");
	if (rename(t->final, t->old))
		return fail(d, t->final, "move the old tree away");
	if (rename(t->temp, t->final)) {
		fail(d, t->final, "put the new tree in place");
		return rename(t->old, t->final) ? fail(d, t->old, "move the old tree back") : -1;
	}
	*old = t->old;
	return 0;
}

int tree_commit(struct tree *t, bool *changed, struct diags *d)
{
	int same = is_dir(t->final) ? same_tree(t, d) : 0;
	const char *old;

	if (changed)
		*changed = same == 0;
	if (same)
		return same < 0 ? -1 : 0;
	if (sync_all(t->temp, d) || exchange(t, &old, d))
		return -1;
	t->begun = false;
	if (file_sync_dir(t->out, d))
		return -1;
	return old ? file_remove_tree(old, d) : 0;
}

void tree_end(struct tree *t)
{
	struct diags ignored = DIAGS_INIT; /* what is left goes with the next build */

	if (t->begun)
		t->begun = file_remove_tree(t->temp, &ignored) != 0;
	diags_release(&ignored);
	arena_release(&t->mem);
	*t = (struct tree)TREE_INIT;
}
