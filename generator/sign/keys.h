/* sign/keys.h: private keys in a folder, and signing with them.
 *
 * Files      root.pem targets.pem snapshot.pem timestamp.pem: PKCS#8 PEM without a passphrase, of Ed25519 (the default: its
 *            signatures are reproducible), P-256 or RSA (2048 to 4096 bits). h5.pem is RSA 2048 and belongs to packages.
 * Safety     a key file that group or others can read is refused; nothing of a private key is ever printed; buffers that held
 *            one are cleansed.
 * Errors     environment errors (exit 3) that name the file.
 * Threads    one keyset, one thread. */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include "base/diag.h"
#include "format/pubkey.h"
#include "format/tuf.h"

#define KEY_BIT(type) (1u << (type)) /* of enum tuf_type */

struct private_key {
	struct evp_pkey_st *pkey; /* NULL: not loaded */
	struct pubkey public;
	const char *path;
};

struct keyset {
	struct arena mem;
	struct private_key v[TUF_TYPE_COUNT];
};

#define KEYSET_INIT                                                                                                    \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* Loads the keys of the roles in `needed` (KEY_BIT) from `dir`. */
int keys_load(struct keyset *out, const char *dir, unsigned needed, struct digests *dg, struct diags *d) MUST_CHECK;
void keyset_release(struct keyset *k);

/* *sig is allocated from `a`. */
int key_sign(struct slice *sig, struct arena *a, const struct private_key *k, struct slice message,
	     struct diags *d) MUST_CHECK;

/* Development keys: `keydir` (0700) gets root, targets, snapshot, timestamp (Ed25519) and h5 (RSA 2048), each 0600; `rootdir`
 * gets 1.root.json, thresholds 1, expiring in a year. Refused before anything is written when one of the files exists. */
int keys_new(const char *keydir, const char *rootdir, int64_t now, struct digests *dg, struct diags *d) MUST_CHECK;

#endif
