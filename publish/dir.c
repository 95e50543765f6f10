#include "publish/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "publish/dir_parts.h"
#include "publish/fileurl.h"

/* --- paths ---------------------------------------------------------------------------------------------------------------- */

const char *dir_path(struct dir *t, const char *key)
{
	strbuf_reset(&t->path);
	strbuf_adds(&t->path, t->dest.name);
	while (t->path.n && t->path.p[t->path.n - 1] == '/')
		strbuf_truncate(&t->path, t->path.n - 1);
	strbuf_addf(&t->path, "/%s", key);
	return t->path.failed ? t->dest.name : t->path.p;
}

int dir_fail(struct dir *t, const char *key, const char *what, struct diags *d)
{
	int reason = errno;

	return diag_environment(d, dir_path(t, key), "cannot %s: %s", what, strerror(reason));
}

static int open_root(int *out, struct dir *t, bool make, struct diags *d)
{
	if (make && file_mkdirs(t->root, 0755, d))
		return -1;
	*out = open(t->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*out >= 0)
		return 0;
	return errno == ENOENT && !make ? 1 : dir_fail(t, "", "open the folder", d);
}

/* A folder whose parent has it from its group keeps that bit. */
static int set_mode(int folder)
{
	struct stat st;

	if (fstat(folder, &st))
		return -1;
	return (st.st_mode & 0777) == 0755 ? 0 : fchmod(folder, (st.st_mode & S_ISGID) | 0755);
}

/* Opens the folder `name`; with `make` makes it where it is absent. -1: errno says why not. */
static int enter(int at, const char *name, bool make)
{
	static const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int next = openat(at, name, O_PATH | flags);

	if (next >= 0 || errno != ENOENT || !make)
		return next;
	if (mkdirat(at, name, 0755))
		return errno == EEXIST ? openat(at, name, O_PATH | flags) : -1;
	next = openat(at, name, O_RDONLY | flags);
	if (next >= 0 && set_mode(next)) {
		close(next);
		return -1;
	}
	return next;
}

/* Why the folder `name` could not be opened: 1 there is none, -1 error. */
static int no_folder(struct dir *t, int at, const char *name, const char *key, bool make, struct diags *d)
{
	struct stat st;
	int reason = errno;

	if (reason == ENOENT)
		return 1;
	if (reason == ENOTDIR && !fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (S_ISLNK(st.st_mode))
			return diag_environment(d, dir_path(t, key),
						"is a symlink; below a destination none is followed");
		return make ? diag_environment(d, dir_path(t, key), "is no folder, and must be one") : 1;
	}
	errno = reason;
	return dir_fail(t, key, make ? "make the folder" : "open the folder", d);
}

bool dir_is_own(const char *name)
{
	return !strncmp(name, DIR_OWN_PREFIX, strlen(DIR_OWN_PREFIX));
}

bool dir_is_temp(const char *name)
{
	uint8_t number[DIR_TEMP_DIGITS / 2];

	return dir_is_own(name) && text_hex(number, sizeof(number), slice_of(name + strlen(DIR_OWN_PREFIX)));
}

static bool is_reserved(const char *part)
{
	return !strcmp(part, ".") || !strcmp(part, "..") || dir_is_own(part);
}

int dir_parent(int *out, const char **name, struct dir *t, const char *key, bool make, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf head = STRBUF_INIT;
	CLEANUP(file_close_at) int at = -1;
	const char *part = key;
	int result = open_root(&at, t, make, d);

	*name = key;
	for (const char *slash; !result && (slash = strchr(part, '/')); part = slash + 1) {
		size_t start = head.n;
		int next;

		strbuf_add(&head, part, (size_t)(slash - part));
		if (head.failed)
			return diag_environment(d, dir_path(t, key), "out of memory");
		if (slash == part || is_reserved(head.p + start))
			return diag_environment(d, dir_path(t, key), "is no name for a file here");
		next = enter(at, head.p + start, make);
		if (next < 0)
			return no_folder(t, at, head.p + start, head.p, make, d);
		close(at);
		at = next;
		strbuf_addch(&head, '/');
	}
	if (!result && is_reserved(part))
		return diag_environment(d, dir_path(t, key), "is no name for a file here");
	if (result)
		return result;
	*name = part;
	*out = at;
	at = -1;
	return 0;
}

