/* Signed Android packages for the tests: APK Signing Blocks that may be wrong in every way, JAR signatures. */
#ifndef UNIT_SIGNEDAPK_H
#define UNIT_SIGNEDAPK_H

#include <string.h>

#include "base/little.h"
#include "signed.h"
#include "zip.h"

#define APK_V2  0x7109871au
#define APK_V3  0xf05368c0u
#define APK_V31 0x1b93ad61u

/* --- fields ------------------------------------------------------------------------------------------------------------- */

static inline void add_u32(struct strbuf *out, uint32_t v)
{
	char bytes[4];

	little32_put(bytes, v);
	strbuf_add(out, bytes, 4);
}

static inline void add_u64(struct strbuf *out, uint64_t v)
{
	add_u32(out, (uint32_t)v);
	add_u32(out, (uint32_t)(v >> 32));
}

/* What was appended since `at` gets its length in front. */
static inline void add_count(struct strbuf *out, size_t at)
{
	struct strbuf tail = STRBUF_INIT;

	strbuf_addslice(&tail, slice_from(strbuf_slice(out), at));
	strbuf_truncate(out, at);
	add_u32(out, (uint32_t)tail.n);
	strbuf_addslice(out, strbuf_slice(&tail));
	strbuf_release(&tail);
}

static inline void add_bytes(struct strbuf *out, struct slice bytes)
{
	add_u32(out, (uint32_t)bytes.n);
	strbuf_addslice(out, bytes);
}

static inline void sha256_of(uint8_t out[32], struct slice bytes)
{
	signed_must(EVP_Digest(bytes.p, bytes.n, out, NULL, EVP_sha256(), NULL) == 1);
}

static inline void cert_sha256(uint8_t out[32], const struct signer_pair *s)
{
	signed_must(X509_digest(s->cert, EVP_sha256(), out, NULL) == 1);
}

static inline void add_cert(struct strbuf *out, const struct signer_pair *s)
{
	unsigned char *der = NULL;
	int n = i2d_X509(s->cert, &der);

	signed_must(n > 0);
	add_bytes(out, slice_bytes(der, (size_t)n));
	OPENSSL_free(der);
}

static inline void add_signature(struct strbuf *out, const struct signer_pair *s, struct slice text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char bytes[512];
	size_t n = sizeof(bytes);

	signed_must(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, s->key) == 1 &&
		    EVP_DigestSign(ctx, bytes, &n, (const unsigned char *)text.p, text.n) == 1);
	EVP_MD_CTX_free(ctx);
	add_bytes(out, slice_bytes(bytes, n));
}

/* --- APK Signing Block -------------------------------------------------------------------------------------------------- */

enum wrong {
	RIGHT,
	WRONG_DIGEST,      /* a bit of it */
	WRONG_DIGEST_SIZE, /* a byte less */
	WRONG_SIGNATURE,
	WRONG_KEY, /* signed, and embedded, but not the certificate's */
	WRONG_CERT,
	NO_CERT,
	NO_KEY,
	SECOND_CERT_WRONG,
	MANY_CERTS,
	MANY_ALGORITHMS,
	CUT_SIGNED,   /* the signed part ends behind its certificates */
	CUT_SIGNER,   /* nothing follows the signed part */
	LONG_DIGESTS, /* a length reaches behind the end */
	OTHER_SDK,    /* outside the signed part */
	CUT_ATTRIBUTE,
};

struct test_signer {
	const struct signer_pair *pair; /* NULL: the list of signers ends */
	uint32_t algorithm;             /* 0: ECDSA with SHA-256 */
	uint32_t digest_algorithm;      /* 0: the same */
	enum wrong wrong;
	const struct signer_pair *other; /* WRONG_KEY: the certificate's */
	uint32_t attribute;              /* its id; 0: none */
	struct slice value;
};

struct test_scheme {
	uint32_t id; /* 0: the list ends */
	struct test_signer signers[12];
};

/* Of a zip without a comment whose directory begins at `directory`: one chunk for each of its three parts. */
static inline void archive_digest(uint8_t out[32], struct slice zip, size_t directory)
{
	size_t from[] = { 0, directory, zip.n - 22, zip.n };
	uint8_t whole[5 + 3 * 32] = { 0x5a, 3 };

	for (size_t i = 0; i < 3; i++) {
		struct strbuf chunk = STRBUF_INIT;

		signed_must(from[i + 1] - from[i] <= 1 << 20);
		strbuf_addch(&chunk, (char)0xa5);
		add_u32(&chunk, (uint32_t)(from[i + 1] - from[i]));
		strbuf_addslice(&chunk, slice_sub(zip, from[i], from[i + 1] - from[i]));
		sha256_of(whole + 5 + 32 * i, strbuf_slice(&chunk));
		strbuf_release(&chunk);
	}
	sha256_of(out, slice_bytes(whole, sizeof(whole)));
}

