/* Who signs in these tests: keys and certificates made on the spot, CMS structures, and harmony's signing blocks.
 *
 * Nothing here is looked at by the code under test but the bytes that come out. */
#ifndef SIGNER_H
#define SIGNER_H

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/digest.h"
#include "base/little.h"
#include "inspect/chunkdigest.h"

#define SIGNER_FROM INT64_C(1577836800) /* 2020-01-01T00:00:00Z */
#define SIGNER_TO   INT64_C(4733510400) /* 2120-01-01T00:00:00Z */

struct signer_id {
	EVP_PKEY *key;
	X509 *cert;
};

static inline EVP_PKEY *signer_key(int rsa_bits) /* 0: P-256 */
{
	return rsa_bits ? EVP_RSA_gen((unsigned)rsa_bits) : EVP_EC_gen("P-256");
}

/* `issuer` NULL: signs itself, and may vouch for others. */
static inline struct signer_id signer_make(const char *name, EVP_PKEY *key, const struct signer_id *issuer)
{
	struct signer_id id = { key, X509_new() };
	X509_NAME *subject = X509_get_subject_name(id.cert);
	static long serial;

	X509_set_version(id.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(id.cert), SIGNER_FROM);
	ASN1_TIME_set(X509_getm_notAfter(id.cert), SIGNER_TO);
	X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"Example", -1, -1, 0);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(id.cert, issuer ? X509_get_subject_name(issuer->cert) : subject);
	X509_set_pubkey(id.cert, key);
	if (!issuer) {
		X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

		X509_add_ext(id.cert, ca, -1);
		X509_EXTENSION_free(ca);
	}
	assert_true(X509_sign(id.cert, issuer ? issuer->key : key, EVP_sha256()) > 0);
	return id;
}

static inline void signer_release(struct signer_id *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

static inline struct slice signer_pem(struct arena *a, const struct signer_id *id)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct slice text;
	char *p = NULL;
	long n;

	assert_int_equal(PEM_write_bio_X509(out, id->cert), 1);
	n = BIO_get_mem_data(out, &p);
	text = arena_copy(a, slice_bytes(p, (size_t)n));
	BIO_free(out);
	return text;
}

static inline struct slice signer_der(struct arena *a, const struct signer_id *id)
{
	int n = i2d_X509(id->cert, NULL);
	unsigned char *p = arena_alloc(a, (size_t)n), *end = p;

	assert_int_equal(i2d_X509(id->cert, &end), n);
	return slice_bytes(p, (size_t)n);
}

static inline struct slice signer_encode(struct arena *a, CMS_ContentInfo *cms)
{
	int n = i2d_CMS_ContentInfo(cms, NULL);
	unsigned char *p = arena_alloc(a, (size_t)n), *end = p;

	assert_true(n > 0);
	assert_int_equal(i2d_CMS_ContentInfo(cms, &end), n);
	return slice_bytes(p, (size_t)n);
}

/* `flags` are CMS_sign()'s: CMS_DETACHED, CMS_NOATTR, CMS_NOCERTS. `second` signs too, where it is there. */
static inline struct slice signer_cms(struct arena *a, const struct signer_id *id, const struct signer_id *second,
				      struct slice content, const EVP_MD *md, unsigned flags)
{
	BIO *in = BIO_new_mem_buf(content.p ? content.p : "", (int)content.n);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_BINARY | CMS_PARTIAL);
	struct slice bytes;

	assert_non_null(cms);
	assert_non_null(CMS_add1_signer(cms, id->cert, id->key, md, flags | CMS_NOSMIMECAP));
	if (second)
		assert_non_null(CMS_add1_signer(cms, second->cert, second->key, md, flags | CMS_NOSMIMECAP));
	assert_int_equal(CMS_final(cms, in, NULL, flags | CMS_BINARY), 1);
	bytes = signer_encode(a, cms);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return bytes;
}

/* --- harmony ------------------------------------------------------------------------------------------------------------ */
#define SIGNER_PARTS 6

struct signer_part {
	uint32_t type;
	struct slice value;
};

struct signer_block { /* zeroed: as hapsigner makes it */
	struct signer_part parts[SIGNER_PARTS];
	size_t n;
	uint32_t version;
	const char *magic; /* NULL: what fits the version */
};

static inline void signer_add32(struct strbuf *out, uint32_t v)
{
	char b[4];

	little32_put(b, v);
	strbuf_add(out, b, 4);
}

