/* sign/pkey.h: keys of OpenSSL: files of them, and handles that free themselves. For the sources of this folder. */
#ifndef SIGN_PKEY_H
#define SIGN_PKEY_H

#include <openssl/bio.h>
#include <openssl/evp.h>

#include "sign/keys.h"

static inline void pkey_free_at(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void bio_free_at(BIO **b)
{
	BIO_free(*b);
}

static inline void md_ctx_free_at(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

/* A file of a key. `role` and `ask` are for its passphrase. */
struct pkey_file {
	const char *path, *role;
	const struct passphrases *ask;
};

/* The private key in a file that nobody else can read; *out stays NULL on error. */
int pkey_load(EVP_PKEY **out, const struct pkey_file *file, struct diags *d) MUST_CHECK;
/* The same, or a public key: *is_private tells. */
int pkey_load_any(EVP_PKEY **out, bool *is_private, const struct pkey_file *file, struct diags *d) MUST_CHECK;

/* The public half as metadata writes it; its text lives in `a`. `path` is for messages. */
int pkey_public(struct pubkey *out, struct arena *a, const EVP_PKEY *pkey, const char *path, struct digests *dg,
		struct diags *d) MUST_CHECK;

/* A new key; `bits` of RSA. `path`, where it will stand, is for messages. */
int pkey_generate(EVP_PKEY **out, enum pubkey_type type, unsigned bits, const char *path, struct diags *d) MUST_CHECK;
/* The private key as PKCS#8 PEM into a new file of mode 0600; `passphrase` (may be empty) encrypts it. */
int pkey_create(const EVP_PKEY *pkey, const char *path, struct slice passphrase, struct diags *d) MUST_CHECK;

#endif
