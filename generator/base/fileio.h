/* base/fileio.h: files, carefully.
 *
 * Reading    whole regular files only, size checked against a limit before memory is taken; or mapped read-only.
 * Writing    into fresh names only; every write, fsync, close and rename is checked. Modes are explicit: the umask never
 *            changes what is written.
 * Errors     -1 and one error in `d` that names the path: of the environment, with the system's reason, where a call failed;
 *            a plain one where the file itself is not what was asked for (too large, no regular file). */
#ifndef BASE_FILEIO_H
#define BASE_FILEIO_H

#include <sys/types.h>

#include "base/diag.h"
#include "base/slice.h"
#include "base/strbuf.h"

void file_close_at(int *fd); /* for CLEANUP; -1: none */

int file_read(struct strbuf *out, const char *path, uint64_t limit, struct diags *d) MUST_CHECK;
int file_read_fd(struct strbuf *out, int fd, const char *name, uint64_t limit, struct diags *d) MUST_CHECK;
/* 0 read, 1 there is no such file (nothing recorded), -1 error. */
int file_read_optional(struct strbuf *out, const char *path, uint64_t limit, struct diags *d) MUST_CHECK;

/* A file mapped read-only; data is valid until file_unmap(). An empty file maps to an empty slice. */
struct file_map {
	struct slice data;
	void *base; /* NULL when nothing is mapped */
};
int file_map(struct file_map *out, const char *path, struct diags *d) MUST_CHECK;
int file_map_fd(struct file_map *out, int fd, const char *name, struct diags *d) MUST_CHECK;
void file_unmap(struct file_map *m);

/* All of `data`, where the descriptor stands. */
int file_write_fd(int fd, struct slice data, const char *name, struct diags *d) MUST_CHECK;
/* Creates `path` (which must not exist) with `mode`, writes, syncs to disk and closes. */
int file_create(const char *path, struct slice data, mode_t mode, struct diags *d) MUST_CHECK;
/* Writes `path`.tmp beside it and renames it over `path`: readers see the old or the new bytes. */
int file_replace(const char *path, struct slice data, mode_t mode, struct diags *d) MUST_CHECK;
int file_mkdirs(const char *path, mode_t mode, struct diags *d) MUST_CHECK; /* like mkdir -p */
int file_remove_tree(const char *path,
		     struct diags *d) MUST_CHECK; /* like rm -rf; never follows symlinks; absent is fine */
int file_lock(int fd, bool shared, const char *name, struct diags *d) MUST_CHECK; /* flock(2): waits; closing lets go */
bool file_exists(const char *path); /* anything of that name, a dangling symlink too */
int file_sync_dir(const char *path, struct diags *d) MUST_CHECK;

/* Every regular file below `root`, as paths relative to it, sorted by bytes. A symlink or special file is
 * a located error of the tree, not of the environment. */
struct file_list {
	struct arena mem;
	struct slice *path;
	uint64_t *size;
	size_t n;
};
int file_walk(struct file_list *out, const char *root, struct diags *d) MUST_CHECK;
void file_list_release(struct file_list *l);

#endif
