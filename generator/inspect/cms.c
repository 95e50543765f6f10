#include "inspect/cms.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <string.h>
#include <time.h>

#include "base/pem.h"

#define DIGESTS_MAX  512 /* bytes of the list of digest algorithms: for each of them OpenSSL hashes the content once */
#define KEY_BITS_MAX 8192
#define CHAIN_MAX    10
#define PIECE        16384

static void cms_free_at(CMS_ContentInfo **c)
{
	CMS_ContentInfo_free(*c);
}

static void bio_free_at(BIO **b)
{
	BIO_free_all(*b);
}

static void store_free_at(X509_STORE **s)
{
	X509_STORE_free(*s);
}

static void store_ctx_free_at(X509_STORE_CTX **c)
{
	X509_STORE_CTX_free(*c);
}

static void certs_free_at(STACK_OF(X509) * *s)
{
	sk_X509_pop_free(*s, X509_free);
}

/* --- structure ---------------------------------------------------------------------------------------------------------- */

/* Reads the header of a constructed value of this tag, of indefinite length too, and steps into it. */
static bool enter(const unsigned char **p, const unsigned char *end, int tag, int class)
{
	int got_tag, got_class, form;
	long length;

	form = ASN1_get_object(p, &length, &got_tag, &got_class, end - *p);
	return !(form & 0x80) && (form & V_ASN1_CONSTRUCTED) && got_tag == tag && got_class == class;
}

/* Steps over a value of this tag and of a definite length, which it returns; -1: it is another. */
static long skip(const unsigned char **p, const unsigned char *end, int tag)
{
	int got_tag, got_class, form;
	long length;

	form = ASN1_get_object(p, &length, &got_tag, &got_class, end - *p);
	if ((form & 0x81) || got_tag != tag || got_class != V_ASN1_UNIVERSAL)
		return -1;
	*p += length;
	return length;
}

/* ContentInfo { type, [0] { SignedData { version, digestAlgorithms …: as far as it must be known before OpenSSL works. */
static bool head_is_sane(struct slice bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
	long digests;

	if (!enter(&p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL) || skip(&p, end, V_ASN1_OBJECT) < 0 ||
	    !enter(&p, end, 0, V_ASN1_CONTEXT_SPECIFIC) || !enter(&p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL) ||
	    skip(&p, end, V_ASN1_INTEGER) < 0)
		return false;
	digests = skip(&p, end, V_ASN1_SET);
	return digests >= 0 && digests <= DIGESTS_MAX;
}

static CMS_ContentInfo *parse(struct slice bytes, const char **why)
{
	CLEANUP(cms_free_at) CMS_ContentInfo *c = NULL;
	const unsigned char *p = (const unsigned char *)bytes.p;

	*why = "a signature structure (CMS) is empty, or longer than 1 MiB";
	if (bytes.n == 0 || bytes.n > CMS_MAX)
		return NULL;
	*why = "a signature structure (CMS) is malformed";
	if (!head_is_sane(bytes) || !(c = d2i_CMS_ContentInfo(NULL, &p, (long)bytes.n)))
		return NULL;
	*why = "a signature structure (CMS) holds no signed data";
	if (OBJ_obj2nid(CMS_get0_type(c)) != NID_pkcs7_signed)
		return NULL;
	*why = "something follows a signature structure (CMS)";
	if (p != (const unsigned char *)bytes.p + bytes.n)
		return NULL;
	return TAKE(c);
}

/* --- the signer --------------------------------------------------------------------------------------------------------- */

