/* inspect/apksig.h: the APK Signing Block, verified.
 *
 * Bytes      between the last entry and the directory, zeros may stand before it: u64 size, pairs of {u64 length, u32 id, value},
 *            u64 size again, "APK Sig Block 42". Pairs looked into: APK Signature Scheme v2 (0x7109871a), v3 (0xf05368c0) and
 *            v3.1 (0x1b93ad61); all others, padding too, are passed over. Source: "Application signing" on
 *            source.android.com, and what phones do (frameworks/base, android.util.apk).
 * Checked    of every signer: the same algorithms for digests and signatures, each signature with the embedded key, the key is the
 *            first certificate's, the digest of the archive, the SDK range inside and outside the signed part, the proof of
 *            rotation up to the certificate. A signer says which newer scheme must be there too: a removed one is found.
 *            RSA (PKCS#1, PSS), ECDSA and DSA with SHA-256 or SHA-512; fs-verity digests are passed over, so a signer with no
 *            other is refused, and so is one with unknown algorithms alone.
 * Not        judged: who the certificate belongs to, its validity (phones do not look either), weak keys.
 * Input      hostile: lengths are checked; at most 10 signers of a scheme with 16 algorithms and 16 certificates each, keys of at most
 *            8192 bits.
 * Memory     the archive is streamed through the hash, once for each of SHA-256 and SHA-512; the arena takes a few KiB. */
#ifndef INSPECT_APKSIG_H
#define INSPECT_APKSIG_H

#include "base/digest.h"
#include "format/zipread.h"

enum apksig_scheme { APKSIG_V2, APKSIG_V3, APKSIG_V31, APKSIG_SCHEMES };

const char *apksig_name(enum apksig_scheme s); /* "v2", "v3", "v3.1" */

struct apksig_signers {
	size_t n;                  /* 0: the scheme is absent */
	uint8_t cert[SHA256_SIZE]; /* from here on: of the first; its certificate's DER */
	uint32_t min_sdk, max_sdk; /* v3 and v3.1; v2: 0 and UINT32_MAX */
	struct slice lineage;      /* certificates before a rotation of keys, oldest first, SHA256_SIZE bytes each */
};

struct apksig {
	struct apksig_signers v[APKSIG_SCHEMES]; /* what is there holds */
};

/* An archive without such a block: 0, and no scheme is there. -1: there is one that does not hold; `*why` says
 * what of it, as in "its v2 signature, signer 1: …", and lives in z->a. */
int apksig_read(struct apksig *out, const struct zip *z, const char **why) MUST_CHECK;

/* The newest scheme that is there, as a new phone looks at it; NULL: none. */
const struct apksig_signers *apksig_newest(const struct apksig *s);

#endif
