/* sign/draft.h: a metadata file that several people sign, one after the other, each where their key is.
 *
 * Files      a root in the making, <dir>/N.root.json beside (N-1).root.json (a pull request to which each signer adds a commit); or a file that a
 *            build left in its --signatures folder: <dir>/N.targets.json, <dir>/N.objects….json beside <dir>/root.json and, for objects, beside
 *            the newest N.targets.json there. Unlike published metadata a draft may have no signature yet.
 * Wanted     the keys that may sign: for a root those of the role root in the root before it and in itself, each with its threshold; for targets
 *            those that root.json names; for objects those of the delegation.
 * Safety     a signature that is not by a wanted key, or does not hold, is refused and nothing is written: what is open counts. What stands beside
 *            the file is believed as far as it says who signs; that it is the right one is for the chain of roots to say (sign/roots.h). Files are
 *            replaced in one step; the signatures are kept in the order of their key ids.
 * Ownership  a draft owns its arena; what is looked up in it dies with it.
 * Errors     located errors (exit 1); files and keys: exit 3. */
#ifndef SIGN_DRAFT_H
#define SIGN_DRAFT_H

#include "base/diag.h"
#include "format/tuf.h"
#include "sign/keys.h"

struct draft_want {
	const char *of; /* "version 1", "version 2", "root.json", "7.targets.json": who says so */
	const struct key_table *keys;
	const struct role_keys *role;
	uint32_t have; /* distinct keys of it that signed */
};

struct draft {
	struct arena mem;
	const char *path;
	struct slice role;             /* "root", "targets", "objects-a" */
	struct tuf_file file;          /* payload: what is signed */
	const struct tuf_file *before; /* root: the version before it; NULL: there is none */
	struct draft_want wants[2];
	size_t nwants;
};
#define DRAFT_INIT                                                                                                     \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* Release it also after an error. */
int draft_open(struct draft *out, const char *path, struct digests *dg, struct diags *d) MUST_CHECK;
/* The same for a root whose bytes are at hand: `path` ends in N.root.json; `before` is version N-1, NULL for version 1. */
int draft_open_root(struct draft *out, const char *path, struct slice bytes, const struct tuf_file *before,
		    struct digests *dg, struct diags *d) MUST_CHECK;
void draft_release(struct draft *f);

bool draft_complete(const struct draft *f); /* every want has its threshold */
/* A key that may sign; NULL: it may not. */
const struct pubkey *draft_key(const struct draft *f, const uint8_t keyid[SHA256_SIZE]);
bool draft_signed_by(const struct draft *f, const uint8_t keyid[SHA256_SIZE]);

/* Adds or replaces the signature of a wanted key; writes nothing yet. */
int draft_attach(struct draft *f, const uint8_t keyid[SHA256_SIZE], struct slice signature, struct diags *d) MUST_CHECK;
/* Signs with every key of the set that is wanted, has not signed yet and can; *n: how many. */
int draft_sign(struct draft *f, const struct keyset *keys, size_t *n, struct diags *d) MUST_CHECK;
int draft_write(const struct draft *f, struct diags *d) MUST_CHECK;

#endif
