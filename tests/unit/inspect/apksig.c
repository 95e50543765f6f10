#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../signedapk.h"
#include "inspect/apkkey.h"
#include "inspect/apksig.h"

#define PREFIX "its v2 signature, signer 1: "
#define CUT    "it is cut off, or its lengths do not fit"

struct keys {
	struct signer_pair a, b, rsa;
};

static int make_keys(void **state)
{
	struct keys *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->a = signer_pair_new();
	k->b = signer_pair_new();
	k->rsa = signer_pair_rsa();
	*state = k;
	return 0;
}

static int free_keys(void **state)
{
	struct keys *k = *state;

	signer_pair_free(&k->a);
	signer_pair_free(&k->b);
	signer_pair_free(&k->rsa);
	free(k);
	return 0;
}

static void assert_cert(const uint8_t got[32], const struct signer_pair *want)
{
	uint8_t sha256[32];

	cert_sha256(sha256, want);
	assert_memory_equal(got, sha256, 32);
}

static void make_zip(struct strbuf *out)
{
	zip_make(out, (struct test_zip_entry[]){ { "AndroidManifest.xml", { "manifest", 8 }, 0, true },
						 { "classes.dex", { "dex", 3 }, 1000, false },
						 { NULL, { NULL, 0 }, 0, false } });
}

/* Reads a copy that ends where the memory ends. The reason, in static memory; NULL: good. */
static const char *read_exact(struct apksig *out, struct slice bytes)
{
	static const struct zip_limits limits = { 0 };
	static char text[256];
	char *copy = malloc(bytes.n ? bytes.n : 1);
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct zip zip;
	int bad;

	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	bad = zip_open(&zip, &a, slice_bytes(copy, bytes.n), &limits, &why) || apksig_read(out, &zip, &why);
	snprintf(text, sizeof(text), "%s", why ? why : "");
	assert_int_equal(why != NULL, bad);
	free(copy);
	arena_release(&a); /* of a lineage, too: look at it before */
	return bad ? text : NULL;
}

/* --- schemes and signers ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	enum wrong wrong;
	const char *why; /* after PREFIX; NULL: good */
} signers[] = {
	{ "right", RIGHT, NULL },
	{ "digest", WRONG_DIGEST, "the digest of the archive is another one: it was changed after it was signed" },
	{ "digest size", WRONG_DIGEST_SIZE,
	  "the digest of the archive is another one: it was changed after it was signed" },
	{ "signature", WRONG_SIGNATURE, "the signature does not hold" },
	{ "key", WRONG_KEY, "its public key is not that of its certificate" },
	{ "cert", WRONG_CERT, "one of its certificates cannot be read" },
	{ "no cert", NO_CERT, "it holds no certificate" },
	{ "no key", NO_KEY, "its public key cannot be read, or has more than 8192 bits" },
	{ "second cert", SECOND_CERT_WRONG, "one of its certificates cannot be read" },
	{ "many certs", MANY_CERTS, "it holds more than 16 certificates" },
	{ "many algorithms", MANY_ALGORITHMS, "it names more than 16 algorithms" },
	{ "cut signed", CUT_SIGNED, CUT },
	{ "cut signer", CUT_SIGNER, CUT },
	{ "long digests", LONG_DIGESTS, CUT },
	{ "cut attribute", CUT_ATTRIBUTE, CUT },
};

/* The signed archive. */
static void make_signed(struct strbuf *out, const struct test_scheme *schemes)
{
	struct strbuf zip = STRBUF_INIT;

	make_zip(&zip);
	sign_schemes(out, strbuf_slice(&zip), schemes);
	strbuf_release(&zip);
}

