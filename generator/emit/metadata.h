/* emit/metadata.h: the TUF metadata of an app's folder on disk, read and verified from timestamp.json down.
 *
 * Checked    signatures, app, versions, lengths, hashes, that each target lies under the paths of the role that lists
 *            it, and that an object's folder is the head of its hash. Not checked: expiry (the caller may not care)
 *            and the targets' own bytes.
 * Roots      as devices see it (`replaced` false): every signature, not only the threshold, is by a key that the
 *            newest root of the chain names. With `replaced` an older root of the chain will do, and signatures that
 *            do not count do no harm: `signed_by` says who vouches for what.
 * Errors     located errors (exit 1) that name the file; one that cannot be read: exit 3.
 * Ownership  everything lives in the caller's arena. */
#ifndef EMIT_METADATA_H
#define EMIT_METADATA_H

#include "base/diag.h"
#include "base/strbuf.h"
#include "format/buildinfo.h"
#include "format/tuf.h"

struct metadata {
	struct slice app;
	struct tuf_parts parts;               /* highest = version */
	struct tuf_target *indexes, *objects; /* sorted by path */
	size_t nindexes, nobjects;
	uint8_t timestamp[SHA256_SIZE]; /* SHA-256 of timestamp.json */
	/* Of timestamp, snapshot and targets: the newest root whose keys signed it; NULL: it was not verified. */
	const struct tuf_file *signed_by[TUF_TYPE_COUNT];
};

struct metadata_terms {
	const char *dir; /* <TREE>/<appCode> */
	const struct tuf_chain *chain;
	struct slice app; /* what the metadata must say; empty: whatever timestamp.json says */
	bool replaced;
};

/* After an error `out` holds what was verified until then. */
int metadata_load(struct metadata *out, struct arena *a, struct digests *dg, const struct metadata_terms *terms,
		  struct diags *d) MUST_CHECK;

/* The roots in `dir`: 1.root.json, 2.root.json, … as far as they go, each signed by the one before. `trusted` (its bytes; NULL: none
 * is) must be one of them; `name` is its file, for messages. */
int metadata_roots(struct tuf_chain *out, struct arena *a, struct digests *dg, const char *dir,
		   const struct slice *trusted, const char *name, struct diags *d) MUST_CHECK;

/* A file below `dir` as a slice in `a`: 0, 1 there is none (nothing recorded), -1. *path (may be NULL) is its name for messages. */
int metadata_read(struct slice *out, const char **path, struct arena *a, const char *dir, const char *rel,
		  uint64_t limit, struct diags *d) MUST_CHECK;

/* The bytes of the object that has this name ("files.json"), held against their hash: 0, 1 none is listed or at hand, -1. */
int metadata_object(struct slice *out, const char **path, struct arena *a, struct digests *dg, const char *dir,
		    const struct metadata *m, const char *name, uint64_t limit, struct diags *d) MUST_CHECK;

/* build.json in `dir`: there, whole, signed by the newest root's timestamp keys, of the app and of the timestamp of `m`. */
int metadata_build(struct buildinfo *out, struct slice *bytes, struct arena *a, const char *dir,
		   const struct tuf_chain *chain, const struct metadata *m, struct diags *d) MUST_CHECK;

#endif
