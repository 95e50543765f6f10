/* emit/verify_index.h: that an index leads to what it should: the part of verifying a tree that looks inside of files.
 *
 * Checked    the index, its manifests, answers and filters decode; app, platform and kind match its path; whatever they name is
 *            an object, or a file of files.json, that the tree lists, with the length and the hash that are named. Files kept
 *            elsewhere cannot be looked into.
 * Errors     located errors that name the file. */
#ifndef EMIT_VERIFY_INDEX_H
#define EMIT_VERIFY_INDEX_H

#include "base/diag.h"
#include "base/slice.h"
#include "emit/metadata.h"
#include "format/files.h"

/* `target` is one of the metadata's indexes, `files` what files.json lists. Errors are recorded; the rest of the index is still
 * looked at. */
void verify_index(const struct tuf_target *target, const char *dir, const struct metadata *m, const struct files *files,
		  struct digests *dg, struct diags *d);

#endif
