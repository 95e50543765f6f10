/* pack/unzip.h: the files of a zip archive that others made.
 *
 * Input      hostile. Refused: what format/zipread.h refuses; names that are not paths (base/relpath.h), or are in each other's way
 *            (pack/fileset.h); symbolic links and special files; more than fits a fileset; archives that unpack to more than
 *            UNZIP_RATIO times their size (beyond the first MiB).
 * Folders    are not kept: files alone are. Nor is a signing block.
 * Memory     what the files take; the archive says it in advance, and is held to it. */
#ifndef PACK_UNZIP_H
#define PACK_UNZIP_H

#include "pack/fileset.h"

#define UNZIP_RATIO 200u

/* Fills an empty set and closes it. -1: *why is the reason, constant or in out->mem; the set is the caller's to release. */
int unzip_read(struct fileset *out, struct slice zip, const char **why) MUST_CHECK;

#endif
