/* emit/metadata.h: the TUF metadata of an app's folder on disk, read and verified from timestamp.json down.
 *
 * Checked    signatures (every one in a file, not only the threshold), app, versions, lengths, hashes, that each target lies
 *            under the paths of the role that lists it, and that an object's folder is the head of its hash. Not checked:
 *            expiry (the caller may not care) and the targets' own bytes.
 * Errors     located errors (exit 1) that name the file; one that cannot be read: exit 3.
 * Ownership  everything lives in the caller's arena. */
#ifndef EMIT_METADATA_H
#define EMIT_METADATA_H

#include "base/diag.h"
#include "base/strbuf.h"
#include "format/tuf.h"

struct metadata {
	struct slice app;
	struct tuf_parts parts;               /* highest = version */
	struct tuf_target *indexes, *objects; /* sorted by path */
	size_t nindexes, nobjects;
	uint8_t timestamp[SHA256_SIZE]; /* SHA-256 of timestamp.json */
};

/* `dir` is <TREE>/<appCode>. `app` is what the metadata must say; empty: whatever timestamp.json says. */
int metadata_load(struct metadata *out, struct arena *a, struct digests *dg, const char *dir,
		  const struct tuf_file *root, struct slice app, struct diags *d) MUST_CHECK;

/* Number and role of a name in metadata/: "7.snapshot.json", or "timestamp.json" with number 0. */
bool metadata_name(uint64_t *version, struct slice *role, struct slice name);

/* A file below `dir` as a slice in `a`: 0, 1 there is none (nothing recorded), -1. *path (may be NULL) is its name for messages. */
int metadata_read(struct slice *out, const char **path, struct arena *a, const char *dir, const char *rel,
		  uint64_t limit, struct diags *d) MUST_CHECK;

#endif