int dir_file(int *out, struct dir *t, int parent, const char *name, const char *key, struct diags *d)
{
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return diag_environment(d, dir_path(t, key), "is a symlink; below a destination none is followed");
	if (fd < 0)
		return errno == ENOENT ? 1 : dir_fail(t, key, "open", d);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return diag_environment(d, dir_path(t, key), "is no regular file, and must be one");
	}
	*out = fd;
	return 0;
}

int dir_digest(char etag[MD5_HEX], uint8_t *sha256, uint64_t *length, struct dir *t, int fd, const char *key,
	       struct diags *d)
{
	struct file_map map = { 0 };
	uint8_t md5[MD5_SIZE];
	int bad;

	if (file_map_fd(&map, fd, dir_path(t, key), d))
		return -1;
	bad = sha256 ? digest_both(t->dg, sha256, md5, map.data) : digest_md5(t->dg, md5, map.data);
	if (length)
		*length = map.data.n;
	file_unmap(&map);
	if (bad)
		return diag_environment(d, dir_path(t, key), "cannot hash");
	digest_hex(etag, md5, MD5_SIZE);
	return 0;
}

/* --- reading -------------------------------------------------------------------------------------------------------------- */

static int read_found(struct dir *t, struct dest_get *g, int fd, struct diags *d)
{
	uint8_t md5[MD5_SIZE];
	struct stat st;
	size_t before = g->body.n;

	if (fstat(fd, &st))
		return dir_fail(t, g->key, "read", d);
	if ((uint64_t)st.st_size > g->limit)
		return diag_environment(d, dir_path(t, g->key), "is larger than %" PRIu64 " bytes, which is the limit",
					g->limit);
	if (file_read_fd(&g->body, fd, dir_path(t, g->key), g->limit, d))
		return -1;
	if (digest_md5(t->dg, md5, slice_from(strbuf_slice(&g->body), before)))
		return diag_environment(d, dir_path(t, g->key), "cannot hash");
	g->version = (struct dest_version){ .etag = "" };
	digest_hex(g->version.etag, md5, MD5_SIZE);
	g->modified = st.st_mtime;
	return 0;
}

static int get(struct dir *t, struct dest_get *g, struct diags *d)
{
	CLEANUP(file_close_at) int parent = -1;
	CLEANUP(file_close_at) int fd = -1;
	const char *name;
	int result = dir_parent(&parent, &name, t, g->key, false, d);

	t->dest.counts.gets++;
	if (!result)
		result = dir_file(&fd, t, parent, name, g->key, d);
	if (!result)
		result = read_found(t, g, fd, d);
	g->outcome = result < 0 ? GET_FAILED : result > 0 ? GET_ABSENT : GET_FOUND;
	return result < 0 ? -1 : 0;
}

/* --- unfinished files of publishers that were killed ------------------------------------------------------------------------- */

/* Whoever writes one has it locked: where the lock is free, its publisher is no more. The age is for the moment between making
 * and locking it. */
static void remove_temp(struct dir *t, const struct dir_temp *temp)
{
	struct diags ignored = DIAGS_INIT; /* a file that cannot be removed is in nobody's way */
	CLEANUP(file_close_at) int parent = -1;
	CLEANUP(file_close_at) int fd = -1;
	const char *rest;
	struct stat st;

	if (!dir_parent(&parent, &rest, t, temp->folder, false, &ignored))
		fd = openat(parent, temp->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_mtime < time(NULL) - DIR_TEMP_AGE)
		unlinkat(parent, temp->name, 0);
	diags_release(&ignored);
}

static int remove_temps(struct dir *t, struct diags *d)
{
	CLEANUP(file_close_at) int lock = -1;

	if (t->ntemps && dir_lock(&lock, t, d))
		return -1;
	for (size_t i = 0; i < t->ntemps; i++)
		remove_temp(t, &t->temps[i]);
	t->ntemps = 0;
	return 0;
}

