/* resolve/floor.h: the versions below which nothing is believed, kept apart from the files that had them.
 *
 * Purpose    when the trusted files are lost, an older tree is refused all the same. Beside versions it has the largest `now` of a
 *            successful refresh, and the keys by which it was signed.
 * Rotation   a version counts as long as the keys that signed it would still do for the role: a root that replaced the key of timestamp
 *            or snapshot frees timestamp, snapshot and targets, as it does for trusted files. A version of the root counts under the
 *            configured root from which it came, and under one that its signers could have signed.
 * Bytes      schemas/FORMAT.md, section 12.
 * Ownership  everything of a floor is in its blob, which it owns. A floor of zeros is none: all its versions are 0. */
#ifndef RESOLVE_FLOOR_H
#define RESOLVE_FLOOR_H

#include "format/tuf.h"

#define FLOOR_BLOB "floor"
#define FLOOR_MAX  16384 /* bytes of its blob */

/* Whose floor it is. */
struct floor_owner {
	uint8_t anchor[SHA256_SIZE]; /* SHA-256 of the configured root */
	struct slice app;
};

struct floor_role {
	uint64_t version;
	struct slice
		ids; /* of the keys that signed, SHA256_SIZE bytes each; none of targets, which go with the snapshot */
};

struct floor {
	struct strbuf blob; /* as it lies in storage; empty: there is no floor */
	int64_t seen;
	struct floor_role roles[TUF_TYPE_COUNT];
};

void floor_release(struct floor *f);

/* Of verified files, one a type. -1: memory; `out` is untouched. */
int floor_make(struct floor *out, const struct tuf_file *const files[TUF_TYPE_COUNT], const struct floor_owner *owner,
	       int64_t seen, struct digests *dg) MUST_CHECK;
/* Takes over `blob`. What is damaged, or of another app or chain of roots (`root` is the configured one), gives no floor. -1: memory. */
int floor_read(struct floor *out, struct strbuf *blob, const struct floor_owner *owner, const struct tuf_file *root,
	       struct digests *dg) MUST_CHECK;
/* Writes another `seen` into it. -1: memory. */
int floor_see(struct floor *f, int64_t seen, struct digests *dg) MUST_CHECK;

/* The version below which a file of this type is refused under `root`; 0: none is. */
uint64_t floor_version(const struct floor *f, enum tuf_type type, const struct tuf_file *root);

#endif
