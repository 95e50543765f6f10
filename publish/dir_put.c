/* Putting a file into a folder: whole, under a condition. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emit/copy.h"
#include "publish/dir_parts.h"

#define TRIES 16 /* where a folder or a file goes just when it was found: pruning does that, and never for long */

struct putting {
	struct dir *t;
	struct dest_put *p;
	struct diags *d;
	int parent, fd; /* the folder, the unfinished file */
	const char *name;
	char temp[DIR_TEMP]; /* its name; "" once it has another one */
	bool filled;         /* and waits for its place */
};

/* --- the unfinished file --------------------------------------------------------------------------------------------------- */

/* 0, 1 the folder was removed meanwhile, -1 error. */
static int create(struct putting *x)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return dir_fail(x->t, x->p->key, "draw a random number", x->d);
	snprintf(x->temp, sizeof(x->temp), DIR_OWN_PREFIX "%016" PRIx64, number);
	x->fd = openat(x->parent, x->temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (x->fd < 0)
		return errno == ENOENT ? 1 : dir_fail(x->t, x->p->key, "create", x->d);
	/* For dir.c:remove_temp(). A file system without locks has none there either. */
	(void)flock(x->fd, LOCK_EX | LOCK_NB);
	return 0;
}

static int open_temp(struct putting *x)
{
	int result = 1;

	for (int i = 0; i < TRIES && result > 0; i++) {
		file_close_at(&x->parent);
		x->parent = -1;
		result = dir_parent(&x->parent, &x->name, x->t, x->p->key, true, x->d);
		if (!result)
			result = create(x);
	}
	return result > 0 ? diag_environment(x->d, dir_path(x->t, x->p->key), "its folder vanishes all the time")
			  : result;
}

static int write_body(struct file_sum *out, struct putting *x)
{
	out->length = x->p->body.n;
	if (digest_sha256(x->t->dg, out->hash, x->p->body))
		return diag_environment(x->d, dir_path(x->t, x->p->key), "cannot hash");
	return file_write_fd(x->fd, x->p->body, dir_path(x->t, x->p->key), x->d);
}

/* 0, 1 the bytes are not what they must be (recorded), -1 error. */
static int fill(struct putting *x)
{
	const struct dest_put *p = x->p;
	struct file_sum sum;

	if (p->file ? copy_into(&sum, p->file, x->fd, dir_path(x->t, p->key), x->d) : write_body(&sum, x))
		return -1;
	if (sum.length != p->length || memcmp(sum.hash, p->sha256, SHA256_SIZE) != 0) {
		diag_error(x->d, SRCPOS_FILE(p->file ? p->file : dir_path(x->t, p->key)),
			   "differs from its %s in the metadata", sum.length != p->length ? "length" : "SHA-256");
		return 1;
	}
	if (fchmod(x->fd, 0644))
		return dir_fail(x->t, p->key, "write", x->d);
	x->t->dest.counts.sent += sum.length;
	return 0;
}

/* --- its name -------------------------------------------------------------------------------------------------------------- */

/* 0, 1 there is something of that name, -1 errno says why not. A link leaves the name of the unfinished file, which is removed. */
static int name_new(struct putting *x)
{
	if (!renameat2(x->parent, x->temp, x->parent, x->name, RENAME_NOREPLACE)) {
		x->temp[0] = '\0';
		return 0;
	}
	if ((errno == EINVAL || errno == ENOSYS) && !linkat(x->parent, x->temp, x->parent, x->name, 0))
		return 0;
	return errno == EEXIST ? 1 : -1;
}

struct found {
	char etag[MD5_HEX];
	bool same; /* as what is to be written */
};

/* What has the name now: 0, 1 nothing, -1 error. */
static int look(struct found *out, struct putting *x)
{
	CLEANUP(file_close_at) int fd = -1;
	const struct dest_put *p = x->p;
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
	int result = dir_file(&fd, x->t, x->parent, x->name, p->key, x->d);

	if (result)
		return result;
	if (dir_digest(out->etag, hash, &length, x->t, fd, p->key, x->d))
		return -1;
	out->same = length == p->length && !memcmp(hash, p->sha256, SHA256_SIZE);
	return 0;
}

