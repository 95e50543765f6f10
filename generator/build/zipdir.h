/* build/zipdir.h: whether a zip archive's directory and what stands before each file say the same.
 *
 * Purpose    some readers go by the directory at the end (phones), others by the headers in front of the files (libarchive in
 *            parts): an archive that tells them two stories is refused before anybody reads it.
 * Checked    an end record, a directory that lies right before it and has as many entries as it says, at most `max`; each
 *            leads to a header with the same name and method. No zip64, no other disks.
 * Input      hostile; nothing is allocated. */
#ifndef BUILD_ZIPDIR_H
#define BUILD_ZIPDIR_H

#include "base/attr.h"
#include "base/slice.h"

int zipdir_check(struct slice zip, size_t max, const char **why) MUST_CHECK; /* -1: *why is a constant reason */

#endif
