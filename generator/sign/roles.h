/* sign/roles.h: the TUF roles of a tree, made and signed.
 *
 * Roles      targets lists the indexes and delegates o/ to `objects`, which lists every content-addressed object; above 400
 *            entries to 16 bins objects-0 … objects-f by the first hex digit of the hash, then to 256. The number of bins
 *            never falls, and a role that once was keeps its last file and its entry in the snapshot.
 * Versions   continue from the previous metadata. A role that says what it said before keeps its bytes, unless less than a
 *            third of its lifetime is left or its signatures no longer satisfy the root: so a build that changes nothing
 *            leaves every byte of metadata as it was.
 * Lifetimes  targets and objects 365 days, snapshot 30, timestamp 7.
 * Errors     a role's key that the root does not name for it: environment (exit 3), naming role, key file and root; a bad
 *            chain of roots: a located error (exit 1). */
#ifndef SIGN_ROLES_H
#define SIGN_ROLES_H

#include "format/buildinfo.h"
#include "format/tuf.h"
#include "sign/keys.h"

#define ROLES_OBJECTS_MAX 400 /* entries of one role before it is cut into bins */

/* The commit's root chain: `files` are dir/1.root.json, dir/2.root.json, …; the newest must not be expired at `now`. */
int roots_check(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		const char *dir, int64_t now, struct diags *d) MUST_CHECK;

struct roles_input {
	struct slice app;
	int64_t now;
	const struct tuf_file *root;      /* newest of the chain */
	const char *roots_dir;            /* for messages */
	const struct keyset *keys;        /* targets, snapshot, timestamp */
	const struct tuf_target *indexes; /* direct targets, sorted by path, at most 16 */
	size_t nindexes;
	const struct tuf_target *objects; /* "o/<h16>/<name>", sorted by path */
	size_t nobjects;
	const struct tuf_parts *previous; /* NULL: none */
};

/* The new metadata, in `a`; every part with bytes is a file (metadata/[version.]role.json). May borrow from `previous`. */
int roles_make(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
	       struct diags *d) MUST_CHECK;

/* build.json signed with the timestamp key; `previous` (may be empty) is kept where it says the same. */
int roles_buildinfo(struct strbuf *out, struct arena *a, const struct buildinfo *b, struct slice previous,
		    const struct private_key *timestamp, struct diags *d) MUST_CHECK;

#endif
