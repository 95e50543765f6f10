/* pack/delta.h: the difference between two files, as devices apply it.
 *
 * Bytes      format/delta.h. Method zstd: level 3 and level 19, both with long distance matching and a window over base and result;
 *            the smaller one stays. The same for the same bytes and the same libzstd: one thread, nothing of the machine goes in.
 *            libzstd's own checksum is off: the head's SHA-256 covers body and result.
 * Memory     beside base and result some 100 MB, and two bodies.
 * Errors     -1: memory, or hashing failed. */
#ifndef PACK_DELTA_H
#define PACK_DELTA_H

#include "base/strbuf.h"
#include "format/delta.h"

#define DELTA_RECIPE "delta/1" /* of what comes out of delta_make(), and with it of libzstd's output */

/* Appends the delta. Base and result are not empty, and delta_need() of them is at most DELTA_MEMORY_MAX. */
int delta_make(struct strbuf *out, enum delta_form form, struct slice base, struct slice result,
	       struct digests *digests) MUST_CHECK;

/* What a delta of an h5 package leads to: the files of the .amr in their order, stored, so that no device needs to deflate a tar to
 * the published bytes. Appends the archive. -1: *why lives in `a`. */
int delta_store_amr(struct strbuf *out, struct arena *a, struct slice amr, const char **why) MUST_CHECK;

#endif
