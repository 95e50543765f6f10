/* inspect/nativelib.h: native libraries of harmony packages, and the differences that patch them.
 *
 * Bytes      libs/<abi>/x.so is an ELF file for that machine; libs/<abi>/x.so.diff a binary difference: "BSDIFF40" and three
 *            lengths (of the control and difference streams, and of the new file), or "PKGDIFF0" and a number of blocks, as the
 *            updater of OpenHarmony writes it. Files of other names may be anything.
 * Checked    what the first NATIVELIB_HEAD bytes and the size tell. */
#ifndef INSPECT_NATIVELIB_H
#define INSPECT_NATIVELIB_H

#include "base/arena.h"
#include "base/slice.h"

#define NATIVELIB_HEAD 64u /* bytes of a file that are looked at */

/* The <abi> of "libs/<abi>/…", where devices know it; else -1, and *why names the good ones and the nearest. */
int nativelib_abi(struct slice *abi, struct arena *a, struct slice path, const char **why) MUST_CHECK;

/* `head` is the file's beginning: NATIVELIB_HEAD bytes, or all of a shorter one. */
int nativelib_check(struct arena *a, struct slice path, struct slice abi, struct slice head, uint64_t size,
		    const char **why) MUST_CHECK;

#endif
