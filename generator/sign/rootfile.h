/* sign/rootfile.h: the next root of a repository, made from the settings of a key folder.
 *
 * Content    keys and thresholds of root, targets, snapshot and timestamp as the settings name them (a key may be public only), version N+1, and
 *            `expires` of [root] from now on. Overlap: what a role's keys signed under root N stays good under the next one, because they stay keys
 *            of the role; a root that is made later without it drops them.
 * Signed     by all keys at hand that may: those of root N (which must agree to what follows) and the root's own. The others sign the draft where
 *            they are (sign/draft.h); nothing uses it before enough of them have.
 * Refused    a chain 1..N that does not hold; a draft that is there already; what would change nothing while root N lasts; a root key that is in an
 *            online role too; and a folder that does not name enough of root N's keys: a root that can never be signed by them reaches no device.
 * Errors     located errors (exit 1); files and keys: exit 3. */
#ifndef SIGN_ROOTFILE_H
#define SIGN_ROOTFILE_H

#include "sign/draft.h"

struct rootfile_input {
	const char *dir;           /* the repository's keys folder; it may not be there yet */
	const struct keyset *keys; /* root, targets, snapshot, timestamp */
	const struct keyset
		*old;     /* keys of root N that the settings name no more: to sign with, or public ones, to be named */
	unsigned overlap; /* KEY_BIT of the roles whose keys in root N stay */
	bool renew;       /* also where nothing changes */
	bool again;       /* in the place of a draft, whatever it changes */
	int64_t now;
};

/* Writes dir/<N+1>.root.json. *out is what was written; release it also after an error. */
int rootfile_make(struct draft *out, const struct rootfile_input *in, struct digests *dg, struct diags *d) MUST_CHECK;

/* What `next` changes against `before` (NULL: all of it is new), in words, a line each:
 * "timestamp: key id 5f… (ed25519) added", "root: threshold 2, was 1", "expires 2027-…, was 2026-…". Their number; *out lives in `a`. */
size_t rootfile_changes(struct slice **out, struct arena *a, const struct tuf_file *before,
			const struct tuf_file *next);

#endif
