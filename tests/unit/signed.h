/* CMS SignedData for the tests, with a key and a certificate of their own: made when first asked for, gone with the program. */
#ifndef UNIT_SIGNED_H
#define UNIT_SIGNED_H

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "base/strbuf.h"

struct signer_pair {
	EVP_PKEY *key;
	X509 *cert;
};

static inline void signed_must(bool ok)
{
	if (!ok)
		abort();
}

/* The key becomes the pair's. */
static inline struct signer_pair signer_pair_of(EVP_PKEY *key)
{
	struct signer_pair s = { key, X509_new() };
	X509_NAME *name = s.cert ? X509_get_subject_name(s.cert) : NULL;

	signed_must(s.key && name && ASN1_INTEGER_set(X509_get_serialNumber(s.cert), 1) &&
		    ASN1_TIME_set(X509_getm_notBefore(s.cert), 1767225600) &&
		    ASN1_TIME_set(X509_getm_notAfter(s.cert), 2082758400) &&
		    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Test", -1, -1, 0) &&
		    X509_set_issuer_name(s.cert, name) && X509_set_pubkey(s.cert, s.key) &&
		    X509_sign(s.cert, s.key, EVP_sha256()));
	return s;
}

static inline struct signer_pair signer_pair_new(void)
{
	return signer_pair_of(EVP_EC_gen("P-256"));
}

static inline struct signer_pair signer_pair_rsa(void)
{
	return signer_pair_of(EVP_RSA_gen(2048));
}

static inline void signer_pair_free(struct signer_pair *s)
{
	X509_free(s->cert);
	EVP_PKEY_free(s->key);
}

/* Appends DER with the content inside. */
static inline void signed_put(struct strbuf *out, const struct signer_pair *s, struct slice content)
{
	BIO *in = BIO_new_mem_buf(content.p ? content.p : "", (int)content.n);
	CMS_ContentInfo *cms = CMS_sign(s->cert, s->key, NULL, in, CMS_BINARY);
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);

	signed_must(cms && n > 0);
	strbuf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}

#endif
