/* inspect/hapsig.h: the signing block of a harmony package (.hap, .hqf, .app, .appqf).
 *
 * Bytes      between the last entry of the zip and its directory, little-endian:
 *              parts   count × {u32 type, u32 length, u32 offset from the block's start}, then the values
 *              tail    u32 count, u64 size of the block, 16 bytes of magic, u32 version
 *            "HAP Sig Block 42" with version 2, "<hap sign block>" with version 3. Part 0x20000000 is CMS SignedData with
 *            {u32 2, u32 1, u32 8 + n, u32 algorithm, u32 n, digest} inside; 0x20000002 is the profile (inspect/happrofile.h);
 *            0x20000001 (rotation) and 0x20000003 (properties: code signatures and permissions) may be there.
 *            The digest is inspect/chunkdigest.h's, over the zip without the block, then the values of all parts but the
 *            signature in the table's order. Source: hapsigner and appverify of OpenHarmony.
 * Checked    every number; parts known, at most once, side by side and filling the block, as devices want it; then in the order of
 *            devices the signature by the certificate inside, the profile's own signature, the digest. With trust anchors the chains
 *            of both.
 * Not        judged: validity in time, names: they are facts. Code signatures (fs-verity) are passed over.
 * Ownership  texts live in the arena; reasons do, or are constant.
 * Errors     -1, a reason and `fault`; the reason is REFUSE_NO_MEMORY, and the fault of no account, where memory or the arena's limit ends:
 *            nothing here aborts. */
#ifndef INSPECT_HAPSIG_H
#define INSPECT_HAPSIG_H

#include "format/zipread.h"
#include "inspect/happrofile.h"

enum hapsig_fault { /* as far as devices tell them apart */
		    HAPSIG_FINE,
		    HAPSIG_BLOCK,     /* no signing block, or a damaged one */
		    HAPSIG_SIGNATURE, /* the CMS does not hold */
		    HAPSIG_SOURCE,    /* no chain to an anchor; the profile's CMS does not hold */
		    HAPSIG_NO_PROFILE,
		    HAPSIG_PROFILE,   /* its content */
		    HAPSIG_DIGEST,    /* what is signed is no digest */
		    HAPSIG_INTEGRITY, /* another digest */
};

struct hapsig {
	enum hapsig_fault fault;
	uint32_t version; /* 2, 3 */
	struct certificate signer;
	bool code_signed; /* there is a code signature among the properties */
	struct happrofile profile;
};

/* Whether there is anything to read: an unsigned package has no block. */
static inline bool hapsig_is_there(const struct zip *z)
{
	return z->block.n > 0;
}

/* `trust`: anchors and time, nothing else; zeroed: nobody vouches for the signers. */
int hapsig_read(struct hapsig *out, struct arena *a, const struct zip *z, const struct cms_query *trust,
		const char **why) MUST_CHECK;

#endif
