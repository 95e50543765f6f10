/* inspect/jar.h: what a hotpatch of Android says about itself.
 *
 * Bytes      a zip with .dex files, and META-INF/PATCH.MF in manifest syntax (inspect/jarmanifest.h). Its first section holds
 *            Target-C-Version, the version of the client it is for, and for each patch `<name>-PatchType`, words separated by
 *            commas, of which `dexpatch` must be one. Without a PATCH.MF it is some other container, which is not described.
 *            A .dex file begins with "dex", a line feed, 035 or 037 to 041, and NUL (dex-format on source.android.com).
 * Signature  inspect/jarsig.h, with `zip`.
 * Input      hostile; texts are copied into the arena.
 * Errors     -1 and a reason of one line: no zip archive, a .dex that is none, a PATCH.MF that cannot be read. */
#ifndef INSPECT_JAR_H
#define INSPECT_JAR_H

#include "format/zipread.h"

#define JAR_PATCH_NAME "META-INF/PATCH.MF"

struct jar {
	struct zip zip;
	size_t ndex;
	bool has_patch;      /* PATCH.MF is there; from here on its content */
	struct slice target; /* Target-C-Version; empty: absent */
	size_t ntypes;       /* attributes …-PatchType */
	struct slice other;  /* the first of them that does not name dexpatch: its value */
	bool has_other;
};

int jar_read(struct jar *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
