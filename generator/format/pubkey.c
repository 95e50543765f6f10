#include "format/pubkey.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/pem.h"
#include "base/text.h"
#include "format/json.h"
#include "format/wire.h"

#define ED25519_SIZE  32
#define P256_PEM_SIZE 178 /* of a named curve and an uncompressed point: the only form of a key that is accepted */
#define TEXT_MAX      2048

static const struct {
	const char *keytype, *scheme;
} names[] = {
	[PUBKEY_ED25519] = { "ed25519", "ed25519" },
	[PUBKEY_P256] = { "ecdsa", "ecdsa-sha2-nistp256" },
	[PUBKEY_RSA] = { "rsa", "rsassa-pss-sha256" },
};

const char *pubkey_type_name(enum pubkey_type t)
{
	return names[t].keytype;
}

static void pkey_free_at(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static void bio_free_at(BIO **b)
{
	BIO_free(*b);
}

static void md_ctx_free_at(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static bool pkey_fits(const EVP_PKEY *k, enum pubkey_type type, size_t text_size)
{
	char group[32] = "", form[32] = "";
	int bits = EVP_PKEY_get_bits(k);

	if (type == PUBKEY_RSA)
		return EVP_PKEY_is_a(k, "RSA") && bits >= PUBKEY_RSA_MIN_BITS && bits <= PUBKEY_RSA_MAX_BITS;
	return EVP_PKEY_is_a(k, "EC") && text_size == P256_PEM_SIZE &&
	       EVP_PKEY_get_utf8_string_param(k, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0 &&
	       /* A hybrid point is as long, and would be a second text of the same key. */
	       EVP_PKEY_get_utf8_string_param(k, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form, sizeof(form),
					      NULL) == 1 &&
	       strcmp(form, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 0;
}

/* The key of a PEM that is written exactly as OpenSSL would write it; NULL: it is not. */
static EVP_PKEY *pem_open(enum pubkey_type type, struct slice text)
{
	CLEANUP(bio_free_at) BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
	CLEANUP(bio_free_at) BIO *out = BIO_new(BIO_s_mem());
	CLEANUP(pkey_free_at) EVP_PKEY *k = NULL;
	char *again = NULL;
	long n;

	if (!in || !out || !(k = PEM_read_bio_PUBKEY(in, NULL, pem_no_passphrase, NULL)) ||
	    !pkey_fits(k, type, text.n) || PEM_write_bio_PUBKEY(out, k) != 1)
		return NULL;
	n = BIO_get_mem_data(out, &again);
	if (n < 0 || !slice_eq(slice_bytes(again, (size_t)n), text))
		return NULL;
	return TAKE(k);
}

static EVP_PKEY *pkey_open(enum pubkey_type type, struct slice text)
{
	uint8_t raw[ED25519_SIZE];
	EVP_PKEY *k = NULL;

	if (type != PUBKEY_ED25519)
		k = text.n && text.n <= TEXT_MAX ? pem_open(type, text) : NULL;
	else if (text_hex(raw, sizeof(raw), text))
		k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
	ERR_clear_error();
	return k;
}

json_t *pubkey_encode(const struct pubkey *k)
{
	return json_pack("{s:s, s:{s:s%}, s:s}", "keytype", names[k->type].keytype, "keyval", "public", k->text.p,
			 k->text.n, "scheme", names[k->type].scheme);
}

int pubkey_make(struct pubkey *out, enum pubkey_type type, struct slice text, struct digests *dg, const char **why)
{
	struct pubkey made = { .type = type, .text = text };
	CLEANUP(pkey_free_at) EVP_PKEY *k = pkey_open(type, text);
	struct strbuf canonical = STRBUF_INIT;
	json_auto_t *json = NULL;
	int result = -1;

	*why = "a public key is malformed, or is not written in the one form that metadata uses";
	if (!k)
		return -1;
	*why = "memory ended while a key was read";
	json = pubkey_encode(&made);
	if (json && !json_write(&canonical, json, JSON_CANONICAL) &&
	    !digest_sha256(dg, made.id, strbuf_slice(&canonical))) {
		*out = made;
		result = 0;
	}
	strbuf_release(&canonical);
	return result;
}

struct key_object {
	struct slice keytype, scheme, text;
};

static int read_keytype(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct key_object *)out)->keytype, v, "keytype is not a text");
}

static int read_scheme(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct key_object *)out)->scheme, v, "scheme is not a text");
}

static int read_public(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct key_object *)out)->text, v, "a public key is not a text");
}

static int read_keyval(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = { { "public", read_public, "a key has no public part" } };
	static const struct wire_shape shape = { "keyval is not an object", "unknown key in keyval", members,
						 COUNT(members) };

	return wire_object(w, out, v, &shape);
}

int pubkey_decode(struct pubkey *out, struct arena *a, const json_t *json, struct digests *dg, const char **why)
{
	static const struct wire_member members[] = {
		{ "keytype", read_keytype, "a key has no keytype" },
		{ "keyval", read_keyval, "a key has no keyval" },
		{ "scheme", read_scheme, "a key has no scheme" },
	};
	static const struct wire_shape shape = { "a key is not an object", "unknown key in a key object", members,
						 COUNT(members) };
	struct wire w = { .a = a };
	struct key_object o = { 0 };

	if (wire_object(&w, &o, json, &shape)) {
		*why = w.why;
		return -1;
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		if (slice_eqs(o.keytype, names[i].keytype) && slice_eqs(o.scheme, names[i].scheme))
			return pubkey_make(out, (enum pubkey_type)i, o.text, dg, why);
	}
	*why = "a key's type and scheme are none of ed25519, ecdsa-sha2-nistp256, rsassa-pss-sha256";
	return -1;
}

bool pubkey_verify(const struct pubkey *k, struct slice message, struct slice sig)
{
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = pkey_open(k->type, k->text);
	CLEANUP(md_ctx_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *md = k->type == PUBKEY_ED25519 ? NULL : "SHA256";
	EVP_PKEY_CTX *pctx = NULL;
	bool good = pkey && ctx && EVP_DigestVerifyInit_ex(ctx, &pctx, md, NULL, NULL, pkey, NULL) == 1;

	if (good && k->type == PUBKEY_RSA)
		good = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n, (const unsigned char *)message.p,
					message.n) == 1;
	ERR_clear_error();
	return good;
}
