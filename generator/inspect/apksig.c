#include "inspect/apksig.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/little.h"
#include "base/refuse.h"
#include "inspect/apkkey.h"

#define MAGIC          "APK Sig Block 42"
#define FOOTER         24u /* size, magic */
#define SIGNERS_MAX    10
#define ALGORITHMS_MAX 16
#define CERTS_MAX      16
#define LINEAGE_MAX    16

/* Attributes of the signed part. */
#define ATTR_STRIPPING    0xbeeff00du /* v2: u32 number of a scheme that is there too */
#define ATTR_ROTATION     0x3ba06f8cu /* v3: proof of rotation */
#define ATTR_ROTATION_SDK 0x559f8b02u /* v3: v3.1 is there too; v3.1: from which SDK on */

static const struct {
	const char *name;
	uint32_t id;
} schemes[APKSIG_SCHEMES] = { { "v2", 0x7109871a }, { "v3", 0xf05368c0 }, { "v3.1", 0x1b93ad61 } };

const char *apksig_name(enum apksig_scheme s)
{
	return schemes[s].name;
}

/* The functions below that return a text return what is wrong, NULL when nothing is. */
#define CUT_OFF "it is cut off, or its lengths do not fit"

/* --- fields ----------------------------------------------------------------------------------------------------------- */

static bool take32(uint32_t *out, struct slice *rest)
{
	if (rest->n < 4)
		return false;
	*out = little32(rest->p);
	*rest = slice_from(*rest, 4);
	return true;
}

/* u32 length, bytes. */
static bool take_bytes(struct slice *out, struct slice *rest)
{
	uint32_t n;

	if (!take32(&n, rest) || n > rest->n)
		return false;
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return true;
}

struct records { /* {u32 algorithm, bytes} each */
	uint32_t id[ALGORITHMS_MAX];
	struct slice value[ALGORITHMS_MAX];
	size_t n;
};

static const char *read_records(struct records *out, struct slice list)
{
	struct slice record;

	for (out->n = 0; list.n; out->n++) {
		if (out->n == ALGORITHMS_MAX)
			return "it names more than 16 algorithms";
		if (!take_bytes(&record, &list) || !take32(&out->id[out->n], &record) ||
		    !take_bytes(&out->value[out->n], &record))
			return CUT_OFF;
	}
	return NULL;
}

/* The first of the list, of which the others need only be certificates. */
static const char *read_certs(struct slice *first, struct slice list)
{
	struct slice der;

	*first = slice_bytes(NULL, 0);
	for (size_t n = 0; list.n; n++) {
		CLEANUP(apk_cert_free_at) X509 *x = NULL;

		if (n == CERTS_MAX)
			return "it holds more than 16 certificates";
		if (!take_bytes(&der, &list))
			return CUT_OFF;
		x = apk_cert(der);
		if (!x)
			return "one of its certificates cannot be read";
		if (n == 0)
			*first = der;
	}
	return first->n ? NULL : "it holds no certificate";
}

/* --- proof of rotation ---------------------------------------------------------------------------------------------------- */

struct level { /* one certificate of the chain, signed by the one before */
	struct slice text, cert, signature;
	uint32_t algorithm, next; /* that signed it, that signs the next */
};

static bool take_level(struct level *out, struct slice *rest)
{
	struct slice level, text;
	uint32_t flags;

	if (!take_bytes(&level, rest) || !take_bytes(&out->text, &level) || !take32(&flags, &level) ||
	    !take32(&out->next, &level) || !take_bytes(&out->signature, &level))
		return false;
	text = out->text;
	return take_bytes(&out->cert, &text) && take32(&out->algorithm, &text);
}

static bool level_holds(const struct level *l, struct slice before)
{
	CLEANUP(apk_cert_free_at) X509 *x = apk_cert(before);
	const struct apk_algorithm *a = apk_algorithm(l->algorithm);

	return x && a && X509_get0_pubkey(x) && apk_signature_holds(a, X509_get0_pubkey(x), l->text, l->signature);
}

/* {u32 version, levels from the oldest certificate to the signer's own}. */
static const char *read_lineage(struct slice *out, struct arena *a, struct slice rest, struct slice cert)
{
	uint8_t *digests = arena_alloc(a, (size_t)LINEAGE_MAX * SHA256_SIZE);
	struct level l = { .next = 0 };
	struct slice before = { NULL, 0 };
	uint32_t version, signs = 0;
	size_t n = 0;

	if (!take32(&version, &rest))
		return "its proof of rotation is cut off";
	for (; rest.n; n++, before = l.cert, signs = l.next) {
		if (n == LINEAGE_MAX)
			return "its proof of rotation names more than 16 certificates";
		if (!take_level(&l, &rest))
			return "its proof of rotation is cut off";
		if (n && (l.algorithm != signs || !level_holds(&l, before)))
			return "its proof of rotation does not hold";
		if (!apk_cert_digest(digests + n * SHA256_SIZE, l.cert))
			return "a certificate cannot be hashed";
	}
	if (!n || !slice_eq(before, cert))
		return "its proof of rotation does not lead to its certificate";
	*out = slice_bytes(digests, (n - 1) * SHA256_SIZE);
	return NULL;
}

