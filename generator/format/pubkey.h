/* format/pubkey.h: public keys as TUF metadata writes them, and the signatures they verify.
 *
 * Bytes      {"keytype","keyval":{"public"},"scheme"}, schemas/FORMAT.md section 2. The text of a key is unique: an Ed25519
 *            key is 64 lower-case hex digits; P-256 and RSA keys are SubjectPublicKeyInfo PEM exactly as OpenSSL writes it,
 *            final newline included. So one key has one key id, and cannot be counted twice towards a threshold.
 * Schemes    ed25519 (RFC 8032, 64 bytes); ecdsa-sha2-nistp256 (DER); rsassa-pss-sha256 (MGF1 SHA-256, salt 32 bytes, modulus
 *            of 2048 to 4096 bits).
 * Ownership  `text` points into what the caller passed, or into the arena for pubkey_decode().
 * Devices    bounded, never aborts: runs in the device library. */
#ifndef FORMAT_PUBKEY_H
#define FORMAT_PUBKEY_H

#include <jansson.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/slice.h"

#define PUBKEY_RSA_MIN_BITS 2048
#define PUBKEY_RSA_MAX_BITS 4096

enum pubkey_type { PUBKEY_ED25519, PUBKEY_P256, PUBKEY_RSA };

struct pubkey {
	enum pubkey_type type;
	struct slice text;       /* "public" of the key object */
	uint8_t id[SHA256_SIZE]; /* SHA-256 of the canonical key object */
};

const char *pubkey_type_name(enum pubkey_type t); /* the keytype: "ed25519" "ecdsa" "rsa" */

/* Checks `text` and computes the id. 0, or -1 with a constant text in *why. */
int pubkey_make(struct pubkey *out, enum pubkey_type type, struct slice text, struct digests *dg,
		const char **why) MUST_CHECK;

json_t *pubkey_encode(const struct pubkey *k); /* the key object, new; NULL when memory ends */
int pubkey_decode(struct pubkey *out, struct arena *a, const json_t *json, struct digests *dg,
		  const char **why) MUST_CHECK;

/* True when `sig` is the key's signature of `message`; false also when memory ends. */
bool pubkey_verify(const struct pubkey *k, struct slice message, struct slice sig) MUST_CHECK;

#endif
