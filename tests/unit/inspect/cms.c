/* CMS structures: who signed is told, and what does not hold is refused with its own reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/cms.h"
#include "signer.h"

#define NOW INT64_C(1795248000) /* 2026-11-21T08:00:00Z */

static const struct slice text = { "who signed this?", 16 };

struct people {
	struct arena a;
	struct signer_id root, app, other, rsa;
	struct cms cms;
	const char *why;
};

static int meet(void **state)
{
	static struct people p;

	p = (struct people){ .a = ARENA_INIT };
	p.root = signer_make("Root", signer_key(0), NULL);
	p.app = signer_make("Größe", signer_key(0), &p.root);
	p.other = signer_make("Other", signer_key(0), NULL);
	p.rsa = signer_make("Old", signer_key(2048), NULL);
	*state = &p;
	return 0;
}

static int leave(void **state)
{
	struct people *p = *state;

	signer_release(&p->root);
	signer_release(&p->app);
	signer_release(&p->other);
	signer_release(&p->rsa);
	arena_release(&p->a);
	return 0;
}

static int read(struct people *p, struct slice bytes, struct cms_query query)
{
	p->why = "";
	return cms_read(&p->cms, &p->a, bytes, &query, &p->why);
}

static void assert_refused(struct people *p, struct slice bytes, struct cms_query query, const char *why)
{
	assert_int_equal(read(p, bytes, query), -1);
	assert_string_equal(p->why, why);
}

static const struct cms_query nobody = { .at = 0 };

/* --- what is told --------------------------------------------------------------------------------------------------------- */
static void test_facts(void **state)
{
	struct people *p = *state;
	uint8_t hash[SHA256_SIZE];
	struct slice der = signer_der(&p->a, &p->app);

	assert_int_equal(read(p, signer_cms(&p->a, &p->app, NULL, text, EVP_sha384(), 0), nobody), 0);
	assert_true(slice_eq(p->cms.content, text));
	assert_true(slice_eq(p->cms.signer.der, der));
	assert_int_equal(EVP_Digest(der.p, der.n, hash, NULL, EVP_sha256(), NULL), 1);
	assert_memory_equal(p->cms.signer.sha256, hash, sizeof(hash));
	assert_string_equal(p->cms.signer.subject.p, "CN=Größe,O=Example");
	assert_int_equal(p->cms.signer.not_before, SIGNER_FROM);
	assert_int_equal(p->cms.signer.not_after, SIGNER_TO);
	assert_string_equal(p->cms.digest, "SHA384");
	assert_true(p->cms.has_signed_at && p->cms.signed_at > SIGNER_FROM);
}

static void test_forms(void **state)
{
	static const struct {
		const char *what;
		bool rsa;
		const EVP_MD *(*md)(void);
		unsigned flags;
	} cases[] = {
		{ "attributes", false, EVP_sha256, 0 },        { "none", false, EVP_sha256, CMS_NOATTR },
		{ "SHA-512", false, EVP_sha512, 0 },           { "RSA", true, EVP_sha256, 0 },
		{ "RSA, none", true, EVP_sha256, CMS_NOATTR }, { "RSA with SHA-1", true, EVP_sha1, 0 },
		{ "RSA with MD5", true, EVP_md5, CMS_NOATTR },
	};
	struct people *p = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct signer_id *id = cases[i].rsa ? &p->rsa : &p->app;
		struct cms_query apart = { .detached = true, .content = text };
		struct slice inside, beside;

		print_message("%s\n", cases[i].what);
		inside = signer_cms(&p->a, id, NULL, text, cases[i].md(), cases[i].flags);
		assert_int_equal(read(p, inside, nobody), 0);
		assert_int_equal(p->cms.has_signed_at, !(cases[i].flags & CMS_NOATTR));
		assert_int_equal(read(p, inside, apart), 0); /* the same content, inside as well */
		beside = signer_cms(&p->a, id, NULL, text, cases[i].md(), cases[i].flags | CMS_DETACHED);
		assert_int_equal(read(p, beside, apart), 0);
		assert_ptr_equal(p->cms.content.p, text.p);
		assert_refused(p, beside, nobody, "it has no content inside");
		apart.content = SLICE("Who signed this?");
		assert_refused(p, beside, apart,
			       cases[i].flags & CMS_NOATTR
				       ? "the content is not what was signed with the signer's certificate"
				       : "the content is not what was signed (its digest differs)");
		assert_refused(p, inside, apart, "the content inside is another than that beside it");
	}
	assert_int_equal(ERR_peek_error(), 0);
}

