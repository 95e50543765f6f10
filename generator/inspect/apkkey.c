#include "inspect/apkkey.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "inspect/certificate.h"

#define KEY_BITS_MAX 8192

const struct apk_algorithm *apk_algorithm(uint32_t id)
{
	static const struct apk_algorithm algorithms[] = {
		{ 0x0101, EVP_PKEY_RSA, "SHA256", CHUNK_SHA256, true, false },
		{ 0x0102, EVP_PKEY_RSA, "SHA512", CHUNK_SHA512, true, false },
		{ 0x0103, EVP_PKEY_RSA, "SHA256", CHUNK_SHA256, false, false },
		{ 0x0104, EVP_PKEY_RSA, "SHA512", CHUNK_SHA512, false, false },
		{ 0x0201, EVP_PKEY_EC, "SHA256", CHUNK_SHA256, false, false },
		{ 0x0202, EVP_PKEY_EC, "SHA512", CHUNK_SHA512, false, false },
		{ 0x0301, EVP_PKEY_DSA, "SHA256", CHUNK_SHA256, false, false },
		{ 0x0421, EVP_PKEY_RSA, "SHA256", CHUNK_SHA256, false, true },
		{ 0x0423, EVP_PKEY_EC, "SHA256", CHUNK_SHA256, false, true },
		{ 0x0425, EVP_PKEY_DSA, "SHA256", CHUNK_SHA256, false, true },
	};

	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].id == id)
			return &algorithms[i];
	return NULL;
}

EVP_PKEY *apk_key(struct slice der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *key = der.n && der.n <= CERTIFICATE_MAX ? d2i_PUBKEY(NULL, &p, (long)der.n) : NULL;

	if (key && (p != (const unsigned char *)der.p + der.n || EVP_PKEY_get_bits(key) > KEY_BITS_MAX)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

void apk_key_free_at(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

X509 *apk_cert(struct slice der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n && der.n <= CERTIFICATE_MAX ? d2i_X509(NULL, &p, (long)der.n) : NULL;

	if (x && p != (const unsigned char *)der.p + der.n) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

void apk_cert_free_at(X509 **x)
{
	X509_free(*x);
}

bool apk_cert_has_key(X509 *x, struct slice key)
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	bool same = n > 0 && slice_eq(slice_bytes(der, (size_t)n), key);

	OPENSSL_free(der);
	return same;
}

bool apk_cert_digest(uint8_t out[SHA256_SIZE], struct slice der)
{
	return EVP_Digest(der.p, der.n, out, NULL, EVP_sha256(), NULL) == 1;
}

static void ctx_free_at(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

bool apk_signature_holds(const struct apk_algorithm *a, EVP_PKEY *key, struct slice text, struct slice signature)
{
	CLEANUP(ctx_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;

	if (!ctx || EVP_PKEY_get_base_id(key) != a->key || EVP_PKEY_get_bits(key) > KEY_BITS_MAX ||
	    EVP_DigestVerifyInit_ex(ctx, &options, a->md, NULL, NULL, key, NULL) != 1)
		return false;
	if (a->pss && (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
		return false;
	return EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n, (const unsigned char *)text.p,
				text.n) == 1;
}
