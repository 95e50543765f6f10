/* build/hqf.h: one module of a harmony quick fix.
 *
 * Bytes      a zip archive of patch.json (build/hqfpatch.h), and optionally ets/ (compiled code) and libs/<abi>/ (native
 *            libraries). What we build is not signed: entries stored and sorted by path, patch.json minified.
 * Checked    a ready file: patch.json; the folders below libs/ are ABIs; nothing in resources/ (devices ignore or refuse it).
 *            Other files are not looked at: signing tools leave some.
 * Ownership  texts and reasons live in the arena, or are constant. */
#ifndef BUILD_HQF_H
#define BUILD_HQF_H

#include "build/fileset.h"
#include "build/hqfpatch.h"

struct hqf {
	struct hqf_patch patch;
	struct slice *abis; /* folders below libs/; sorted */
	size_t nabis;
	struct slice deflated; /* code that is compressed, although devices want to map it; empty: none */
};

int hqf_read(struct hqf *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

/* Appends the archive of a patch.json and a set with ets/ and libs/, not closed yet; the set then holds patch.json too. */
int hqf_build(struct strbuf *out, struct arena *a, struct slice patch, struct fileset *parts,
	      const char **why) MUST_CHECK;

#endif