/* --- chains --------------------------------------------------------------------------------------------------------------- */
static void test_chain(void **state)
{
	struct people *p = *state;
	struct slice signed_by_app = signer_cms(&p->a, &p->app, NULL, text, EVP_sha256(), 0);
	struct cms_query trust = { .anchors = signer_pem(&p->a, &p->root), .at = NOW };

	assert_int_equal(read(p, signed_by_app, trust), 0);
	trust.anchors = signer_pem(&p->a, &p->app); /* one who is trusted himself */
	assert_int_equal(read(p, signed_by_app, trust), 0);
	trust.anchors = signer_pem(&p->a, &p->other);
	assert_refused(p, signed_by_app, trust, "no chain leads from the signer's certificate to a trust anchor");
	trust.anchors = SLICE("no certificate");
	assert_refused(p, signed_by_app, trust, "the trust anchors hold no certificate in PEM");
	trust.anchors = signer_pem(&p->a, &p->root);
	trust.at = SIGNER_TO + 1;
	assert_refused(p, signed_by_app, trust,
		       "a certificate between the signer and the trust anchor is expired, or not valid yet");
	trust.at = SIGNER_FROM - 1;
	assert_refused(p, signed_by_app, trust,
		       "a certificate between the signer and the trust anchor is expired, or not valid yet");
	assert_int_equal(ERR_peek_error(), 0);
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */

/* The structure with one byte changed, counted from the first (last) time that `needle` is in it. */
static struct slice spoiled(struct arena *a, struct slice bytes, struct slice needle, size_t offset, bool last)
{
	char *copy = arena_str(a, bytes), *found = NULL;

	for (size_t i = 0; i + needle.n <= bytes.n && (last || !found); i++) {
		if (!memcmp(copy + i, needle.p, needle.n))
			found = copy + i;
	}
	assert_non_null(found);
	found[offset] = (char)(found[offset] ^ 1);
	return slice_bytes(copy, bytes.n);
}

static void test_refused(void **state)
{
	static const struct slice message_digest = { "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04", 9 },
				  content_type = { "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03", 9 };
	struct people *p = *state;
	struct slice good = signer_cms(&p->a, &p->app, NULL, text, EVP_sha256(), 0), twice;
	char *long_one = arena_alloc(&p->a, CMS_MAX + 1);

	assert_refused(p, SLICE(""), nobody, "a signature structure (CMS) is empty, or longer than 1 MiB");
	assert_refused(p, slice_bytes(long_one, CMS_MAX + 1), nobody,
		       "a signature structure (CMS) is empty, or longer than 1 MiB");
	assert_refused(p, SLICE("not DER at all"), nobody, "a signature structure (CMS) is malformed");
	for (size_t n = 1; n < good.n; n++) /* cut off anywhere */
		assert_int_equal(read(p, slice_sub(good, 0, n), nobody), -1);
	twice = arena_printf(&p->a, "%*s", (int)good.n + 1, "");
	memcpy((char *)(uintptr_t)twice.p, good.p, good.n);
	assert_refused(p, twice, nobody, "something follows a signature structure (CMS)");
	assert_refused(p, spoiled(&p->a, good, text, 3, false), nobody,
		       "the content is not what was signed (its digest differs)");
	assert_refused(p, spoiled(&p->a, good, slice_sub(good, good.n - 4, 4), 3, true), nobody,
		       "the signature is not that of the signer's certificate");
	assert_refused(p, spoiled(&p->a, good, message_digest, 8, true), nobody,
		       "the signed attributes have no digest of the content");
	assert_refused(p, spoiled(&p->a, good, content_type, 8, true), nobody,
		       "the signed attributes do not fit the content's type");
	assert_refused(p, spoiled(&p->a, good, content_type, 21, true), nobody,
		       "the signed attributes do not fit the content's type");
	assert_refused(p, signer_cms(&p->a, &p->app, &p->other, text, EVP_sha256(), 0), nobody,
		       "it has several signers; one is allowed");
	assert_refused(p, signer_cms(&p->a, &p->app, NULL, text, EVP_sha256(), CMS_NOCERTS), nobody,
		       "the signer's certificate is not inside");
	assert_refused(p, signer_der(&p->a, &p->app), nobody, "a signature structure (CMS) is malformed");
	assert_int_equal(ERR_peek_error(), 0);
}

static struct slice encode_pkcs7(struct arena *a, PKCS7 *p7)
{
	int n = i2d_PKCS7(p7, NULL);
	unsigned char *p = arena_alloc(a, (size_t)n), *end = p;

	assert_int_equal(i2d_PKCS7(p7, &end), n);
	PKCS7_free(p7);
	return slice_bytes(p, (size_t)n);
}

static void test_other_kinds(void **state)
{
	struct people *p = *state;
	PKCS7 *unsigned_one = PKCS7_new(), *data = PKCS7_new();

	PKCS7_set_type(unsigned_one, NID_pkcs7_signed);
	PKCS7_content_new(unsigned_one, NID_pkcs7_data);
	PKCS7_add_certificate(unsigned_one, p->app.cert);
	assert_refused(p, encode_pkcs7(&p->a, unsigned_one), nobody, "it has no signer");
	PKCS7_set_type(data, NID_pkcs7_data);
	assert_refused(p, encode_pkcs7(&p->a, data), nobody, "a signature structure (CMS) is malformed");
}

/* For each digest in the list OpenSSL would hash the content once more. */
static void test_many_digests(void **state)
{
	struct people *p = *state;
	struct slice good = signer_cms(&p->a, &p->app, NULL, text, EVP_sha256(), 0);
	const unsigned char *at = (const unsigned char *)good.p;
	struct strbuf grown = STRBUF_INIT;
	static const char list[] = "\x31\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
	const char *found = NULL;
	size_t head;

	for (size_t i = 0; i + sizeof(list) < good.n && !found; i++) {
		if (!memcmp(good.p + i, list, sizeof(list) - 1))
			found = good.p + i;
	}
	assert_non_null(found);
	assert_int_equal(at[1], 0x82); /* SEQUENCE, and two more lengths of this form around the list */
	head = (size_t)(found - good.p);
	strbuf_add(&grown, "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01", 20);
	strbuf_add(&grown, "\x31\x82\x02\x08", 4);
	for (size_t i = 0; i < 0x208 / 13; i++)
		strbuf_add(&grown, list + 2, 13);
	strbuf_addslice(&grown, slice_from(good, head + 15));
	strbuf_add(&grown, "\0\0\0\0\0\0", 6);
	assert_refused(p, strbuf_slice(&grown), nobody, "a signature structure (CMS) is malformed");
	/* the same with few of them and lengths left open is what some tools write */
	strbuf_truncate(&grown, 20);
	strbuf_add(&grown, list, 15);
	strbuf_addslice(&grown, slice_from(good, head + 15));
	strbuf_add(&grown, "\0\0\0\0\0\0", 6);
	assert_int_equal(read(p, strbuf_slice(&grown), nobody), 0);
	assert_true(slice_eq(p->cms.content, text));
	strbuf_release(&grown);
}

/* A public key of so many bits, which nobody has the other half of. */
static EVP_PKEY *made_up_key(struct arena *a, size_t bits)
{
	unsigned char *n = arena_alloc(a, bits / 8);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	unsigned e = 65537;
	EVP_PKEY *key = NULL;

	memset(n, 0xff, bits / 8); /* in the machine's order, which makes no difference */
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_BN("n", n, bits / 8), OSSL_PARAM_construct_uint("e", &e),
				      OSSL_PARAM_construct_end() };
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)(uintptr_t)params), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* Verifying with a huge key takes as long as its author likes. */
static void test_large_key(void **state)
{
	struct people *p = *state;
	EVP_PKEY *key = made_up_key(&p->a, 8192 + 8);
	X509 *cert = X509_dup(p->rsa.cert); /* issuer and serial stay */
	struct slice bytes = signer_cms(&p->a, &p->rsa, NULL, text, EVP_sha256(), CMS_NOCERTS);
	const unsigned char *at = (const unsigned char *)bytes.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)bytes.n);

	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, p->root.key, EVP_sha256()) > 0);
	assert_int_equal(CMS_add1_cert(cms, cert), 1);
	assert_refused(p, signer_encode(&p->a, cms), nobody,
		       "the key of the signer's certificate is of an unknown kind, or too large");
	CMS_ContentInfo_free(cms);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* --- certificates alone --------------------------------------------------------------------------------------------------- */
