/* sign/pkey.h: OpenSSL handles that free themselves, for the sources of this folder. */
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

/* The key in a file that nobody else can read; *out stays NULL on error. */
int pkey_load(EVP_PKEY **out, const char *path, struct diags *d) MUST_CHECK;

/* The public half as metadata writes it; its text lives in `a`. `path` is for messages. */
int pkey_public(struct pubkey *out, struct arena *a, const EVP_PKEY *pkey, const char *path, struct digests *dg,
		struct diags *d) MUST_CHECK;

#endif