static int fail(struct putting *x)
{
	return dir_fail(x->t, x->p->key, "write", x->d);
}

static int put_absent(struct putting *x)
{
	struct found there;

	for (int i = 0; i < TRIES; i++) {
		int result = name_new(x);

		if (result > 0 && !x->p->settle) {
			x->p->outcome = DEST_REFUSED;
			return 0;
		}
		if (result <= 0) {
			x->p->outcome = result ? DEST_FAILED : DEST_DONE;
			return result ? fail(x) : 0;
		}
		result = look(&there, x);
		if (result < 0)
			return -1;
		if (result == 0) {
			x->p->outcome = there.same ? DEST_DONE : DEST_REFUSED;
			return 0;
		}
	}
	return diag_environment(x->d, dir_path(x->t, x->p->key), "comes and goes all the time");
}

static int replace(struct putting *x)
{
	if (renameat(x->parent, x->temp, x->parent, x->name))
		return fail(x);
	x->temp[0] = '\0';
	x->p->outcome = DEST_DONE;
	return 0;
}

/* Everybody who replaces a file has the lock: nobody comes between a comparison and what follows from it. */
static int put_replacing(struct putting *x)
{
	CLEANUP(file_close_at) int lock = -1;
	const struct dest_put *p = x->p;
	struct found there;
	int result;

	if (dir_lock(&lock, x->t, x->d))
		return -1;
	if (p->condition == DEST_ALWAYS)
		return replace(x);
	result = look(&there, x);
	if (result < 0)
		return -1;
	if (result == 0 && !strcasecmp(there.etag, p->version->etag))
		return replace(x);
	x->p->outcome = result == 0 && there.same && p->settle ? DEST_DONE : DEST_REFUSED;
	return 0;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------- */

/* A folder has its own way; a probe that asks for another one is told that there is none. */
static bool supported(const struct dest_put *p)
{
	if (p->condition == DEST_IF_ABSENT)
		return p->claim == CLAIM_UNKNOWN || p->claim == CLAIM_STANDARD;
	return p->condition != DEST_IF_MATCH || p->match == MATCH_UNKNOWN || p->match == MATCH_QUOTED;
}

/* The unfinished file, where there is to be one. */
static int begin(struct putting *x)
{
	int result;

	x->t->dest.counts.puts++;
	if (!supported(x->p)) {
		x->p->outcome = DEST_UNSUPPORTED;
		return 0;
	}
	result = open_temp(x);
	if (!result)
		result = fill(x);
	x->filled = result == 0;
	return result < 0 ? -1 : 0;
}

static int place(struct putting *x)
{
	if (!x->filled)
		return 0;
	/* What must match nothing must be absent. */
	if (x->p->condition == DEST_IF_ABSENT || (x->p->condition == DEST_IF_MATCH && !x->p->version->etag[0]))
		return put_absent(x);
	return put_replacing(x);
}

/* What gets its name is whole whatever ends the machine. One call for all: each fsync would wait for a commit of its own. */
static int sync_all(struct putting *x, size_t n)
{
	struct putting *first = NULL;
	size_t filled = 0;

	for (size_t i = 0; i < n; i++) {
		if (x[i].filled && !filled++)
			first = &x[i];
	}
	return filled && (filled == 1 ? fsync(first->fd) : syncfs(first->fd)) ? fail(first) : 0;
}

static void end(struct putting *x)
{
	if (x->fd >= 0 && x->temp[0])
		unlinkat(x->parent, x->temp, 0);
	file_close_at(&x->fd);
	file_close_at(&x->parent);
}

int dir_put(struct dir *t, struct dest_put *const *v, size_t n, struct diags *d)
{
	struct putting x[DIR_BATCH];
	int begun = 0, placed;

	for (size_t i = 0; i < n; i++) {
		x[i] = (struct putting){ .t = t, .p = v[i], .d = d, .parent = -1, .fd = -1 };
		v[i]->outcome = DEST_FAILED;
	}
	for (size_t i = 0; i < n && !begun; i++)
		begun = begin(&x[i]);
	placed = sync_all(x, n);
	for (size_t i = 0; i < n && !placed; i++)
		placed = place(&x[i]);
	for (size_t i = 0; i < n; i++)
		end(&x[i]);
	return begun || placed ? -1 : 0;
}
