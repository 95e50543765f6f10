/* emit/copy.h: files streamed: hashed, written, or both at once.
 *
 * Sharing    where the file system can (btrfs, XFS), a copy shares its blocks with the original until one of them is written to.
 * Modes      a new file is 0644, whatever the umask. It is not synced here: the tree is, as a whole.
 * Safety     reading never follows a symlink and takes regular files only.
 * Errors     -1 and an environment error that names the file. */
#ifndef EMIT_COPY_H
#define EMIT_COPY_H

#include "base/diag.h"
#include "base/digest.h"

struct file_sum {
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
};

/* Reads `from` to its end; `to` (which must not exist) gets its bytes, NULL: none are written. */
int copy_file(struct file_sum *out, const char *from, const char *to, struct diags *d) MUST_CHECK;
/* The same into a new file that is open for reading and writing. */
int copy_into(struct file_sum *out, const char *from, int fd, const char *to, struct diags *d) MUST_CHECK;
/* Creates `to` with `data`. */
int copy_bytes(const char *to, struct slice data, struct diags *d) MUST_CHECK;

#endif