static bool key_is_usable(const EVP_PKEY *k)
{
	char group[64];

	if (EVP_PKEY_is_a(k, "EC")) /* of a named curve: any other makes verifying as slow as its author likes */
		return EVP_PKEY_get_utf8_string_param(k, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1;
	return (EVP_PKEY_is_a(k, "RSA") || EVP_PKEY_is_a(k, "RSA-PSS") || EVP_PKEY_is_a(k, "DSA") ||
		EVP_PKEY_is_a(k, "ED25519") || EVP_PKEY_is_a(k, "ED448")) &&
	       EVP_PKEY_get_bits(k) <= KEY_BITS_MAX;
}

/* The one signer and its certificate, borrowed from `c`. */
static int find_signer(CMS_SignerInfo **out, X509 **cert, const char **digest, CMS_ContentInfo *c, const char **why)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(c);
	const ASN1_OBJECT *digest_id = NULL;
	X509_ALGOR *algorithm = NULL;
	EVP_PKEY *key = NULL;

	*why = "it has no signer";
	if (sk_CMS_SignerInfo_num(all) < 1)
		return -1;
	*why = "it has several signers; one is allowed";
	if (sk_CMS_SignerInfo_num(all) > 1)
		return -1;
	*why = "the signer's certificate is not inside";
	if (CMS_set1_signers_certs(c, NULL, 0) != 1)
		return -1;
	*out = sk_CMS_SignerInfo_value(all, 0);
	CMS_SignerInfo_get0_algs(*out, &key, cert, &algorithm, NULL);
	*why = "the key of the signer's certificate is of an unknown kind, or too large";
	if (!key || !*cert || !key_is_usable(key))
		return -1;
	X509_ALGOR_get0(&digest_id, NULL, NULL, algorithm);
	*digest = OBJ_nid2sn(OBJ_obj2nid(digest_id));
	return 0;
}

static const ASN1_TYPE *signed_attribute(const CMS_SignerInfo *si, int nid)
{
	int at = CMS_signed_get_attr_by_NID(si, nid, -1);
	X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(si, at);

	return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
}

static void read_signed_at(struct cms *out, const CMS_SignerInfo *si)
{
	const ASN1_TYPE *v = signed_attribute(si, NID_pkcs9_signingTime);
	struct tm tm;

	if (!v || (v->type != V_ASN1_UTCTIME && v->type != V_ASN1_GENERALIZEDTIME) ||
	    ASN1_TIME_to_tm(v->value.asn1_string, &tm) != 1)
		return;
	out->has_signed_at = true;
	out->signed_at = timegm(&tm);
}

/* --- verifying ---------------------------------------------------------------------------------------------------------- */

/* The signature over the attributes; it is that over the content where there are none. */
static int verify_attributes(CMS_SignerInfo *si, CMS_ContentInfo *c, const char **why)
{
	const ASN1_TYPE *type = signed_attribute(si, NID_pkcs9_contentType);

	*why = "the signed attributes do not fit the content's type";
	if (!type || type->type != V_ASN1_OBJECT || OBJ_cmp(type->value.object, CMS_get0_eContentType(c)) != 0)
		return -1;
	*why = "the signed attributes have no digest of the content";
	if (!signed_attribute(si, NID_pkcs9_messageDigest))
		return -1;
	*why = "the signature is not that of the signer's certificate";
	return CMS_SignerInfo_verify(si) == 1 ? 0 : -1;
}

/* Runs the content through OpenSSL's digests. */
static int verify_content(CMS_SignerInfo *si, CMS_ContentInfo *c, const struct cms_query *query, bool attributes,
			  const char **why)
{
	bool apart = query->detached && !*CMS_get0_content(c);
	BIO *source = apart ? BIO_new_mem_buf(query->content.p ? query->content.p : "", (int)query->content.n) : NULL;
	BIO *content = apart && !source ? NULL : CMS_dataInit(c, source);
	char piece[PIECE];
	int bad = -1;

	*why = "the content cannot be hashed as the signer did";
	if (content) {
		while (BIO_read(content, piece, sizeof(piece)) > 0)
			continue;
		bad = CMS_SignerInfo_verify_content(si, content) == 1 ? 0 : -1;
		*why = attributes ? "the content is not what was signed (its digest differs)"
				  : "the content is not what was signed with the signer's certificate";
	}
	while (content && content != source) { /* CMS_dataInit() borrows the source */
		BIO *next = BIO_pop(content);

		BIO_free(content);
		content = next;
	}
	BIO_free(source);
	return bad;
}