static inline void add_record(struct strbuf *out, uint32_t algorithm, struct slice bytes)
{
	size_t at = out->n;

	add_u32(out, algorithm);
	add_bytes(out, bytes);
	add_count(out, at);
}

static inline uint32_t algorithm_of(const struct test_signer *s)
{
	return s->algorithm ? s->algorithm : 0x0201;
}

static inline void add_digests(struct strbuf *out, const struct test_signer *s, const uint8_t digest[32])
{
	size_t at = out->n, n = s->wrong == MANY_ALGORITHMS ? 17 : 1;
	uint8_t bytes[32];

	memcpy(bytes, digest, 32);
	bytes[31] ^= s->wrong == WRONG_DIGEST;
	for (size_t i = 0; i < n; i++)
		add_record(out, s->digest_algorithm ? s->digest_algorithm : algorithm_of(s),
			   slice_bytes(bytes, s->wrong == WRONG_DIGEST_SIZE ? 31 : 32));
	if (s->wrong == LONG_DIGESTS)
		little32_put(out->p + at, 1000);
	add_count(out, at);
}

static inline void add_certs(struct strbuf *out, const struct test_signer *s)
{
	size_t at = out->n, n = s->wrong == MANY_CERTS ? 17 : s->wrong == NO_CERT ? 0 : 1;

	for (size_t i = 0; i < n; i++) {
		if (s->wrong == WRONG_CERT)
			add_bytes(out, SLICE("der"));
		else
			add_cert(out, s->wrong == WRONG_KEY ? s->other : s->pair);
	}
	if (s->wrong == SECOND_CERT_WRONG)
		add_bytes(out, SLICE("der"));
	add_count(out, at);
}

static inline void add_attributes(struct strbuf *out, const struct test_signer *s)
{
	size_t at = out->n, first;

	if (s->wrong == CUT_ATTRIBUTE)
		add_bytes(out, SLICE("id"));
	if (s->attribute) {
		first = out->n;
		add_u32(out, s->attribute);
		strbuf_addslice(out, s->value);
		add_count(out, first);
	}
	add_count(out, at);
}

static inline void add_signed_part(struct strbuf *out, const struct test_signer *s, uint32_t scheme,
				   const uint8_t digest[32])
{
	add_digests(out, s, digest);
	add_certs(out, s);
	if (s->wrong == CUT_SIGNED)
		return;
	if (scheme != APK_V2) {
		add_u32(out, 28);
		add_u32(out, 99);
	}
	add_attributes(out, s);
}

static inline void add_signatures_and_key(struct strbuf *out, const struct test_signer *s, struct slice text)
{
	struct strbuf signature = STRBUF_INIT;
	unsigned char *spki = NULL;
	int n = i2d_PUBKEY(s->pair->key, &spki);
	size_t at = out->n, records = s->wrong == MANY_ALGORITHMS ? 17 : 1;

	add_signature(&signature, s->pair, text);
	signature.p[signature.n - 1] ^= s->wrong == WRONG_SIGNATURE;
	for (size_t i = 0; i < records; i++)
		add_record(out, algorithm_of(s), slice_from(strbuf_slice(&signature), 4));
	add_count(out, at);
	add_bytes(out, slice_bytes(spki, s->wrong == NO_KEY ? 3 : (size_t)n));
	OPENSSL_free(spki);
	strbuf_release(&signature);
}

static inline void add_signer(struct strbuf *out, const struct test_signer *s, uint32_t scheme,
			      const uint8_t digest[32])
{
	struct strbuf text = STRBUF_INIT;
	size_t at = out->n;

	add_signed_part(&text, s, scheme, digest);
	add_bytes(out, strbuf_slice(&text));
	if (scheme != APK_V2) {
		add_u32(out, s->wrong == OTHER_SDK ? 24 : 28);
		add_u32(out, 99);
	}
	if (s->wrong != CUT_SIGNER)
		add_signatures_and_key(out, s, strbuf_slice(&text));
	add_count(out, at);
	strbuf_release(&text);
}