static const char *read_schemes(struct apksig *out, const struct test_scheme *schemes)
{
	struct strbuf bytes = STRBUF_INIT;
	const char *why;

	make_signed(&bytes, schemes);
	why = read_exact(out, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return why;
}

static void test_signers(void **state)
{
	const struct keys *k = *state;

	for (size_t i = 0; i < COUNT(signers); i++) {
		const struct test_signer s = { .pair = &k->a, .wrong = signers[i].wrong, .other = &k->b };
		const struct test_scheme schemes[] = { { .id = APK_V2, .signers = { s } }, { .id = 0 } };
		struct apksig sig;
		const char *why = read_schemes(&sig, schemes);

		print_message("%s\n", signers[i].name);
		if (signers[i].why) {
			assert_memory_equal(why, PREFIX, sizeof(PREFIX) - 1);
			assert_string_equal(why + sizeof(PREFIX) - 1, signers[i].why);
			continue;
		}
		assert_null(why);
		assert_int_equal(sig.v[APKSIG_V2].n, 1);
		assert_cert(sig.v[APKSIG_V2].cert, &k->a);
		assert_int_equal(sig.v[APKSIG_V3].n + sig.v[APKSIG_V31].n, 0);
		assert_ptr_equal(apksig_newest(&sig), &sig.v[APKSIG_V2]);
	}
}

/* --- what several of them say together ------------------------------------------------------------------------------------ */

static void test_schemes(void **state)
{
	const struct keys *k = *state;
	const struct test_signer a = { .pair = &k->a }, b = { .pair = &k->b, .wrong = WRONG_SIGNATURE };
	const struct test_signer rsa = { .pair = &k->rsa, .algorithm = 0x0103 };
	const struct test_signer also_v3 = { .pair = &k->a, .attribute = 0xbeeff00d, .value = { "\3\0\0\0", 4 } };
	const struct test_signer also_v31 = { .pair = &k->a, .attribute = 0x559f8b02, .value = { "\41\0\0\0", 4 } };
	const struct test_signer other_sdk = { .pair = &k->a, .wrong = OTHER_SDK };
	const struct {
		const char *name, *why;
		struct test_scheme schemes[4];
	} cases[] = {
		{ "v3", NULL, { { .id = APK_V3, .signers = { a } } } },
		{ "v2 and v3", NULL, { { .id = APK_V2, .signers = { also_v3 } }, { .id = APK_V3, .signers = { a } } } },
		{ "RSA", NULL, { { .id = APK_V2, .signers = { rsa } } } },
		{ "two signers", NULL, { { .id = APK_V2, .signers = { a, rsa } } } },
		{ "all three",
		  NULL,
		  { { .id = APK_V2, .signers = { also_v3 } },
		    { .id = APK_V3, .signers = { also_v31 } },
		    { .id = APK_V31, .signers = { rsa } } } },
		{ "v3 removed",
		  "its v3 signature was removed: the v2 signature says that there is one",
		  { { .id = APK_V2, .signers = { also_v3 } } } },
		{ "v3.1 removed",
		  "its v3.1 signature was removed: the v3 signature says that there is one",
		  { { .id = APK_V3, .signers = { also_v31 } } } },
		{ "v3.1 alone",
		  "it has a v3.1 signature without a v3 signature",
		  { { .id = APK_V31, .signers = { a } } } },
		{ "second signer wrong",
		  "its v2 signature, signer 2: the signature does not hold",
		  { { .id = APK_V2, .signers = { a, b } } } },
		{ "v3 wrong, v2 right",
		  "its v3 signature, signer 1: the signature does not hold",
		  { { .id = APK_V2, .signers = { a } }, { .id = APK_V3, .signers = { b } } } },
		{ "other SDKs",
		  "its v3 signature, signer 1: its SDK range is another one outside the signed part",
		  { { .id = APK_V3, .signers = { other_sdk } } } },
		{ "eleven signers",
		  "its v2 signature, signer 11: there are more than 10 signers",
		  { { .id = APK_V2, .signers = { a, a, a, a, a, a, a, a, a, a, a } } } },
		{ "ten signers", NULL, { { .id = APK_V2, .signers = { a, a, a, a, a, a, a, a, a, a } } } },
		{ "no signer", "its v2 signature: it has no signer", { { .id = APK_V2 } } },
		{ "v2 twice",
		  "its signing block holds two v2 signatures",
		  { { .id = APK_V2, .signers = { a } }, { .id = APK_V2, .signers = { a } } } },
		{ "nobody knows it", NULL, { { .id = 0x42726577, .signers = { b } } } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct apksig sig;
		const char *why = read_schemes(&sig, cases[i].schemes);

		print_message("%s\n", cases[i].name);
		assert_string_equal(why ? why : "good", cases[i].why ? cases[i].why : "good");
		if (i == 0 || i == 1) {
			assert_int_equal(sig.v[APKSIG_V3].min_sdk, 28);
			assert_int_equal(sig.v[APKSIG_V3].max_sdk, 99);
		}
		if (i == 4)
			assert_cert(apksig_newest(&sig)->cert, &k->rsa);
	}
}

/* Algorithms: which of them are known, and that digest and signature name the same one. */
static void test_algorithms(void **state)
{
	static const struct {
		uint32_t algorithm, digest;
		const char *why;
	} cases[] = {
		{ 0x0201, 0x0201, NULL },
		{ 0x0201, 0x0103, PREFIX "its digests are of other algorithms than its signatures" },
		{ 0x0999, 0x0999, PREFIX "none of its algorithms is known" },
		{ 0x0423, 0x0423, PREFIX "none of its algorithms is known" },
		{ 0x0202, 0x0202, PREFIX "the signature does not hold" },
		{ 0x0103, 0x0103, PREFIX "the signature does not hold" },
	};
	const struct keys *k = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct test_signer s = { .pair = &k->a,
					       .algorithm = cases[i].algorithm,
					       .digest_algorithm = cases[i].digest };
		const struct test_scheme schemes[] = { { .id = APK_V2, .signers = { s } }, { .id = 0 } };
		struct apksig sig;
		const char *why = read_schemes(&sig, schemes);

		print_message("%x %x\n", cases[i].algorithm, cases[i].digest);
		assert_string_equal(why ? why : "good", cases[i].why ? cases[i].why : "good");
	}
}

/* A certificate grown by `n` bytes; whether it is read. */
static bool reads_grown(const struct signer_pair *s, size_t n)
{
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	unsigned char *text = calloc(1, n), *der = NULL;
	X509 *x = X509_dup(s->cert), *back;
	X509_EXTENSION *e;
	int size;
	bool good;

	assert_true(bytes && text && x && ASN1_OCTET_STRING_set(bytes, text, (int)n) == 1);
	e = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, bytes);
	assert_true(e && X509_add_ext(x, e, -1) == 1 && X509_sign(x, s->key, EVP_sha256()) > 0);
	size = i2d_X509(x, &der);
	assert_true(size > (int)n);
	back = apk_cert(slice_bytes(der, (size_t)size));
	good = back != NULL;
	X509_free(back);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(bytes);
	X509_free(x);
	OPENSSL_free(der);
	free(text);
	return good;
}

