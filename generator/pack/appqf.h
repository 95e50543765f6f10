/* pack/appqf.h: the modules of a harmony quick fix in one file.
 *
 * Bytes      a zip of .hqf files: stored, sorted by name, in no folder; each byte for byte as it was, so that its signature holds.
 *            The file itself is not signed. inspect/hqf.h reads it. */
#ifndef PACK_APPQF_H
#define PACK_APPQF_H

#include "base/strbuf.h"
#include "inspect/hqf.h"

/* Appends the archive; sorts `v`. -1: a name twice, or too large; *why is a constant reason. */
int appqf_join(struct strbuf *out, struct appqf_member *v, size_t n, const char **why) MUST_CHECK;

#endif
