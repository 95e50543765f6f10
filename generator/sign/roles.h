/* sign/roles.h: the TUF roles of a tree, made and signed.
 *
 * Roles      targets lists the indexes and delegates o/ to `objects`, which lists every content-addressed object;
 *            above 400 entries to 16 bins objects-0 … objects-f by the first hex digit of the hash, then to 256. The
 *            number of bins never falls, and a role that once was keeps its last file and its entry in the snapshot
 *            (but where the keys of the snapshot were replaced: then nobody vouches for it, and devices forget it
 *            too).
 * Keys       all keys at hand that the root names for a role sign; the threshold is the root's. Objects are signed by
 *            the keys of targets, with their threshold, or by those that the section [objects] of the settings names.
 * Versions   continue from the previous metadata: 1 + the `highest` of the role's part (the rule is in
 *            emit/previous.h). A role that says what it said before keeps its bytes, unless less than the settings'
 *            `resign` is left or its signatures no longer satisfy the root: so a build that changes nothing leaves
 *            every byte of metadata as it was.
 * Lifetimes  `expires` of the settings; nothing is made that has less than `minimum` left.
 * Errors     keys of a role none of which the root names, signatures that nobody here can make: environment (exit 3).
 *            Signatures that are waited for in the pending folder, an expiry that is too near: located errors (exit
 *            1). */
#ifndef SIGN_ROLES_H
#define SIGN_ROLES_H

#include "format/buildinfo.h"
#include "format/tuf.h"
#include "sign/keys.h"
#include "sign/pending.h"
#include "sign/roots.h"

#define ROLES_OBJECTS_MAX 400 /* entries of one role before it is cut into bins */

struct roles_input {
	struct slice app;
	int64_t now;
	const struct tuf_file *root;      /* newest of the chain */
	const char *roots_dir;            /* for messages */
	const struct keyset *keys;        /* targets, objects, snapshot, timestamp */
	const struct tuf_target *indexes; /* direct targets, sorted by path, at most 16 */
	size_t nindexes;
	const struct tuf_target *objects; /* "o/<h16>/<name>", sorted by path */
	size_t nobjects;
	const struct tuf_parts *previous; /* NULL: none */
	struct pending *pending;          /* where files may wait for signatures; NULL: nowhere */
};

/* The new metadata, in `a`; every part with bytes is a file (metadata/[version.]role.json). May borrow from `previous`
 * and `pending`. */
int roles_make(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
	       struct diags *d) MUST_CHECK;

/* The previous metadata with a new timestamp and, with `snapshot`, a new snapshot that lists what the previous one did: only the
 * keys of these are needed. */
int roles_refresh(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
		  bool snapshot, struct diags *d) MUST_CHECK;

/* The settings that a part's role is under. */
enum key_role roles_key_role(const struct tuf_part *part);

/* A build would leave the file of `part` as it is, if it says the same; `targets` delegates to it, where it lists objects. */
bool roles_stands(const struct tuf_part *part, const struct tuf_file *root, const struct tuf_file *targets,
		  const struct settings *settings, int64_t now);

/* The roles that list objects are signed by keys that a build would give them now: not only by some that their old delegation
 * names and that were replaced since. */
bool roles_objects_vouched(struct arena *a, const struct tuf_parts *parts, const struct tuf_file *root,
			   const struct keyset *keys);

/* build.json signed as timestamp is; `previous` (may be empty) is kept where it says the same. */
int roles_buildinfo(struct strbuf *out, struct arena *a, const struct buildinfo *b, struct slice previous,
		    const struct keyset *keys, const struct tuf_file *root, struct diags *d) MUST_CHECK;

#endif