/* The pairs of a block for that zip. */
static inline void add_pairs(struct strbuf *out, const struct test_scheme *schemes, struct slice zip)
{
	uint8_t digest[32];

	archive_digest(digest, zip, little32(zip.p + zip.n - 6));
	for (; schemes->id; schemes++) {
		struct strbuf value = STRBUF_INIT;

		for (const struct test_signer *s = schemes->signers; s->pair; s++)
			add_signer(&value, s, schemes->id, digest);
		add_count(&value, 0);
		add_u64(out, 4 + value.n);
		add_u32(out, schemes->id);
		strbuf_addslice(out, strbuf_slice(&value));
		strbuf_release(&value);
	}
}

/* Puts a block with these pairs before the directory of a zip without a comment. */
static inline void insert_block(struct strbuf *out, struct slice zip, struct slice pairs)
{
	size_t directory = little32(zip.p + zip.n - 6);

	strbuf_addslice(out, slice_sub(zip, 0, directory));
	add_u64(out, pairs.n + 24);
	strbuf_addslice(out, pairs);
	add_u64(out, pairs.n + 24);
	strbuf_adds(out, "APK Sig Block 42");
	strbuf_addslice(out, slice_from(zip, directory));
	little32_put(out->p + out->n - 6, (uint32_t)(directory + pairs.n + 32));
	signed_must(!out->failed);
}

static inline void sign_schemes(struct strbuf *out, struct slice zip, const struct test_scheme *schemes)
{
	struct strbuf pairs = STRBUF_INIT;

	add_pairs(&pairs, schemes, zip);
	insert_block(out, zip, strbuf_slice(&pairs));
	strbuf_release(&pairs);
}

/* The usual: one v2 signer. */
static inline void sign_apk(struct strbuf *out, struct slice zip, const struct signer_pair *pair)
{
	const struct test_scheme schemes[] = { { .id = APK_V2, .signers = { { .pair = pair } } }, { .id = 0 } };

	sign_schemes(out, zip, schemes);
}

/* --- JAR signature ------------------------------------------------------------------------------------------------------ */

static inline void add_digest_line(struct strbuf *out, const char *name, struct slice bytes)
{
	uint8_t hash[32];

	sha256_of(hash, bytes);
	strbuf_addf(out, "%s: ", name);
	strbuf_addbase64(out, slice_bytes(hash, 32));
	strbuf_adds(out, "\r\n");
}

static inline void add_section(struct strbuf *out, const char *file, struct slice bytes)
{
	strbuf_addf(out, "Name: %s\r\n", file);
	add_digest_line(out, "SHA-256-Digest", bytes);
	strbuf_adds(out, "\r\n");
}

/* META-INF/MANIFEST.MF over the entries. */
static inline void add_manifest(struct strbuf *out, const struct test_zip_entry *entries)
{
	strbuf_adds(out, "Manifest-Version: 1.0\r\n\r\n");
	for (; entries->name; entries++)
		add_section(out, entries->name, entries->data);
}

/* A .SF over the manifest. */
static inline void add_sf(struct strbuf *out, struct slice manifest)
{
	strbuf_adds(out, "Signature-Version: 1.0\r\n");
	add_digest_line(out, "SHA-256-Digest-Manifest", manifest);
	strbuf_adds(out, "\r\n");
}

/* The .EC or .RSA beside it. */
static inline void add_detached(struct strbuf *out, const struct signer_pair *s, struct slice sf)
{
	BIO *in = BIO_new_mem_buf(sf.p, (int)sf.n);
	CMS_ContentInfo *cms = CMS_sign(s->cert, s->key, NULL, in, CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP);
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);

	signed_must(n > 0);
	strbuf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}

/* The zip of at most 16 entries with their signature before them. */
static inline void sign_jar(struct strbuf *out, const struct test_zip_entry *entries, const struct signer_pair *s)
{
	struct strbuf manifest = STRBUF_INIT, sf = STRBUF_INIT, cms = STRBUF_INIT;
	struct test_zip_entry all[20] = { { NULL, { NULL, 0 }, 0, false } };
	size_t n = 0;

	add_manifest(&manifest, entries);
	add_sf(&sf, strbuf_slice(&manifest));
	add_detached(&cms, s, strbuf_slice(&sf));
	all[n++] = (struct test_zip_entry){ "META-INF/MANIFEST.MF", strbuf_slice(&manifest), 0, false };
	all[n++] = (struct test_zip_entry){ "META-INF/TEST.SF", strbuf_slice(&sf), 0, false };
	all[n++] = (struct test_zip_entry){ "META-INF/TEST.EC", strbuf_slice(&cms), 0, false };
	for (; entries->name; entries++)
		all[n++] = *entries;
	zip_make(out, all);
	strbuf_release(&cms);
	strbuf_release(&sf);
	strbuf_release(&manifest);
}

#endif
