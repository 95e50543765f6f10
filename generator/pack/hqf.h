/* pack/hqf.h: one module of a harmony quick fix.
 *
 * Bytes      a zip archive of patch.json (inspect/hqfpatch.h), and optionally ets/ (compiled code) and libs/<abi>/ (native
 *            libraries). What we build is not signed; patch.json is minified, entries are stored, and stand where the official
 *            signer (hapsigner) wants them, so that it moves nothing: first what is mapped (.abc, .an, libs/), sorted, each file
 *            at a multiple of 4096 bytes; then the others, sorted, of which the first begins a page too and the rest stand at
 *            multiples of four.
 * Ownership  texts and reasons live in the arena, or are constant. */
#ifndef PACK_HQF_H
#define PACK_HQF_H

#include "inspect/hqfpatch.h"
#include "pack/fileset.h"

/* Appends the archive of a patch.json and a set with ets/ and libs/, not closed yet; the set then holds patch.json too. */
int hqf_build(struct strbuf *out, struct arena *a, struct slice patch, struct fileset *parts,
	      const char **why) MUST_CHECK;

#endif
