/* sign/h5key.h: the key that signs h5 packages.
 *
 * File       KEYDIR/h5.pem: RSA, 2048 to 4096 bits, PKCS#8 PEM, also encrypted; as careful as sign/keys.h is.
 * Signatures RSASSA-PKCS1-v1_5 with SHA-1, because deployed clients verify nothing else; reproducible.
 * Ownership  the struct holds the key and must stay where it is while its signer is in use; h5key_release() frees it.
 * Errors     environment errors (exit 3) that name the file.
 * Threads    one key, one thread. */
#ifndef SIGN_H5KEY_H
#define SIGN_H5KEY_H

#include "base/digest.h"
#include "base/signer.h"
#include "sign/keys.h"

#define H5KEY_NAME "h5.pem"

struct h5key {
	struct arena mem;
	struct evp_pkey_st *pkey; /* NULL: not loaded */
	const char *path;
	struct signer signer; /* of a loaded key */
};

#define H5KEY_INIT                                                                                                     \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* `ask` as in keys_load(), for the role "h5". */
int h5key_load(struct h5key *out, const char *dir, const struct passphrases *ask, struct digests *dg,
	       struct diags *d) MUST_CHECK;
void h5key_release(struct h5key *k);

#endif
