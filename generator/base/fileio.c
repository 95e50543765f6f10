#include "base/fileio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)64 << 10)
#define MAX_DEPTH  256 /* of folders in folders: each costs an open file and a stack frame */

void file_close_at(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void closedir_at(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Records why the last system call on `path` failed. */
static int fail(struct diags *d, const char *path, const char *what)
{
	return diag_environment(d, path, "cannot %s: %s", what, strerror(errno));
}

static int too_large(struct diags *d, const char *path, uint64_t limit)
{
	return diag_error(d, SRCPOS_FILE(path), "is larger than %" PRIu64 " bytes, which is the limit", limit);
}

/* Opens for reading. O_NONBLOCK: a FIFO that somebody put there must not stop the program; files ignore it. */
static int open_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static int check_regular(struct stat *st, int fd, const char *path, struct diags *d)
{
	if (fstat(fd, st))
		return fail(d, path, "read");
	if (!S_ISREG(st->st_mode))
		return diag_error(d, SRCPOS_FILE(path), "is not a regular file");
	return 0;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

int file_read_fd(struct strbuf *out, int fd, const char *name, uint64_t limit, struct diags *d)
{
	size_t before = out->n, room = READ_CHUNK;
	struct stat st;

	if (fstat(fd, &st))
		return fail(d, name, "read");
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > limit)
		return too_large(d, name, limit);
	/* One call reads it all, and the next one, into the last byte, sees the end. */
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size < PTRDIFF_MAX)
		room = (size_t)st.st_size + 1;
	if (!strbuf_grow(out, room))
		return diag_environment(d, name, "cannot read: out of memory");
	for (;;) {
		ssize_t got;

		if (out->n + 1 == out->cap && !strbuf_grow(out, READ_CHUNK))
			return diag_environment(d, name, "cannot read: out of memory");
		got = read(fd, out->p + out->n, out->cap - out->n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fail(d, name, "read");
			break;
		}
		if (got == 0)
			return 0;
		out->n += (size_t)got;
		out->p[out->n] = '\0';
		if (out->n - before > limit) {
			too_large(d, name, limit);
			break;
		}
	}
	strbuf_truncate(out, before);
	return -1;
}

static int read_open(struct strbuf *out, int fd, const char *path, uint64_t limit, struct diags *d)
{
	struct stat st;

	if (check_regular(&st, fd, path, d))
		return -1;
	return file_read_fd(out, fd, path, limit, d);
}

int file_read(struct strbuf *out, const char *path, uint64_t limit, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open_read(path);

	return fd < 0 ? fail(d, path, "open") : read_open(out, fd, path, limit, d);
}

int file_read_optional(struct strbuf *out, const char *path, uint64_t limit, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open_read(path);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 1 : fail(d, path, "open");
	return read_open(out, fd, path, limit, d);
}

int file_map_fd(struct file_map *out, int fd, const char *name, struct diags *d)
{
	struct stat st;
	void *base;

	if (check_regular(&st, fd, name, d))
		return -1;
	*out = (struct file_map){ SLICE(""), NULL };
	if (st.st_size == 0)
		return 0;
	if ((uint64_t)st.st_size > PTRDIFF_MAX)
		return too_large(d, name, PTRDIFF_MAX);
	base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (base == MAP_FAILED)
		return fail(d, name, "map");
	*out = (struct file_map){ slice_bytes(base, (size_t)st.st_size), base };
	return 0;
}

int file_map(struct file_map *out, const char *path, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open_read(path);

	return fd < 0 ? fail(d, path, "open") : file_map_fd(out, fd, path, d);
}

void file_unmap(struct file_map *m)
{
	if (m->base)
		munmap(m->base, m->data.n);
	*m = (struct file_map){ { NULL, 0 }, NULL };
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static int sync_fd(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result && errno == EINTR);
	return result;
}

static int write_all(int fd, struct slice data)
{
	while (data.n > 0) {
		ssize_t done = write(fd, data.p, data.n);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0)
			data = slice_from(data, (size_t)done);
	}
	return 0;
}

int file_write_fd(int fd, struct slice data, const char *name, struct diags *d)
{
	return write_all(fd, data) ? fail(d, name, "write") : 0;
}

int file_create(const char *path, struct slice data, mode_t mode, struct diags *d)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0700);
	bool bad;

	if (fd < 0)
		return fail(d, path, "create");
	bad = write_all(fd, data) || fchmod(fd, mode) || sync_fd(fd);
	if (bad)
		fail(d, path, "write");
	/* After EINTR the descriptor is closed all the same, and the bytes are on disk since fsync. */
	if (close(fd) && errno != EINTR && !bad) {
		fail(d, path, "close");
		bad = true;
	}
	if (bad)
		unlink(path);
	return bad ? -1 : 0;
}