static int take_content(struct cms *out, struct arena *a, CMS_ContentInfo *c, const struct cms_query *query,
			const char **why)
{
	ASN1_OCTET_STRING **at = CMS_get0_content(c);
	struct slice inside = { NULL, 0 };

	if (at && *at)
		inside = slice_bytes(ASN1_STRING_get0_data(*at), (size_t)ASN1_STRING_length(*at));
	*why = "it has no content inside";
	if (!at || (!*at && !query->detached))
		return -1;
	*why = "the content inside is another than that beside it";
	if (*at && query->detached && !slice_eq(inside, query->content))
		return -1;
	if (!query->detached && !arena_try_copy(&out->content, a, inside))
		return refuse(why, REFUSE_NO_MEMORY);
	if (query->detached)
		out->content = query->content;
	return 0;
}

/* --- chain -------------------------------------------------------------------------------------------------------------- */

static X509_STORE *read_anchors(struct slice pem, const char **why)
{
	CLEANUP(store_free_at) X509_STORE *store = X509_STORE_new();
	CLEANUP(bio_free_at) BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	size_t n = 0;
	X509 *x;

	*why = REFUSE_NO_MEMORY;
	if (!store || !in)
		return NULL;
	while ((x = PEM_read_bio_X509(in, NULL, pem_no_passphrase, NULL))) {
		n += X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	*why = "the trust anchors hold no certificate in PEM";
	return n ? TAKE(store) : NULL;
}

static int follow_chain(X509 *signer, CMS_ContentInfo *c, const struct cms_query *query, const char **why)
{
	CLEANUP(store_free_at) X509_STORE *store = read_anchors(query->anchors, why);
	CLEANUP(certs_free_at) STACK_OF(X509) *others = CMS_get1_certs(c);
	CLEANUP(store_ctx_free_at) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	if (!store)
		return -1;
	*why = REFUSE_NO_MEMORY;
	if (!ctx || X509_STORE_CTX_init(ctx, store, signer, others) != 1)
		return -1;
	param = X509_STORE_CTX_get0_param(ctx);
	if (!query->timeless)
		X509_VERIFY_PARAM_set_time(param, (time_t)query->at);
	X509_VERIFY_PARAM_set_depth(param, CHAIN_MAX);
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
						       (query->timeless ? X509_V_FLAG_NO_CHECK_TIME : 0ul)) != 1)
		return -1;
	if (X509_verify_cert(ctx) == 1)
		return 0;
	*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		*why = "a certificate between the signer and the trust anchor is expired, or not valid yet";
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		*why = "no chain leads from the signer's certificate to a trust anchor";
		break;
	default:
		break;
	}
	return -1;
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

static int read_all(struct cms *out, struct arena *a, struct slice bytes, const struct cms_query *query,
		    const char **why)
{
	CLEANUP(cms_free_at) CMS_ContentInfo *c = NULL;
	CMS_SignerInfo *si = NULL;
	X509 *cert = NULL;
	bool attributes;

	*why = "a content of 2 GiB or more cannot be verified";
	if (query->content.n > INT32_MAX || query->anchors.n > INT32_MAX)
		return -1;
	c = parse(bytes, why);
	if (!c || take_content(out, a, c, query, why) || find_signer(&si, &cert, &out->digest, c, why))
		return -1;
	attributes = CMS_signed_get_attr_count(si) >= 0;
	if ((attributes && verify_attributes(si, c, why)) || verify_content(si, c, query, attributes, why))
		return -1;
	read_signed_at(out, si);
	out->unchained = query->anchors.n && follow_chain(cert, c, query, why);
	return out->unchained ? -1 : certificate_of(&out->signer, a, cert, why);
}

int cms_read(struct cms *out, struct arena *a, struct slice bytes, const struct cms_query *query, const char **why)
{
	int bad;

	*out = (struct cms){ .digest = NULL };
	ERR_set_mark();
	bad = read_all(out, a, bytes, query, why);
	if (bad && ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
		*why = REFUSE_NO_MEMORY;
	ERR_pop_to_mark();
	return bad;
}