/* --- a signer ------------------------------------------------------------------------------------------------------------- */

struct verifying {
	const struct zip *z;
	enum apksig_scheme scheme;
	uint64_t block; /* offset of the signing block */
	bool hashed[CHUNK_SHA512 + 1];
	uint8_t digest[CHUNK_SHA512 + 1][CHUNKDIGEST_MAX];
	bool wants[APKSIG_SCHEMES]; /* a signer says that it is there */
};

struct signer {
	struct slice text; /* the signed part */
	uint32_t sdk[2];   /* outside it */
	struct records signatures;
	struct slice key;
	struct records digests; /* inside it */
	struct slice cert, attributes;
	uint32_t signed_sdk[2];
};

static bool take_range(uint32_t out[2], struct slice *rest, enum apksig_scheme s)
{
	out[0] = 0;
	out[1] = UINT32_MAX;
	return s == APKSIG_V2 || (take32(&out[0], rest) && take32(&out[1], rest));
}

/* What follows the fields that are known is passed over, as phones do. */
static const char *read_signer(struct signer *out, struct slice rest, enum apksig_scheme s)
{
	struct slice list, certs;
	const char *fault;

	if (!take_bytes(&out->text, &rest) || !take_range(out->sdk, &rest, s) || !take_bytes(&list, &rest) ||
	    !take_bytes(&out->key, &rest))
		return CUT_OFF;
	fault = read_records(&out->signatures, list);
	if (fault)
		return fault;
	rest = out->text;
	if (!take_bytes(&list, &rest) || !take_bytes(&certs, &rest) || !take_range(out->signed_sdk, &rest, s) ||
	    !take_bytes(&out->attributes, &rest))
		return CUT_OFF;
	fault = read_records(&out->digests, list);
	return fault ? fault : read_certs(&out->cert, certs);
}

static const char *check_signatures(const struct signer *s)
{
	CLEANUP(apk_key_free_at) EVP_PKEY *key = apk_key(s->key);
	CLEANUP(apk_cert_free_at) X509 *x = apk_cert(s->cert);
	size_t known = 0;

	if (!key)
		return "its public key cannot be read, or has more than 8192 bits";
	for (size_t i = 0; i < s->signatures.n; i++) {
		const struct apk_algorithm *a = apk_algorithm(s->signatures.id[i]);

		if (!a)
			continue;
		if (!apk_signature_holds(a, key, s->text, s->signatures.value[i]))
			return "the signature does not hold";
		known += !a->verity;
	}
	if (!known)
		return "none of its algorithms is known";
	return x && apk_cert_has_key(x, s->key) ? NULL : "its public key is not that of its certificate";
}

static const char *hash_archive(struct verifying *v, enum chunk_hash h)
{
	struct slice sections[CHUNKDIGEST_SECTIONS];
	const char *why;

	if (v->hashed[h])
		return NULL;
	if (chunkdigest_sections(sections, v->z, v->block, &why))
		return why;
	if (chunkdigest(v->digest[h], h, sections, COUNT(sections), NULL, 0))
		return "the archive cannot be hashed";
	v->hashed[h] = true;
	return NULL;
}

static const char *check_digests(struct verifying *v, const struct signer *s)
{
	const struct records *d = &s->digests;

	if (d->n != s->signatures.n || memcmp(d->id, s->signatures.id, d->n * sizeof(*d->id)) != 0)
		return "its digests are of other algorithms than its signatures";
	for (size_t i = 0; i < d->n; i++) {
		const struct apk_algorithm *a = apk_algorithm(d->id[i]);
		const char *fault;

		if (!a || a->verity)
			continue;
		fault = hash_archive(v, a->hash);
		if (fault)
			return fault;
		if (!slice_eq(d->value[i], slice_bytes(v->digest[a->hash], chunkdigest_size(a->hash))))
			return "the digest of the archive is another one: it was changed after it was signed";
	}
	return NULL;
}

static const char *read_attributes(struct verifying *v, struct slice *lineage, const struct signer *s)
{
	struct slice rest = s->attributes, value;
	uint32_t id;

	while (rest.n) {
		if (!take_bytes(&value, &rest) || !take32(&id, &value))
			return CUT_OFF;
		if (v->scheme == APKSIG_V2 && id == ATTR_STRIPPING && value.n >= 4 && little32(value.p) == 3)
			v->wants[APKSIG_V3] = true;
		if (v->scheme == APKSIG_V3 && id == ATTR_ROTATION_SDK)
			v->wants[APKSIG_V31] = true;
		if (v->scheme != APKSIG_V2 && id == ATTR_ROTATION) {
			const char *fault = read_lineage(lineage, v->z->a, value, s->cert);

			if (fault)
				return fault;
		}
	}
	return NULL;
}

