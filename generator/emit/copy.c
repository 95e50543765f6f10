#include "emit/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"

#define CHUNK ((size_t)128 << 10)

static void md_ctx_free_at(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static int fail(struct diags *d, const char *path, const char *what)
{
	return diag_environment(d, path, "cannot %s: %s", what, strerror(errno));
}

static int open_source(const char *path, struct diags *d)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		fail(d, path, "open");
	} else if (!S_ISREG(st.st_mode)) {
		diag_error(d, SRCPOS_FILE(path), "is not a regular file");
	} else {
		return fd;
	}
	file_close_at(&fd);
	return -1;
}

static int open_new(const char *path, struct diags *d)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 || fchmod(fd, 0644)) {
		fail(d, path, "create");
		file_close_at(&fd);
		return -1;
	}
	return fd;
}

/* Some file systems tell of a failed write only here. */
static int close_new(int *fd, const char *path, struct diags *d)
{
	int closed = *fd < 0 ? 0 : close(*fd);

	*fd = -1;
	return closed ? fail(d, path, "write") : 0;
}

/* Hashes what `in` holds, from where it stands; writes it to `fd` unless that is -1. */
static int hash_file(struct file_sum *out, int in, const char *from, int fd, const char *to, struct diags *d)
{
	CLEANUP(md_ctx_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t chunk[CHUNK];
	ssize_t got;

	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		return diag_environment(d, from, "cannot hash");
	out->length = 0;
	while ((got = read(in, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(d, from, "read");
		if (EVP_DigestUpdate(ctx, chunk, (size_t)got) != 1)
			return diag_environment(d, from, "cannot hash");
		if (fd >= 0 && file_write_fd(fd, slice_bytes(chunk, (size_t)got), to, d))
			return -1;
		out->length += (uint64_t)got;
	}
	return EVP_DigestFinal_ex(ctx, out->hash, NULL) == 1 ? 0 : diag_environment(d, from, "cannot hash");
}

/* fd -1: nothing is written. */
static int copy_open(struct file_sum *out, const char *from, int fd, const char *to, struct diags *d)
{
	CLEANUP(file_close_at) int in = open_source(from, d);
	bool shared;

	if (in < 0)
		return -1;
	shared = fd >= 0 && !ioctl(fd, FICLONE, in); /* what is hashed is then the copy: nobody else can change it */
	return shared ? hash_file(out, fd, to, -1, NULL, d) : hash_file(out, in, from, fd, to, d);
}

int copy_into(struct file_sum *out, const char *from, int fd, const char *to, struct diags *d)
{
	struct file_sum sum;

	if (copy_open(&sum, from, fd, to, d))
		return -1;
	*out = sum;
	return 0;
}

int copy_file(struct file_sum *out, const char *from, const char *to, struct diags *d)
{
	CLEANUP(file_close_at) int fd = -1;
	struct file_sum sum;

	if ((to && (fd = open_new(to, d)) < 0) || copy_open(&sum, from, fd, to, d) || (to && close_new(&fd, to, d)))
		return -1;
	*out = sum;
	return 0;
}

int copy_bytes(const char *to, struct slice data, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open_new(to, d);

	return fd < 0 || file_write_fd(fd, data, to, d) ? -1 : close_new(&fd, to, d);
}
