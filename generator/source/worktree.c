#include "source/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "source/repo.h"

#define MAPPED_MIN ((uint64_t)1 << 20) /* bytes */

struct walk {
	git_repository *git;
	git_index *index;
	struct entries *out;
	struct strbuf path; /* absolute */
	size_t root;        /* bytes of the work tree's own path, with a slash behind it */
	struct diags *d;
};

static void dir_close_at(DIR **p)
{
	if (*p)
		closedir(*p);
}

static struct slice path_of(const struct walk *w)
{
	return slice_from(strbuf_slice(&w->path), w->root);
}

static const git_index_entry *indexed(const struct walk *w)
{
	size_t at;

	return git_index_find(&at, w->index, w->path.p + w->root) ? NULL : git_index_get_byindex(w->index, at);
}

/* A repository of its own, or a submodule whether it is checked out or not. */
static bool is_repository(struct walk *w)
{
	const git_index_entry *known = indexed(w);
	const size_t n = w->path.n;
	struct stat st;
	bool found;

	if (known && known->mode == GIT_FILEMODE_COMMIT)
		return true;
	strbuf_adds(&w->path, "/.git");
	found = !w->path.failed && !lstat(w->path.p, &st);
	strbuf_truncate(&w->path, n);
	return found;
}

static int list_file(struct walk *w, enum file_kind kind)
{
	int ignored = 0;

	if (!indexed(w) && git_ignore_path_is_ignored(&ignored, w->git, w->path.p + w->root))
		return diag_environment(w->d, w->path.p, "cannot tell whether git ignores this: %s", git_reason());
	return ignored || entries_add(w->out, path_of(w), kind, w->d) ? 0 : -1;
}

static int list_folder(struct walk *w, unsigned depth);

/* w->path names the entry itself. */
static int list_entry(struct walk *w, unsigned depth)
{
	struct stat st;

	if (w->path.failed)
		return diag_environment(w->d, NULL, "out of memory");
	if (lstat(w->path.p, &st))
		return errno == ENOENT ? 0 : diag_environment(w->d, w->path.p, "cannot read: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return is_repository(w) ? list_file(w, FILE_SUBMODULE) : list_folder(w, depth + 1);
	if (S_ISLNK(st.st_mode))
		return list_file(w, FILE_SYMLINK);
	return S_ISREG(st.st_mode) ? list_file(w, FILE_REGULAR) : 0;
}

static int list_folder(struct walk *w, unsigned depth)
{
	CLEANUP(dir_close_at) DIR *dir = NULL;
	const size_t n = w->path.n;
	const struct dirent *e;

	if (entries_enter(w->out, path_of(w), depth, w->d))
		return -1;
	dir = opendir(w->path.p);
	if (!dir)
		return diag_environment(w->d, w->path.p, "cannot read: %s", strerror(errno));
	for (errno = 0; (e = readdir(dir)); errno = 0) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, ".git"))
			continue;
		strbuf_addf(&w->path, "/%s", e->d_name);
		if (list_entry(w, depth))
			return -1;
		strbuf_truncate(&w->path, n);
	}
	return errno ? diag_environment(w->d, w->path.p, "cannot read: %s", strerror(errno)) : 0;
}

int worktree_list(struct entries *out, git_repository *git, const char *sub, struct diags *d)
{
	static const char *const tops[] = { "apps", "keys" };
	CLEANUP(index_free_at) git_index *index = NULL;
	const char *root = git_repository_workdir(git);
	struct walk w = { git, NULL, out, STRBUF_INIT, strlen(root), d };
	int result = 0;

	if (git_repository_index(&index, git))
		return diag_environment(d, NULL, "cannot read the index: %s", git_reason());
	w.index = index;
	for (size_t i = 0; !result && i < COUNT(tops); i++) {
		strbuf_reset(&w.path);
		strbuf_addf(&w.path, "%s%s%s%s", root, sub, *sub ? "/" : "", tops[i]);
		result = list_entry(&w, 0);
	}
	strbuf_release(&w.path);
	return result;
}

static void release_bytes(void *handle, struct slice data)
{
	(void)data;
	free(handle);
}

static void release_map(void *handle, struct slice data)
{
	struct file_map map = { data, handle };
	file_unmap(&map);
}

int worktree_locate(struct file_place *out, git_repository *git, const struct file_entry *e, struct arena *a,
		    struct diags *d)
{
	const char *file = arena_printf(a, "%s%s", git_repository_workdir(git), e->path).p;
	struct stat st;

	if (lstat(file, &st))
		return diag_environment(d, file, "cannot open: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_error(d, SRCPOS_FILE(file), "is not a regular file");
	*out = (struct file_place){ file, (uint64_t)st.st_size };
	return 0;
}

static int read_small(struct blob *out, const char *file, uint64_t limit, struct diags *d)
{
	struct strbuf bytes = STRBUF_INIT;

	if (file_read(&bytes, file, limit, d)) {
		strbuf_release(&bytes);
		return -1;
	}
	*out = (struct blob){ .data = strbuf_slice(&bytes), .handle = bytes.p, .release = release_bytes };
	return 0;
}

static int read_large(struct blob *out, const char *file, struct diags *d)
{
	struct file_map map;

	if (file_map(&map, file, d))
		return -1;
	*out = (struct blob){ .data = map.data, .handle = map.base, .release = release_map };
	return 0;
}

static int name_blob(struct file_entry *e, struct slice bytes, struct diags *d)
{
	git_oid id;

	if (*e->id)
		return 0;
	if (git_odb_hash(&id, bytes.p ? bytes.p : "", bytes.n, GIT_OBJECT_BLOB))
		return diag_environment(d, e->path, "cannot hash: %s", git_reason());
	git_oid_tostr(e->id, sizeof(e->id), &id);
	return 0;
}

int worktree_read(struct blob *out, git_repository *git, struct file_entry *e, uint64_t limit, struct diags *d)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	struct blob b = { .data = { NULL, 0 } };
	struct file_place place = { NULL, 0 };

	if (worktree_locate(&place, git, e, &mem, d) || entry_fits(e->path, place.size, limit, d))
		return -1;
	if (place.size < MAPPED_MIN ? read_small(&b, place.file, limit, d) : read_large(&b, place.file, d))
		return -1;
	if (name_blob(e, b.data, d)) {
		blob_release(&b);
		return -1;
	}
	*out = b;
	return 0;
}