int dir_lock(int *out, struct dir *t, struct diags *d)
{
	CLEANUP(file_close_at) int root = -1;
	int fd;

	if (open_root(&root, t, true, d))
		return -1;
	fd = openat(root, DIR_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EACCES) /* it belongs to another user who publishes here */
		fd = openat(root, DIR_LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return dir_fail(t, DIR_LOCK, "open", d);
	if (file_lock(fd, false, dir_path(t, DIR_LOCK), d)) {
		close(fd);
		return -1;
	}
	*out = fd;
	return 0;
}

/* --- running -------------------------------------------------------------------------------------------------------------- */

static void queue_put(struct dest *dest, struct dest_put *p)
{
	struct dir *t = (struct dir *)dest;

	p->outcome = DEST_PENDING;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	ARENA_PUSH(&t->mem, t->puts, t->nputs, t->puts_cap, p);
}

static void queue_get(struct dest *dest, struct dest_get *g)
{
	struct dir *t = (struct dir *)dest;

	g->outcome = GET_PENDING;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	ARENA_PUSH(&t->mem, t->gets, t->ngets, t->gets_cap, g);
}

static void tell(const struct dir *t, uint64_t done)
{
	if (t->dest.progress)
		t->dest.progress(t->dest.progress_ctx, &t->dest, done, t->ngets + t->nputs, t->dest.counts.sent);
}

/* The new names are lasting, too, then: one call for all of them. */
static int sync_names(struct dir *t, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open(t->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || syncfs(fd) ? dir_fail(t, "", "sync", d) : 0;
}

/* An error of the environment would be the same for the next files: the rest fails without being tried. */
static int run_puts(struct dir *t, struct diags *d)
{
	bool failed = false, wrote = false, stop = t->nputs && remove_temps(t, d);

	for (size_t i = 0; i < t->nputs; i++) {
		struct dest_put *p = t->puts[i];
		size_t left = t->nputs - i;

		if (i % DIR_BATCH == 0 && !stop)
			stop = dir_put(t, t->puts + i, left < DIR_BATCH ? left : DIR_BATCH, d) != 0;
		if (p->outcome == DEST_PENDING)
			p->outcome = DEST_FAILED;
		failed = failed || p->outcome == DEST_FAILED;
		wrote = wrote || p->outcome == DEST_DONE;
		tell(t, t->ngets + i + 1);
	}
	if (wrote && sync_names(t, d))
		failed = true;
	return failed ? -1 : 0;
}

static int run_gets(struct dir *t, struct diags *d)
{
	bool stop = false;

	for (size_t i = 0; i < t->ngets; i++) {
		t->gets[i]->outcome = GET_FAILED;
		stop = stop || get(t, t->gets[i], d);
		tell(t, i + 1);
	}
	return stop ? -1 : 0;
}

static int run(struct dest *const *v, size_t n, struct diags *d)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		struct dir *t = (struct dir *)v[i];

		if (run_gets(t, d))
			result = -1;
		if (run_puts(t, d))
			result = -1;
		t->ngets = t->nputs = 0;
	}
	return result;
}

/* --- opening -------------------------------------------------------------------------------------------------------------- */

static void close_dir(struct dest *dest)
{
	struct dir *t = (struct dir *)dest;

	digests_free(t->dg);
	strbuf_release(&t->path);
	arena_release(&t->mem);
	free(t);
}

static const struct dest_ops dir_ops = {
	.list = dir_list,
	.folders = dir_folders,
	.queue_put = queue_put,
	.queue_get = queue_get,
	.run = run,
	.remove = dir_remove,
	.close = close_dir,
};

static int check_root(const struct dir *t, struct diags *d)
{
	struct stat st;

	if (stat(t->root, &st))
		return errno == ENOENT ? 0 : diag_environment(d, t->dest.name, "cannot open: %s", strerror(errno));
	return S_ISDIR(st.st_mode) ? 0 : diag_environment(d, t->dest.name, "is no folder");
}

int dir_open(struct dest **out, const char *url, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf root = STRBUF_INIT;
	const char *fault = fileurl_path(&root, slice_of(url));
	struct dir *t = calloc(1, sizeof(*t));

	if (!t || root.failed || digests_new(&t->dg)) {
		free(t);
		return diag_environment(d, url, "cannot open: out of memory");
	}
	t->root = arena_str(&t->mem, strbuf_slice(&root));
	t->dest = (struct dest){ .ops = &dir_ops,
				 .name = arena_str(&t->mem, slice_of(url)),
				 .claim = CLAIM_STANDARD,
				 .match = MATCH_QUOTED };
	if (fault ? diag_error(d, SRCPOS_NONE, "the destination %s", fault) : check_root(t, d)) {
		close_dir(&t->dest);
		return -1;
	}
	*out = &t->dest;
	return 0;
}
