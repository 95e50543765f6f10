/* inspect/chunkdigest.h: the digest that signing blocks of APK and HAP files are made over.
 *
 * Bytes      the sections, one after the other, each cut into chunks of 1 MiB (the last one of a section may be shorter):
 *              chunk   H(0xa5 ‖ u32 length ‖ bytes)
 *              whole   H(0x5a ‖ u32 number of chunks ‖ the chunks' digests ‖ further values)
 *            little-endian; an empty section has no chunk. Sources: "APK Signature Scheme v2" (source.android.com), and the
 *            hapsigner of OpenHarmony, which appends the values of its optional blocks.
 * Memory     none beyond the hash; sections may be mapped and of any size, and are read once, in order.
 * Threads    all functions are pure.
 * Errors     -1: out of memory (also the arena's limit), libcrypto failed, or more than 2^32 - 1 chunks; nothing here aborts. */
#ifndef INSPECT_CHUNKDIGEST_H
#define INSPECT_CHUNKDIGEST_H

#include "base/attr.h"
#include "base/slice.h"
#include "format/zipread.h"

enum chunk_hash { CHUNK_SHA256, CHUNK_SHA384, CHUNK_SHA512 };

#define CHUNKDIGEST_MAX 64 /* bytes */

size_t chunkdigest_size(enum chunk_hash h); /* 32, 48 or 64 */

int chunkdigest(uint8_t out[CHUNKDIGEST_MAX], enum chunk_hash h, const struct slice *sections, size_t nsections,
		const struct slice *further, size_t nfurther) MUST_CHECK;

/* The sections of a zip whose signing block begins at `block` (inside z->block; zeros may stand before it): all that lies
 * before it, the directory, and the end record as if there were no block (a copy in z->a that names `block` as the
 * directory's place). A zip64 archive is refused: none of the schemes knows it. */
#define CHUNKDIGEST_SECTIONS 3
int chunkdigest_sections(struct slice out[CHUNKDIGEST_SECTIONS], const struct zip *z, uint64_t block,
			 const char **why) MUST_CHECK;

#endif