static void test_certificates(void **state)
{
	struct people *p = *state;
	struct slice der = signer_der(&p->a, &p->app), pem = signer_pem(&p->a, &p->app), longer;
	struct certificate c;
	const char *why;

	assert_int_equal(certificate_read(&c, &p->a, der, &why), 0);
	assert_string_equal(c.subject.p, "CN=Größe,O=Example");
	assert_true(slice_eq(c.der, der));
	assert_int_equal(certificate_read_pem(&c, &p->a, pem, &why), 0);
	assert_true(slice_eq(c.der, der));
	longer = arena_printf(&p->a, "%*s", (int)der.n + 1, "");
	memcpy((char *)(uintptr_t)longer.p, der.p, der.n);
	assert_int_equal(certificate_read(&c, &p->a, longer, &why), -1);
	assert_string_equal(why, "something follows a certificate");
	assert_int_equal(certificate_read(&c, &p->a, slice_sub(der, 0, der.n - 1), &why), -1);
	assert_string_equal(why, "a certificate is no X.509 in DER");
	assert_int_equal(certificate_read(&c, &p->a, SLICE(""), &why), -1);
	assert_string_equal(why, "a certificate is empty, or longer than 64 KiB");
	assert_int_equal(certificate_read_pem(&c, &p->a, der, &why), -1);
	assert_string_equal(why, "it holds no certificate in PEM");
	assert_int_equal(ERR_peek_error(), 0);
}

/* What the caller has in the queue of errors stays there. */
static void test_queue(void **state)
{
	struct people *p = *state;

	ERR_raise(ERR_LIB_USER, 42);
	assert_int_equal(read(p, SLICE("0"), nobody), -1);
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), 42);
	ERR_clear_error();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),       cmocka_unit_test(test_forms),
		cmocka_unit_test(test_chain),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_other_kinds), cmocka_unit_test(test_many_digests),
		cmocka_unit_test(test_large_key),   cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_queue),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