/* The folder that holds `path`. */
static void add_parent(struct strbuf *out, const char *path)
{
	ptrdiff_t slash = slice_rfind(slice_of(path), '/');

	if (slash < 0)
		strbuf_addch(out, '.');
	else
		strbuf_add(out, path, slash == 0 ? 1 : (size_t)slash);
}

int file_replace(const char *path, struct slice data, mode_t mode, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf temp = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf folder = STRBUF_INIT;

	strbuf_addf(&temp, "%s.tmp", path);
	add_parent(&folder, path);
	if (temp.failed || folder.failed)
		return diag_environment(d, path, "cannot write: out of memory");
	if (unlink(temp.p) && errno != ENOENT) /* of a run that was killed */
		return fail(d, temp.p, "remove");
	if (file_create(temp.p, data, mode, d))
		return -1;
	if (rename(temp.p, path)) {
		fail(d, path, "replace");
		unlink(temp.p);
		return -1;
	}
	return file_sync_dir(folder.p, d);
}

int file_sync_dir(const char *path, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(d, path, "open");
	if (sync_fd(fd) && errno != EINVAL) /* EINVAL: this file system has no sync of folders */
		return fail(d, path, "sync");
	return 0;
}

/* Opens the folder `name` in `parent`; makes it, with exactly `mode`, where it is absent. */
static int enter_or_make(int *out, int parent, const char *name, mode_t mode)
{
	bool made = mkdirat(parent, name, mode) == 0;

	if (!made && errno != EEXIST)
		return -1;
	*out = openat(parent, name, O_DIRECTORY | O_CLOEXEC | (made ? O_RDONLY | O_NOFOLLOW : O_PATH));
	return *out < 0 || (made && fchmod(*out, mode)) ? -1 : 0;
}

int file_mkdirs(const char *path, mode_t mode, struct diags *d)
{
	struct slice rest = slice_of(path);
	CLEANUP(file_close_at) int at = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (at < 0)
		return fail(d, path, "make the folder");
	while (rest.p) {
		struct slice part = slice_cut(&rest, '/');
		CLEANUP(file_close_at) int next = -1;
		char name[NAME_MAX + 1];
		int old = at;

		if (part.n == 0)
			continue;
		if (part.n > NAME_MAX) {
			errno = ENAMETOOLONG;
			return fail(d, path, "make the folder");
		}
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		if (enter_or_make(&next, at, name, mode))
			return fail(d, path, "make the folder");
		at = next;
		next = old; /* closed at the end of this round */
	}
	return 0;
}

int file_lock(int fd, bool shared, const char *name, struct diags *d)
{
	while (flock(fd, shared ? LOCK_SH : LOCK_EX)) {
		if (errno != EINTR)
			return fail(d, name, "lock");
	}
	return 0;
}

/* --- whole folders --------------------------------------------------------------------------------------------------- */

struct found {
	struct slice path;
	uint64_t size;
};

/* A walk in progress. */
struct walk {
	struct strbuf path; /* where it stands: for messages, and behind the root's part for the list */
	size_t root;        /* bytes of path that name the root and its slash */
	unsigned depth;
	struct diags *d;
	struct arena *mem; /* from here on: what file_walk() has found so far */
	struct found *found;
	size_t n, cap;
};

static DIR *open_folder(struct walk *w, int parent, const char *name, int nofollow)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | nofollow);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (!dir)
		fail(w->d, w->path.p, "open the folder");
	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

/* The next entry but `.` and `..`: 1 there is one, 0 the end, -1 error. */
static int next_entry(const struct dirent **out, DIR *dir, struct walk *w)
{
	do {
		errno = 0;
		*out = readdir(dir);
	} while (*out && (!strcmp((*out)->d_name, ".") || !strcmp((*out)->d_name, "..")));
	if (*out || !errno)
		return *out ? 1 : 0;
	fail(w->d, w->path.p, "list the folder");
	return -1;
}

/* Steps into the entry `name`; `mark` is for leave(). */
static int enter(struct walk *w, const char *name, size_t *mark)
{
	*mark = w->path.n;
	if (++w->depth > MAX_DEPTH) {
		diag_environment(w->d, w->path.p, "has folders nested deeper than %d", MAX_DEPTH);
		return -1;
	}
	if (w->path.n > 0 && w->path.p[w->path.n - 1] != '/')
		strbuf_addch(&w->path, '/');
	strbuf_adds(&w->path, name);
	if (!w->path.failed)
		return 0;
	diag_environment(w->d, name, "out of memory");
	return -1;
}