static void test_large_cert(void **state)
{
	const struct keys *k = *state;

	assert_true(reads_grown(&k->a, 60000));
	assert_false(reads_grown(&k->a, 65536));
}

/* --- proof of rotation ---------------------------------------------------------------------------------------------------- */

/* A level: the certificate, signed by the key before it. */
static void add_level(struct strbuf *out, const struct signer_pair *cert, const struct signer_pair *by,
		      uint32_t algorithm, bool good)
{
	struct strbuf text = STRBUF_INIT, signature = STRBUF_INIT;
	size_t at = out->n;

	add_cert(&text, cert);
	add_u32(&text, by ? 0x0201 : 0);
	add_signature(&signature, by ? by : cert, strbuf_slice(&text));
	signature.p[signature.n - 1] ^= !good;
	add_bytes(out, strbuf_slice(&text));
	add_u32(out, 23);
	add_u32(out, algorithm);
	strbuf_addslice(out, strbuf_slice(&signature));
	add_count(out, at);
	strbuf_release(&signature);
	strbuf_release(&text);
}

static void test_rotation(void **state)
{
	enum { GOOD, BAD_SIGNATURE, OTHER_END, OTHER_ALGORITHM, EMPTY, CUT_OFF, NO_VERSION };
	static const char *const why[] = {
		"good",
		"its v3 signature, signer 1: its proof of rotation does not hold",
		"its v3 signature, signer 1: its proof of rotation does not lead to its certificate",
		"its v3 signature, signer 1: its proof of rotation does not hold",
		"its v3 signature, signer 1: its proof of rotation does not lead to its certificate",
		"its v3 signature, signer 1: its proof of rotation is cut off",
		"its v3 signature, signer 1: its proof of rotation is cut off",
	};
	const struct keys *k = *state;

	for (int i = GOOD; i <= NO_VERSION; i++) {
		struct strbuf proof = STRBUF_INIT;
		struct test_signer s = { .pair = &k->b, .attribute = 0x3ba06f8c };
		struct test_scheme schemes[] = { { .id = APK_V3, .signers = { s } }, { .id = 0 } };
		struct apksig sig;
		const char *said;

		print_message("%d\n", i);
		add_u32(&proof, 1);
		if (i != EMPTY) {
			add_level(&proof, &k->a, NULL, i == OTHER_ALGORITHM ? 0x0103 : 0x0201, true);
			add_level(&proof, i == OTHER_END ? &k->a : &k->b, &k->a, 0, i != BAD_SIGNATURE);
		}
		strbuf_truncate(&proof, i == CUT_OFF ? proof.n - 1 : i == NO_VERSION ? 3 : proof.n);
		schemes[0].signers[0].value = strbuf_slice(&proof);
		said = read_schemes(&sig, schemes);
		assert_string_equal(said ? said : "good", why[i]);
		if (i == GOOD) {
			assert_cert(sig.v[APKSIG_V3].cert, &k->b);
			assert_int_equal(sig.v[APKSIG_V3].lineage.n, 32);
		}
		strbuf_release(&proof);
	}
}

