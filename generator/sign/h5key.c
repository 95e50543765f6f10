#include "sign/h5key.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "sign/pkey.h"

static bool sign_bytes(struct strbuf *out, EVP_PKEY *pkey, struct slice message)
{
	CLEANUP(md_ctx_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const unsigned char *bytes = (const unsigned char *)message.p;
	EVP_PKEY_CTX *pctx = NULL;
	size_t n = 0;
	bool good = ctx && EVP_DigestSignInit_ex(ctx, &pctx, "SHA1", NULL, NULL, pkey, NULL) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_DigestSign(ctx, NULL, &n, bytes, message.n) == 1 && strbuf_grow(out, n) &&
		    EVP_DigestSign(ctx, (unsigned char *)out->p + out->n, &n, bytes, message.n) == 1;

	ERR_clear_error();
	if (!good)
		return false;
	out->n += n;
	out->p[out->n] = '\0';
	return true;
}

static int sign(void *ctx, struct strbuf *out, struct slice message, struct diags *d)
{
	const struct h5key *k = ctx;

	return sign_bytes(out, k->pkey, message) ? 0 : diag_environment(d, k->path, "cannot sign with this key");
}

static int public_id(struct slice *out, struct arena *a, EVP_PKEY *pkey, struct digests *dg)
{
	uint8_t hash[SHA256_SIZE];
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(pkey, &der);
	int bad = n <= 0 || digest_sha256(dg, hash, slice_bytes(der, (size_t)n)) ? -1 : 0;
	char hex[SHA256_HEX];

	OPENSSL_free(der);
	if (bad)
		return -1;
	digest_hex(hex, hash, sizeof(hash));
	*out = arena_copy(a, slice_of(hex));
	return 0;
}

int h5key_load(struct h5key *out, const char *dir, const struct passphrases *ask, struct digests *dg, struct diags *d)
{
	out->path = arena_printf(&out->mem, "%s/" H5KEY_NAME, dir).p;
	if (pkey_load(&out->pkey, &(struct pkey_file){ out->path, "h5", ask }, d))
		return -1;
	if (!EVP_PKEY_is_a(out->pkey, "RSA") || EVP_PKEY_get_bits(out->pkey) < PUBKEY_RSA_MIN_BITS ||
	    EVP_PKEY_get_bits(out->pkey) > PUBKEY_RSA_MAX_BITS)
		return diag_environment(d, out->path, "must be an RSA key of %d to %d bits; h5 clients know no other",
					PUBKEY_RSA_MIN_BITS, PUBKEY_RSA_MAX_BITS);
	if (public_id(&out->signer.id, &out->mem, out->pkey, dg))
		return diag_environment(d, out->path, "cannot read the public half of this key");
	out->signer.ctx = out;
	out->signer.sign = sign;
	return 0;
}

void h5key_release(struct h5key *k)
{
	EVP_PKEY_free(k->pkey);
	arena_release(&k->mem);
	*k = (struct h5key)H5KEY_INIT;
}
