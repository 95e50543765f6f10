/* publish/dir_parts.h: what the parts of publish/dir.h share. */
#ifndef PUBLISH_DIR_PARTS_H
#define PUBLISH_DIR_PARTS_H

#include "base/fileio.h"
#include "publish/dir.h"

#define DIR_LOCK        DIR_OWN_PREFIX "lock"
#define DIR_TEMP_DIGITS 16
#define DIR_TEMP        (sizeof(DIR_OWN_PREFIX) + DIR_TEMP_DIGITS) /* with the NUL */
#define DIR_DEPTH_MAX   64   /* folders in folders: each costs an open file and a stack frame */
#define DIR_TEMP_AGE    3600 /* seconds after which an unfinished file that nobody has open is removed */

struct dir_temp {
	const char *folder, *name; /* "DEMO01-default/h5/", ".mdstatic-publish.…" */
};

struct dir {
	struct dest dest; /* first: a struct dest is one of these */
	struct arena mem;
	const char *root; /* path of DEST */
	struct digests *dg;
	struct dest_put **puts; /* queued */
	struct dest_get **gets;
	size_t nputs, puts_cap, ngets, gets_cap;
	struct dir_temp *temps; /* unfinished files that list() found */
	size_t ntemps, temps_cap;
	struct strbuf path; /* scratch, of dir_path() */
};

/* "<url>/<key>", until the next call; and an environment error about it, with what the system says. */
const char *dir_path(struct dir *t, const char *key);
int dir_fail(struct dir *t, const char *key, const char *what, struct diags *d);

/* Opens the folder that `key` lies in, *name is the rest of the key then ("" where it ends with a slash). With `make` folders that
 * are not there are made. 0, 1 there is no such folder, -1 error. */
int dir_parent(int *out, const char **name, struct dir *t, const char *key, bool make, struct diags *d) MUST_CHECK;
/* Opens the file `name` there for reading. 0, 1 there is none, -1 error: a symlink, a folder. */
int dir_file(int *out, struct dir *t, int parent, const char *name, const char *key, struct diags *d) MUST_CHECK;
/* The ETag of its bytes, and maybe their SHA-256 (may be NULL) and number. */
int dir_digest(char etag[MD5_HEX], uint8_t *sha256, uint64_t *length, struct dir *t, int fd, const char *key,
	       struct diags *d) MUST_CHECK;

bool dir_is_own(const char *name);  /* begins with DIR_OWN_PREFIX */
bool dir_is_temp(const char *name); /* of an unfinished file */
/* The lock on DEST, which is there: waits for it. The caller closes. */
int dir_lock(int *out, struct dir *t, struct diags *d) MUST_CHECK;

/* At most DIR_BATCH of them, which are synced together. Sets the outcomes; -1: an error of the environment, after which what is left
 * was not tried. */
#define DIR_BATCH 64 /* each has two open files */
int dir_put(struct dir *t, struct dest_put *const *v, size_t n, struct diags *d) MUST_CHECK;
int dir_list(struct dest *t, struct dest_listing *out, const char *const *prefixes, size_t n,
	     struct diags *d) MUST_CHECK;
int dir_folders(struct dest *t, struct dest_listing *out, struct diags *d) MUST_CHECK;
int dir_remove(struct dest *t, const char *const *keys, size_t n, struct diags *d) MUST_CHECK;

#endif
