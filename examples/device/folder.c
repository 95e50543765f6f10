#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 16384

static bool say(struct folder *f, const char *name, const char *what)
{
	snprintf(f->why, sizeof(f->why), "%s: %s", name, what);
	return false;
}

/* Keeps errno. */
static bool fail(struct folder *f, const char *name)
{
	int reason = errno;

	(void)say(f, name, strerror(reason));
	errno = reason;
	return false;
}

/* The library gives good names only; this is the place where a bad one would do harm. */
static bool is_name(struct folder *f, const char *name)
{
	size_t n = strlen(name);

	if (n > 0 && n < MDR_NAME && name[0] != '.' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n)
		return true;
	return say(f, name, "is no name");
}

/* -1: see `why`, and errno. */
static int open_file(struct folder *f, const char *name, int flags)
{
	int fd = openat(f->fd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		(void)fail(f, name);
	return fd;
}

/* Whole, at `offset`. */
static bool write_all(int fd, const char *bytes, size_t n, uint64_t offset)
{
	while (n > 0) {
		ssize_t put = pwrite(fd, bytes, n, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		n -= (size_t)put;
		offset += (uint64_t)put;
	}
	return true;
}

/* What is written is there after a crash. Closes the file. */
static bool settle(int fd)
{
	bool ok = fsync(fd) == 0;

	return close(fd) == 0 && ok;
}

static bool rename_file(struct folder *f, const char *from, const char *to)
{
	return renameat(f->fd, from, f->fd, to) == 0 && fsync(f->fd) == 0;
}

/* --- blobs -------------------------------------------------------------------------------------------------------------------- */

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	struct folder *f = ctx;
	char block[BLOCK];
	ssize_t got = 0;
	int fd;

	if (!is_name(f, name))
		return MDR_FAILED;
	fd = open_file(f, name, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT ? MDR_ABSENT : MDR_FAILED;
	do {
		got = read(fd, block, sizeof(block));
		if (got < 0 && errno != EINTR)
			break;
	} while (got && (got < 0 || mdr_sink_add(sink, block, (size_t)got)));
	if (got < 0)
		(void)fail(f, name);
	close(fd);
	return got < 0 ? MDR_FAILED : MDR_FETCHED;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct folder *f = ctx;
	char beside[MDR_NAME + 1];
	bool ok;
	int fd;

	if (!is_name(f, name))
		return false;
	snprintf(beside, sizeof(beside), "_%s", name);
	fd = open_file(f, beside, O_WRONLY | O_CREAT | O_TRUNC);
	if (fd < 0)
		return false;
	ok = write_all(fd, bytes, n, 0);
	ok = settle(fd) && ok && rename_file(f, beside, name);
	if (!ok) {
		(void)fail(f, name);
		(void)unlinkat(f->fd, beside, 0); /* a full disk shall not stay so because of us */
	}
	return ok;
}

static bool remove_file(void *ctx, const char *name)
{
	struct folder *f = ctx;

	if (!is_name(f, name))
		return false;
	if (unlinkat(f->fd, name, 0) != 0)
		return errno == ENOENT || fail(f, name);
	return fsync(f->fd) == 0 || fail(f, name);
}

/* --- files -------------------------------------------------------------------------------------------------------------------- */

static enum mdr_fetched size_of(void *ctx, const char *name, uint64_t *bytes)
{
	struct folder *f = ctx;
	struct stat st;

	if (!is_name(f, name))
		return MDR_FAILED;
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		(void)fail(f, name);
		return errno == ENOENT ? MDR_ABSENT : MDR_FAILED;
	}
	*bytes = (uint64_t)st.st_size;
	return MDR_FETCHED;
}

static bool read_part(void *ctx, const char *name, uint64_t offset, void *out, size_t n)
{
	struct folder *f = ctx;
	char *at = out;
	ssize_t got = 1;
	int fd;

	if (!is_name(f, name))
		return false;
	fd = open_file(f, name, O_RDONLY);
	if (fd < 0)
		return false;
	while (n > 0 && got) {
		got = pread(fd, at, n, (off_t)offset);
		if (got < 0 && errno != EINTR)
			break;
		if (got < 0)
			continue;
		at += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	if (n)
		(void)(got < 0 ? fail(f, name) : say(f, name, "is shorter"));
	close(fd);
	return n == 0;
}

static bool write_part(void *ctx, const char *name, uint64_t offset, const void *bytes, size_t n)
{
	struct folder *f = ctx;
	bool ok;
	int fd;

	if (!is_name(f, name))
		return false;
	fd = open_file(f, name, O_WRONLY | O_CREAT);
	if (fd < 0)
		return false;
	ok = ftruncate(fd, (off_t)offset) == 0 && write_all(fd, bytes, n, offset);
	if (!ok)
		(void)fail(f, name);
	close(fd);
	return ok;
}

static bool commit(void *ctx, const char *from, const char *to)
{
	struct folder *f = ctx;
	int fd;

	if (!is_name(f, from) || !is_name(f, to))
		return false;
	fd = open_file(f, from, O_RDONLY);
	return fd >= 0 && ((settle(fd) && rename_file(f, from, to)) || fail(f, to));
}

/* --- open, close -------------------------------------------------------------------------------------------------------------- */

/* A folder's names are there after a crash. */
static bool settle_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && settle(fd);
}

/* The folder and those above it. */
static bool make_folders(const char *path)
{
	char part[4096], above[4096];
	size_t n = strlen(path);

	if (n >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(above, *path == '/' ? "/" : ".", 2);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0700) == 0) {
			if (!settle_folder(above))
				return false;
		} else if (errno != EEXIST) {
			return false;
		}
		memcpy(above, part, i + 1);
	}
	return true;
}

bool folder_open(struct folder *f, const char *path)
{
	f->fd = -1;
	if (!make_folders(path))
		return fail(f, path);
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return fail(f, path);
	if (flock(f->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	return errno == EWOULDBLOCK ? say(f, path, "is in use by another process") : fail(f, path);
}

void folder_close(struct folder *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

struct mdr_storage folder_storage(struct folder *f)
{
	return (struct mdr_storage){ .ctx = f,
				     .load = load,
				     .store = store,
				     .remove = remove_file,
				     .size = size_of,
				     .read = read_part,
				     .write = write_part,
				     .commit = commit };
}