/* --- the block ------------------------------------------------------------------------------------------------------------ */

static void test_block(void **state)
{
	static const struct {
		const char *name;
		ptrdiff_t at; /* of eight bytes, from the block's end; 0: from its beginning */
		uint64_t value;
		const char *why;
	} cases[] = {
		{ "magic", -8, 7,
		  "the bytes between its last entry and its directory are no signing block: they do not end in \"APK "
		  "Sig Block 42\"" },
		{ "size behind", -24, 7, "the two sizes of its signing block do not fit each other, or the archive" },
		{ "size before", 0, 7, "the two sizes of its signing block do not fit each other, or the archive" },
		{ "the largest size", -24, UINT64_MAX,
		  "the two sizes of its signing block do not fit each other, or the archive" },
		{ "nearly the largest", -24, UINT64_MAX - 7,
		  "the two sizes of its signing block do not fit each other, or the archive" },
		{ "no pairs", -24, 24, "the two sizes of its signing block do not fit each other, or the archive" },
		{ "first pair long", 8, UINT64_MAX,
		  "a pair of its signing block is cut off, or its length does not fit" },
		{ "first pair short", 8, 3, "a pair of its signing block is cut off, or its length does not fit" },
		{ "first pair empty", 8, 0, "a pair of its signing block is cut off, or its length does not fit" },
	};
	const struct keys *k = *state;
	const struct test_scheme schemes[] = { { .id = APK_V2, .signers = { { .pair = &k->a } } }, { .id = 0 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct apksig sig;
		size_t end, size, at;

		print_message("%s\n", cases[i].name);
		make_signed(&bytes, schemes);
		end = little32(bytes.p + bytes.n - 6);
		size = (size_t)little64(bytes.p + end - 24);
		at = cases[i].at < 0 ? end - (size_t)-cases[i].at : end - size - 8 + (size_t)cases[i].at;
		little32_put(bytes.p + at, (uint32_t)cases[i].value);
		little32_put(bytes.p + at + 4, (uint32_t)(cases[i].value >> 32));
		assert_string_equal(read_exact(&sig, strbuf_slice(&bytes)), cases[i].why);
		strbuf_release(&bytes);
	}
}

/* A pair of no bytes, not even an id. */
static void test_empty_pair(void **state)
{
	static const char pair[12] = "\0\0\0\0\0\0\0\0\1\2\3\4";
	struct strbuf zip = STRBUF_INIT, bytes = STRBUF_INIT;
	struct apksig sig;

	(void)state;
	make_zip(&zip);
	insert_block(&bytes, strbuf_slice(&zip), slice_bytes(pair, sizeof(pair)));
	assert_string_equal(read_exact(&sig, strbuf_slice(&bytes)),
			    "a pair of its signing block is cut off, or its length does not fit");
	strbuf_release(&bytes);
	strbuf_release(&zip);
}

/* Zeros may stand before the block, and are signed; nothing else may. */
static void test_before(void **state)
{
	static const char zeros[4096];
	const struct keys *k = *state;

	for (int other = 0; other < 2; other++) {
		struct strbuf zip = STRBUF_INIT, padded = STRBUF_INIT, bytes = STRBUF_INIT;
		size_t directory;
		struct apksig sig;
		const char *why;

		make_zip(&zip);
		directory = little32(zip.p + zip.n - 6);
		strbuf_addslice(&padded, slice_sub(strbuf_slice(&zip), 0, directory));
		strbuf_add(&padded, zeros, sizeof(zeros));
		padded.p[padded.n - 1] = (char)other;
		strbuf_addslice(&padded, slice_from(strbuf_slice(&zip), directory));
		little32_put(padded.p + padded.n - 6, (uint32_t)(directory + sizeof(zeros)));
		sign_apk(&bytes, strbuf_slice(&padded), &k->a);
		why = read_exact(&sig, strbuf_slice(&bytes));
		assert_string_equal(why ? why : "good",
				    other ? "the bytes before its signing block belong to no entry" : "good");
		strbuf_release(&bytes);
		strbuf_release(&padded);
		strbuf_release(&zip);
	}
}

/* Whatever byte is changed or missing: what is accepted then has no signature any more. */
static void test_damage(void **state)
{
	const struct keys *k = *state;
	struct strbuf zip = STRBUF_INIT, bytes = STRBUF_INIT;
	size_t gone = 0;
	struct apksig sig;

	zip_make(&zip, (struct test_zip_entry[]){ { "a", { "b", 1 }, 0, true }, { NULL, { NULL, 0 }, 0, false } });
	assert_null(read_exact(&sig, strbuf_slice(&zip)));
	assert_null(apksig_newest(&sig));
	sign_apk(&bytes, strbuf_slice(&zip), &k->a);
	assert_null(read_exact(&sig, strbuf_slice(&bytes)));
	assert_non_null(apksig_newest(&sig));
	for (size_t at = 0; at < bytes.n; at++) {
		bytes.p[at] ^= 0x11;
		if (!read_exact(&sig, strbuf_slice(&bytes))) {
			assert_null(apksig_newest(&sig));
			gone++;
		}
		bytes.p[at] ^= 0x11;
		assert_non_null(read_exact(&sig, slice_sub(strbuf_slice(&bytes), 0, at)));
	}
	assert_int_equal(gone, 4); /* the id of the scheme */
	strbuf_release(&bytes);
	strbuf_release(&zip);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signers),    cmocka_unit_test(test_schemes),  cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_large_cert), cmocka_unit_test(test_rotation), cmocka_unit_test(test_block),
		cmocka_unit_test(test_before),     cmocka_unit_test(test_damage),   cmocka_unit_test(test_empty_pair),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
