/* What is in a folder, and removing it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "publish/dir_parts.h"

struct listing {
	struct dir *t;
	struct dest_listing *out;
	size_t cap;
	struct strbuf key; /* of the folder that is read, with its slash */
	unsigned depth;
	struct diags *d;
};

static const char *here(const struct listing *l)
{
	return l->key.p ? l->key.p : "";
}

static void closedir_at(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The next entry but `.` and `..`; NULL: there is none, or *result is -1. */
static const struct dirent *next_entry(DIR *dir, struct listing *l, int *result)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
	if (!entry && errno)
		*result = dir_fail(l->t, here(l), "read the folder", l->d);
	return entry;
}

static int add_object(struct listing *l, int parent, const char *name)
{
	CLEANUP(file_close_at) int fd = -1;
	struct dest_object o = { .size = 0 };
	char etag[MD5_HEX];
	struct stat st;
	int result = dir_file(&fd, l->t, parent, name, here(l), l->d);

	if (result)
		return result < 0 ? -1 : 0;
	if (fstat(fd, &st))
		return dir_fail(l->t, l->key.p, "read", l->d);
	if (dir_digest(etag, NULL, &o.size, l->t, fd, here(l), l->d))
		return -1;
	o.key = arena_copy(&l->out->mem, strbuf_slice(&l->key));
	o.etag = arena_copy(&l->out->mem, slice_of(etag));
	o.modified = st.st_mtime;
	ARENA_PUSH(&l->out->mem, l->out->v, l->out->n, l->cap, o);
	return 0;
}

static void note_temp(struct listing *l, const char *name)
{
	struct dir *t = l->t;
	struct dir_temp temp = { arena_str(&t->mem, slice_sub(strbuf_slice(&l->key), 0, l->key.n - strlen(name))),
				 arena_str(&t->mem, slice_of(name)) };

	ARENA_PUSH(&t->mem, t->temps, t->ntemps, t->temps_cap, temp);
}

static int list_below(struct listing *l, int parent, const char *name, const char *beginning);

/* l->key names the entry. What goes just now, symlinks, and whatever else is no file counts for nothing. */
static int list_entry(struct listing *l, int parent, const char *name)
{
	struct stat st;

	if (dir_is_temp(name))
		note_temp(l, name);
	if (dir_is_own(name))
		return 0;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : dir_fail(l->t, l->key.p, "read", l->d);
	if (S_ISREG(st.st_mode))
		return add_object(l, parent, name);
	if (!S_ISDIR(st.st_mode))
		return 0;
	strbuf_addch(&l->key, '/');
	return list_below(l, parent, name, "");
}

/* The entries of a folder whose names begin so. */
static int list_below(struct listing *l, int parent, const char *name, const char *beginning)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(closedir_at) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t mark = l->key.n;
	int result = 0;

	if (!dir) {
		file_close_at(&fd);
		return errno == ENOENT ? 0 : dir_fail(l->t, l->key.p, "open the folder", l->d);
	}
	if (l->depth == DIR_DEPTH_MAX)
		return diag_environment(l->d, dir_path(l->t, here(l)), "has folders nested deeper than %d",
					DIR_DEPTH_MAX);
	l->depth++;
	while (!result && (entry = next_entry(dir, l, &result))) {
		if (!slice_starts(slice_of(entry->d_name), beginning))
			continue;
		strbuf_adds(&l->key, entry->d_name);
		result = list_entry(l, dirfd(dir), entry->d_name);
		strbuf_truncate(&l->key, mark);
	}
	l->depth--;
	return result;
}

static int list_prefix(struct listing *l, const char *prefix)
{
	CLEANUP(file_close_at) int parent = -1;
	const char *beginning;
	int result = dir_parent(&parent, &beginning, l->t, prefix, false, l->d);

	l->t->dest.counts.lists++;
	if (result)
		return result < 0 ? -1 : 0;
	strbuf_reset(&l->key);
	strbuf_add(&l->key, prefix, (size_t)(beginning - prefix));
	result = list_below(l, parent, ".", beginning);
	return l->key.failed ? diag_environment(l->d, l->t->dest.name, "out of memory") : result;
}

static int object_order(const void *a, const void *b)
{
	return slice_cmp(((const struct dest_object *)a)->key, ((const struct dest_object *)b)->key);
}

static int finish(struct listing *l, int result)
{
	if (l->out->n)
		qsort(l->out->v, l->out->n, sizeof(*l->out->v), object_order);
	strbuf_release(&l->key);
	return result;
}

int dir_list(struct dest *dest, struct dest_listing *out, const char *const *prefixes, size_t n, struct diags *d)
{
	struct listing l = { .t = (struct dir *)dest, .out = out, .cap = out->n, .d = d };
	int result = 0;

	for (size_t i = 0; i < n && !result; i++)
		result = list_prefix(&l, prefixes[i]);
	return finish(&l, result);
}

/* --- folders --------------------------------------------------------------------------------------------------------------- */

static void add_folder(struct listing *l, int parent, const char *name)
{
	struct dest_object o = { .size = 0 };
	struct stat st;

	if (name[0] == '.' || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
		return;
	o.key = arena_copy(&l->out->mem, slice_of(name));
	ARENA_PUSH(&l->out->mem, l->out->v, l->out->n, l->cap, o);
}

int dir_folders(struct dest *dest, struct dest_listing *out, struct diags *d)
{
	struct listing l = { .t = (struct dir *)dest, .out = out, .cap = out->n, .d = d };
	CLEANUP(closedir_at) DIR *dir = opendir(l.t->root);
	const struct dirent *entry;
	int result = 0;

	dest->counts.lists++;
	if (!dir)
		return errno == ENOENT ? 0 : dir_fail(l.t, "", "open the folder", d);
	while ((entry = next_entry(dir, &l, &result)))
		add_folder(&l, dirfd(dir), entry->d_name);
	return finish(&l, result);
}

/* --- removing -------------------------------------------------------------------------------------------------------------- */

/* Folders that have become empty, from the innermost; one that somebody has just written to stays. */
static int remove_empty(struct dir *t, struct slice folder, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	ptrdiff_t slash;

	strbuf_addslice(&key, folder);
	while (key.n) {
		CLEANUP(file_close_at) int parent = -1;
		const char *name;
		int result = dir_parent(&parent, &name, t, key.p, false, d);

		if (result || unlinkat(parent, name, AT_REMOVEDIR))
			return result < 0 ? -1 : 0;
		slash = slice_rfind(strbuf_slice(&key), '/');
		strbuf_truncate(&key, slash < 0 ? 0 : (size_t)slash);
	}
	return 0;
}

static int remove_one(struct dir *t, const char *key, struct diags *d)
{
	CLEANUP(file_close_at) int parent = -1;
	const char *name;
	int result = dir_parent(&parent, &name, t, key, false, d);

	if (result)
		return result < 0 ? -1 : 0;
	if (unlinkat(parent, name, 0) && errno != ENOENT)
		return dir_fail(t, key, "remove", d);
	return remove_empty(t, slice_sub(slice_of(key), 0, name == key ? 0 : (size_t)(name - key) - 1), d);
}

int dir_remove(struct dest *dest, const char *const *keys, size_t n, struct diags *d)
{
	int result = 0;

	for (size_t i = 0; i < n && !result; i++) {
		dest->counts.deletes++;
		result = remove_one((struct dir *)dest, keys[i], d);
	}
	return result;
}
