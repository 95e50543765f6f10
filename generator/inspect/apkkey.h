/* inspect/apkkey.h: algorithms, keys and certificates of the APK signature schemes.
 *
 * Source     "APK Signature Scheme v2" on source.android.com: ids of algorithms; what each of them signs and hashes.
 * Input      hostile: keys of more than 8192 bits are not used; more than CERTIFICATE_MAX bytes (OpenSSL makes objects of everything,
 *            16 times as large), or bytes that follow a key or certificate, make it unreadable.
 * Ownership  keys and certificates are the caller's to free: CLEANUP(apk_key_free_at), CLEANUP(apk_cert_free_at).
 * Errors     OpenSSL's queue of errors is the caller's to mark and restore. */
#ifndef INSPECT_APKKEY_H
#define INSPECT_APKKEY_H

#include <openssl/types.h>

#include "base/digest.h"
#include "inspect/chunkdigest.h"

struct apk_algorithm {
	uint32_t id;
	int key;              /* EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_DSA */
	const char *md;       /* of the signature */
	enum chunk_hash hash; /* of the archive */
	bool pss;             /* else PKCS#1 v1.5, where the key is RSA */
	bool verity;          /* the archive's digest is the root of a tree of 4 KiB blocks, and not of chunks */
};

const struct apk_algorithm *apk_algorithm(uint32_t id); /* NULL: unknown */

EVP_PKEY *apk_key(struct slice der); /* SubjectPublicKeyInfo; NULL: unreadable */
void apk_key_free_at(EVP_PKEY **k);
X509 *apk_cert(struct slice der); /* NULL: unreadable */
void apk_cert_free_at(X509 **x);
bool apk_cert_has_key(X509 *x, struct slice key); /* byte for byte the same SubjectPublicKeyInfo */
bool apk_cert_digest(uint8_t out[SHA256_SIZE], struct slice der);

bool apk_signature_holds(const struct apk_algorithm *a, EVP_PKEY *key, struct slice text, struct slice signature);

#endif