static void leave(struct walk *w, size_t mark)
{
	w->depth--;
	strbuf_truncate(&w->path, mark);
}

static int remove_entry(struct walk *w, int parent, const char *name);

static int remove_content(struct walk *w, int parent, const char *name)
{
	CLEANUP(closedir_at) DIR *dir = open_folder(w, parent, name, O_NOFOLLOW);
	const struct dirent *entry;
	int more;

	if (!dir)
		return -1;
	while ((more = next_entry(&entry, dir, w)) > 0) {
		size_t mark;
		int result = enter(w, entry->d_name, &mark) || remove_entry(w, dirfd(dir), entry->d_name) ? -1 : 0;

		leave(w, mark);
		if (result)
			return -1;
	}
	return more;
}

static int remove_entry(struct walk *w, int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	if (errno != EISDIR)
		return fail(w->d, w->path.p, "remove");
	if (remove_content(w, parent, name))
		return -1;
	if (unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT)
		return fail(w->d, w->path.p, "remove the folder");
	return 0;
}

int file_remove_tree(const char *path, struct diags *d)
{
	struct walk w = { .path = STRBUF_INIT, .d = d };
	CLEANUP(strbuf_release) struct strbuf root = STRBUF_INIT;
	int result;

	strbuf_adds(&root, path);
	while (root.n > 1 && root.p[root.n - 1] == '/') /* "link/" would be what the link points to */
		strbuf_truncate(&root, root.n - 1);
	strbuf_addslice(&w.path, strbuf_slice(&root));
	result = w.path.n == 0 ? diag_environment(d, path, "cannot remove: no path, or out of memory")
			       : remove_entry(&w, AT_FDCWD, root.p);
	strbuf_release(&w.path);
	return result;
}

static int walk_folder(struct walk *w, int parent, const char *name, int nofollow);

static int walk_entry(struct walk *w, int parent, const char *name)
{
	struct stat st;
	struct found item;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW))
		return fail(w->d, w->path.p, "read");
	if (S_ISDIR(st.st_mode))
		return walk_folder(w, parent, name, O_NOFOLLOW);
	if (!S_ISREG(st.st_mode))
		return diag_error(w->d, SRCPOS_FILE(w->path.p), "is a %s; only regular files are allowed",
				  S_ISLNK(st.st_mode) ? "symlink" : "special file");
	item.path = arena_copy(w->mem, slice_from(strbuf_slice(&w->path), w->root));
	item.size = (uint64_t)st.st_size;
	ARENA_PUSH(w->mem, w->found, w->n, w->cap, item);
	return 0;
}

/* Goes on after an error, so that every one is reported. */
static int walk_folder(struct walk *w, int parent, const char *name, int nofollow)
{
	CLEANUP(closedir_at) DIR *dir = open_folder(w, parent, name, nofollow);
	const struct dirent *entry;
	int more, result = 0;

	if (!dir)
		return -1;
	while ((more = next_entry(&entry, dir, w)) > 0) {
		size_t mark;

		if (enter(w, entry->d_name, &mark) || walk_entry(w, dirfd(dir), entry->d_name))
			result = -1;
		leave(w, mark);
	}
	return more < 0 ? -1 : result;
}

static int compare_found(const void *left, const void *right)
{
	const struct found *a = left, *b = right;

	return slice_cmp(a->path, b->path);
}

int file_walk(struct file_list *out, const char *root, struct diags *d)
{
	struct file_list list = { .mem = ARENA_INIT };
	struct walk w = { .path = STRBUF_INIT, .d = d, .mem = &list.mem };
	int result;

	strbuf_adds(&w.path, root);
	w.root = w.path.n + (slice_ends(strbuf_slice(&w.path), "/") ? 0 : 1);
	result = w.path.failed ? diag_environment(d, root, "out of memory") : walk_folder(&w, AT_FDCWD, root, 0);
	strbuf_release(&w.path);
	if (result) {
		arena_release(&list.mem);
		return -1;
	}
	if (w.n > 0)
		qsort(w.found, w.n, sizeof(*w.found), compare_found);
	list.path = ARENA_ARRAY(&list.mem, struct slice, w.n);
	list.size = ARENA_ARRAY(&list.mem, uint64_t, w.n);
	list.n = w.n;
	for (size_t i = 0; i < w.n; i++) {
		list.path[i] = w.found[i].path;
		list.size[i] = w.found[i].size;
	}
	*out = list;
	return 0;
}

void file_list_release(struct file_list *l)
{
	arena_release(&l->mem);
	*l = (struct file_list){ .mem = ARENA_INIT };
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}
