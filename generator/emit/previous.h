/* emit/previous.h: what the previous build of an app left, and which version numbers come next.
 *
 * Trust      nothing of it is used before its metadata verified against the commit's root chain: signatures, app,
 *            hashes. Expiry does not count here. So whoever can write to a bucket cannot make the next build sign his
 *            bytes.
 * Roots      the tree's newest N.root.json must be byte-equal to the chain's N-th.
 * Rotation   what is reused (recipes, the list of files, roles that keep their bytes) is signed by keys that the
 *            chain's newest root names; else `unusable` says why not, and those are empty. Of files by keys that were
 *            replaced since only the version numbers count; also where such a file lies about what hangs on it, so
 *            that a build after a theft is not stopped by what the thief left.
 *            The keys of objects may be others, which only the caller knows: he calls previous_forsake() where they were
 *            replaced.
 * Versions   a role's next number is 1 + its `highest`: the highest number that is trusted or that a file name in
 *            metadata/ bears (a publisher that died used it up).
 *            - A role's number is stated by its own file and by the one that refers to it (timestamp → snapshot → all
 *              others).
 *            - Where nobody states it but keys that were replaced, a number above 2^52 is not trusted: a thief drove
 *              it up so that no higher one is left. Devices forget such files with the new root, so the count begins
 *              again above the names.
 *            - A name's number counts up to 2^20 above the trusted one. Whoever writes to a bucket needs no key to
 *              plant a larger one.
 * Errors     a tree that is there and does not verify: an error (exit 1) that names the file.
 * Ownership  everything lives in `mem`; previous_release() frees it. */
#ifndef EMIT_PREVIOUS_H
#define EMIT_PREVIOUS_H

#include "base/diag.h"
#include "format/buildinfo.h"
#include "format/files.h"
#include "format/recipes.h"
#include "format/tuf.h"

#define VERSION_CONTINUED_MAX (UINT64_C(1) << 52)
#define VERSION_LEAP_MAX      (UINT64_C(1) << 20)

struct previous {
	struct arena mem;
	const char *dir; /* <TREE>/<appCode>; NULL: there is no previous tree */
	struct slice app;
	const char *unusable;          /* why nothing of it is reused; NULL: it is */
	bool replaced[TUF_TYPE_COUNT]; /* timestamp, snapshot, targets: only keys that were replaced since signed it */
	struct tuf_parts parts;        /* `file` NULL: nobody vouches for it any more, or nothing delegates to it */
	struct tuf_target *indexes, *objects; /* listed; sorted by path */
	size_t nindexes, nobjects;
	struct recipes recipes; /* empty where the file is not at hand; the same of files */
	struct files files;
	struct buildinfo build;
	struct slice build_bytes;       /* build.json; empty: none */
	uint8_t timestamp[SHA256_SIZE]; /* SHA-256 of timestamp.json */
};

#define PREVIOUS_INIT                                                                                                  \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* `app`: what the metadata must say; empty: whatever timestamp.json says. */
int previous_load(struct previous *out, const char *dir, struct slice app, const struct tuf_chain *chain,
		  struct digests *dg, struct diags *d) MUST_CHECK;
/* Nothing of it is reused, as if its targets were by replaced keys; the version numbers still count. */
void previous_forsake(struct previous *p, const char *why);
void previous_release(struct previous *p);

#endif
