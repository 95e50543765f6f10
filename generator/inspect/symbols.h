/* inspect/symbols.h: archives of debug symbols that belong to iOS releases (.tgz with a dSYM folder).
 *
 * Purpose    whoever reads a crash report years later finds the symbols of that release, and not something else.
 * Bytes      gzip over tar, nothing else; within it, at any depth, <name>.dSYM/Contents/Resources/DWARF/<file>, which is a Mach-O
 *            file (loader.h, fat.h: its first bytes).
 * Input      hostile, and large: read as a stream. Refused: paths that leave the archive's folder, links of any kind out of it,
 *            more than SYMBOLS_ENTRIES entries or SYMBOLS_BYTES unpacked, more than SYMBOLS_RATIO times the archive's size (beyond
 *            the first MiB).
 * Memory     what libarchive takes, less than 1 MiB.
 * Errors     -1 and a reason of one line, constant or in the arena. */
#ifndef INSPECT_SYMBOLS_H
#define INSPECT_SYMBOLS_H

#include "base/arena.h"
#include "base/slice.h"

#define SYMBOLS_ENTRIES 100000u
#define SYMBOLS_BYTES   ((uint64_t)8 << 30)
#define SYMBOLS_RATIO   200u

struct symbols {
	size_t dwarfs;     /* files that hold symbols */
	struct slice path; /* of the first one */
};

int symbols_read(struct symbols *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
