/* build/unzip.h: zip archives that others made, read strictly.
 *
 * Input      hostile. Refused: what is no zip archive, or damaged, encrypted, or says two things about one file; names that are
 *            not paths (base/relpath.h), or are in each other's way (build/fileset.h); symbolic links and special files; more
 *            than fits a fileset; archives that unpack to more than UNZIP_RATIO times their size (beyond the first MiB).
 * Folders    are not kept: files alone are.
 * Memory     what the files take, counted while they are unpacked, and not by what the archive says of them. */
#ifndef BUILD_UNZIP_H
#define BUILD_UNZIP_H

#include "build/fileset.h"

#define UNZIP_RATIO 200u

struct archive; /* libarchive's */

/* Fills an empty set and closes it. -1: *why is the reason, constant or in out->mem; the set is the caller's to release. */
int unzip_read(struct fileset *out, struct slice zip, const char **why) MUST_CHECK;

/* What libarchive says of an archive that it could not read; in the arena. */
const char *unzip_reason(struct arena *a, struct archive *ar);

#endif
