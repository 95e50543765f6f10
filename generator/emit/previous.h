/* emit/previous.h: what the previous build of an app left.
 *
 * Trust      nothing of it is used before its metadata verified against the commit's root chain: signatures, app, hashes.
 *            Expiry does not count here. So whoever can write to a bucket cannot make the next build sign his bytes.
 * Roots      the tree's newest N.root.json must be byte-equal to the chain's N-th.
 * Versions   metadata/ is listed: numbers used by files that are no longer current (a publisher that died) are used up too.
 * Errors     a tree that is there and does not verify: an error (exit 1) that names the file and says what to do.
 * Ownership  everything lives in `mem`; previous_release() frees it. */
#ifndef EMIT_PREVIOUS_H
#define EMIT_PREVIOUS_H

#include "base/diag.h"
#include "format/buildinfo.h"
#include "format/files.h"
#include "format/recipes.h"
#include "format/tuf.h"

struct previous {
	struct arena mem;
	const char *dir; /* <TREE>/<appCode>; NULL: there is no previous tree */
	struct tuf_parts parts;
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

int previous_load(struct previous *out, const char *dir, struct slice app, const struct tuf_chain *chain,
		  struct digests *dg, struct diags *d) MUST_CHECK;
void previous_release(struct previous *p);

#endif