/* `out`: NULL for all but the first. */
static const char *check_signer(struct verifying *v, struct apksig_signers *out, struct slice bytes)
{
	struct slice lineage = { NULL, 0 };
	const char *fault;
	struct signer s;

	fault = read_signer(&s, bytes, v->scheme);
	if (!fault)
		fault = check_signatures(&s);
	if (!fault && memcmp(s.sdk, s.signed_sdk, sizeof(s.sdk)) != 0)
		fault = "its SDK range is another one outside the signed part";
	if (!fault)
		fault = check_digests(v, &s);
	if (!fault)
		fault = read_attributes(v, &lineage, &s);
	if (fault || !out)
		return fault;
	out->lineage = lineage;
	out->min_sdk = s.sdk[0];
	out->max_sdk = s.sdk[1];
	return apk_cert_digest(out->cert, s.cert) ? NULL : "a certificate cannot be hashed";
}

/* --- the block -------------------------------------------------------------------------------------------------------------- */

static int check_scheme(struct verifying *v, struct apksig_signers *out, struct slice value, const char **why)
{
	struct slice list = { NULL, 0 }, signer;
	const char *fault = NULL;

	if (!take_bytes(&list, &value) || value.n || !list.n)
		return refuse(why, arena_printf(v->z->a, "its %s signature: %s", apksig_name(v->scheme),
						list.n ? CUT_OFF : "it has no signer")
					   .p);
	for (out->n = 0; list.n && !fault; out->n++) {
		if (out->n == SIGNERS_MAX)
			fault = "there are more than 10 signers";
		else if (!take_bytes(&signer, &list))
			fault = CUT_OFF;
		else
			fault = check_signer(v, out->n ? NULL : out, signer);
	}
	if (!fault)
		return 0;
	return refuse(
		why,
		arena_printf(v->z->a, "its %s signature, signer %zu: %s", apksig_name(v->scheme), out->n, fault).p);
}

/* The pairs of the block, and its offset in the archive. */
static int find_pairs(struct slice *pairs, uint64_t *offset, const struct zip *z, const char **why)
{
	struct slice b = z->block, before;
	uint64_t size;

	if (b.n < 8 + FOOTER || memcmp(b.p + b.n - 16, MAGIC, 16) != 0)
		return refuse(why,
			      "the bytes between its last entry and its directory are no signing block: they do not "
			      "end in \"" MAGIC "\"");
	size = little64(b.p + b.n - FOOTER);
	if (size < FOOTER || size > b.n - 8 || little64(b.p + b.n - 8 - size) != size)
		return refuse(why, "the two sizes of its signing block do not fit each other, or the archive");
	before = slice_sub(b, 0, b.n - 8 - (size_t)size);
	for (size_t i = 0; i < before.n; i++) {
		if (before.p[i])
			return refuse(why, "the bytes before its signing block belong to no entry");
	}
	*pairs = slice_sub(b, before.n + 8, (size_t)size - FOOTER);
	*offset = (uint64_t)(b.p - z->bytes.p) + before.n;
	return 0;
}

static int split_pairs(struct slice values[APKSIG_SCHEMES], struct arena *a, struct slice pairs, const char **why)
{
	while (pairs.n) {
		uint64_t n = pairs.n >= 12 ? little64(pairs.p) : 0;

		if (n < 4 || n > pairs.n - 8)
			return refuse(why, "a pair of its signing block is cut off, or its length does not fit");
		for (int s = 0; s < APKSIG_SCHEMES; s++) {
			if (little32(pairs.p + 8) != schemes[s].id)
				continue;
			if (values[s].p)
				return refuse(why, arena_printf(a, "its signing block holds two %s signatures",
								schemes[s].name)
							   .p);
			values[s] = slice_sub(pairs, 12, (size_t)n - 4);
		}
		pairs = slice_from(pairs, 8 + (size_t)n);
	}
	return 0;
}

static int check_schemes(struct apksig *out, struct verifying *v, const struct slice *values, const char **why)
{
	for (int s = 0; s < APKSIG_SCHEMES; s++) {
		v->scheme = (enum apksig_scheme)s;
		if (values[s].p && check_scheme(v, &out->v[s], values[s], why))
			return -1;
	}
	for (int s = 0; s < APKSIG_SCHEMES; s++) {
		if (v->wants[s] && !values[s].p)
			return refuse(why, arena_printf(v->z->a,
							"its %s signature was removed: the %s signature says "
							"that there is one",
							schemes[s].name, schemes[s - 1].name)
						   .p);
	}
	if (values[APKSIG_V31].p && !values[APKSIG_V3].p)
		return refuse(why, "it has a v3.1 signature without a v3 signature");
	return 0;
}

int apksig_read(struct apksig *out, const struct zip *z, const char **why)
{
	struct slice pairs, values[APKSIG_SCHEMES] = { { NULL, 0 } };
	struct verifying v = { .z = z };
	int bad;

	memset(out, 0, sizeof(*out));
	if (!z->block.n)
		return 0;
	if (find_pairs(&pairs, &v.block, z, why) || split_pairs(values, z->a, pairs, why))
		return -1;
	ERR_set_mark();
	bad = check_schemes(out, &v, values, why);
	ERR_pop_to_mark();
	return bad;
}

const struct apksig_signers *apksig_newest(const struct apksig *s)
{
	for (int i = APKSIG_SCHEMES - 1; i >= 0; i--)
		if (s->v[i].n)
			return &s->v[i];
	return NULL;
}
