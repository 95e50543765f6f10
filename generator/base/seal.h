/* base/seal.h: texts that everybody can read who first works for about a second.
 *
 * Purpose    download pages whose link is not for scripts that collect links (schemas/FORMAT.md "Pages"). It slows them down, and
 *            hides nothing: what is needed to read the text stands beside it.
 * Bytes      the box is AES-256-GCM: the ciphertext, then the tag of 16 bytes; no additional data. Its key follows from a number
 *            below SEAL_NUMBERS, which can only be found by trying: 2^20 SHA-256 on average, twice as many at most.
 * Pure       salt, number and nonce follow from the text: equal texts are equally sealed, and no two texts share a key.
 * Errors     -1: libcrypto or memory failed. A failed append sticks in `box`. */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/digest.h"
#include "base/strbuf.h"

#define SEAL_NUMBERS    (UINT32_C(1) << 21)
#define SEAL_SALT_SIZE  16
#define SEAL_NONCE_SIZE 12
#define SEAL_TAG_SIZE   16

struct seal {
	uint8_t salt[SEAL_SALT_SIZE];
	uint8_t target[SHA256_SIZE]; /* SHA-256(salt, number, 0): how the number is recognised */
	uint8_t nonce[SEAL_NONCE_SIZE];
};

int seal_make(struct seal *out, struct strbuf *box, struct digests *digests, struct slice text) MUST_CHECK;

#endif