static inline struct slice signer_block(struct arena *a, const struct signer_block *b)
{
	struct strbuf out = STRBUF_INIT;
	uint32_t at = (uint32_t)b->n * 12;
	struct slice bytes;

	for (size_t i = 0; i < b->n; i++) {
		signer_add32(&out, b->parts[i].type);
		signer_add32(&out, (uint32_t)b->parts[i].value.n);
		signer_add32(&out, at);
		at += (uint32_t)b->parts[i].value.n;
	}
	for (size_t i = 0; i < b->n; i++)
		strbuf_addslice(&out, b->parts[i].value);
	signer_add32(&out, (uint32_t)b->n);
	signer_add32(&out, at + 32);
	signer_add32(&out, 0);
	strbuf_adds(&out, b->magic ? b->magic : b->version == 2 ? "HAP Sig Block 42" : "<hap sign block>");
	signer_add32(&out, b->version);
	bytes = arena_copy(a, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

/* The zip (without a comment) with a block before its directory. */
static inline struct slice signer_insert(struct arena *a, struct slice zip, struct slice block)
{
	size_t end = zip.n - 22, directory = little32(zip.p + end + 16);
	struct strbuf out = STRBUF_INIT;
	struct slice bytes;

	strbuf_addslice(&out, slice_sub(zip, 0, directory));
	strbuf_addslice(&out, block);
	strbuf_addslice(&out, slice_from(zip, directory));
	little32_put(out.p + block.n + end + 16, (uint32_t)(directory + block.n));
	bytes = arena_copy(a, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

/* What is signed of a zip: the digest over it and over what the block holds beside the signature. */
static inline struct slice signer_content(struct arena *a, struct slice zip, const struct slice *further, size_t n,
					  uint32_t algorithm, enum chunk_hash hash)
{
	size_t end = zip.n - 22, directory = little32(zip.p + end + 16), size = chunkdigest_size(hash);
	const struct slice sections[] = { slice_sub(zip, 0, directory), slice_sub(zip, directory, end - directory),
					  slice_from(zip, end) };
	const uint32_t head[] = { 2, 1, (uint32_t)(8 + size), algorithm, (uint32_t)size };
	uint8_t digest[CHUNKDIGEST_MAX];
	char *bytes = arena_alloc(a, 20 + size);

	assert_int_equal(chunkdigest(digest, hash, sections, 3, further, n), 0);
	for (size_t i = 0; i < 5; i++)
		little32_put(bytes + 4 * i, head[i]);
	memcpy(bytes + 20, digest, size);
	return slice_bytes(bytes, 20 + size);
}

/* Who signs a package, and what the profile says; NULL and 0: the usual. */
struct signer_package {
	const struct signer_id *app, *profile;
	const struct signer_id *named; /* whose certificate is in the profile; NULL: app's */
	const char *bundle, *apl, *identifier, *type, *distribution;
	int64_t from, to;
};

static inline struct slice signer_escape(struct arena *a, struct slice pem)
{
	struct slice text = SLICE("");

	for (struct slice rest = pem, line; rest.p && rest.n;) {
		line = slice_cut(&rest, '\n');
		text = arena_printf(a, SLICE_FMT SLICE_FMT "\\n", SLICE_ARG(text), SLICE_ARG(line));
	}
	return text;
}

static inline struct slice signer_profile(struct arena *a, const struct signer_package *p)
{
	const char *type = p->type ? p->type : "release";
	struct slice pem = signer_escape(a, signer_pem(a, p->named ? p->named : p->app));

	return arena_printf(a,
			    "{%s%s%s\"type\": \"%s\", \"validity\": {\"not-before\": %lld, \"not-after\": %lld}, "
			    "\"bundle-info\": {\"bundle-name\": \"%s\", \"apl\": \"%s\", "
			    "\"app-identifier\": \"%s\", \"%s-certificate\": \"" SLICE_FMT "\"}, \"weight\": 1.5}",
			    p->distribution ? "\"app-distribution-type\": \"" : "",
			    p->distribution ? p->distribution : "", p->distribution ? "\", " : "", type,
			    (long long)(p->from ? p->from : 1600000000), (long long)(p->to ? p->to : 1900000000),
			    p->bundle ? p->bundle : "com.example", p->apl ? p->apl : "normal",
			    p->identifier ? p->identifier : "5765880207854649881",
			    strcmp(type, "debug") ? "distribution" : "development", SLICE_ARG(pem));
}

/* The zip (without a comment) with a signing block. */
static inline struct slice signer_sign(struct arena *a, struct slice zip, const struct signer_package *p)
{
	struct slice p7b = signer_cms(a, p->profile, NULL, signer_profile(a, p), EVP_sha256(), 0);
	struct slice content = signer_content(a, zip, &p7b, 1, 0x201, CHUNK_SHA256);
	const struct signer_block b = {
		.parts = { { 0x20000002, p7b }, { 0x20000000, signer_cms(a, p->app, NULL, content, EVP_sha256(), 0) } },
		.n = 2,
		.version = 3,
	};

	return signer_insert(a, zip, signer_block(a, &b));
}

#endif
