#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../zip.h"
#include "base/refuse.h"
#include "format/amr.h"

#define ENTRIES 5
#define MANIFEST                                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package>\n  <uid>20171228</uid>\n  <name>h5app</name>\n"         \
	"  <version>1.0.0.1</version>\n</package>\n"
#define SIGNED "\"20171228.tar\":\"QUJD\",\"Manifest.xml\":\"QUI=\""

/* Two blocks of zeros: a tar without a file. */
#define NO_FILES                                                                                                       \
	{                                                                                                              \
		"20171228.tar", { NULL, 0 }, 1024, false                                                               \
	}
#define TEXT(name, text)                                                                                               \
	{                                                                                                              \
		name, { text, sizeof(text) - 1 }, 0, false                                                             \
	}
#define GOOD_MANIFEST TEXT("Manifest.xml", MANIFEST)
#define GOOD_CERT     TEXT("CERT.json", "{" SIGNED "}")
#define XML(text)                                                                                                      \
	{                                                                                                              \
		TEXT("Manifest.xml", text), GOOD_CERT, NO_FILES                                                        \
	}
#define CERT(text)                                                                                                     \
	{                                                                                                              \
		GOOD_MANIFEST, TEXT("CERT.json", text), NO_FILES                                                       \
	}

#define BAD_XML    "Manifest.xml is not of the form <package><uid>ID</uid>...<version>VERSION</version></package>"
#define BAD_BASE64 "CERT.json: \"Manifest.xml\" is not a signature in base64"
#define A16        "AAAAAAAAAAAAAAAA"
#define A64        A16 A16 A16 A16
#define A256       A64 A64 A64 A64
#define LARGE      A256 A256 A256 A256 A256 A64 A16 "AAAAAA==" /* 1024 bytes: of a key of 8192 bits */
#define NO_TAR     "CERT.json has no signature of 20171228.tar"

static const struct {
	struct test_zip_entry entries[ENTRIES];
	const char *why; /* NULL: good */
} cases[] = {
	{ { GOOD_MANIFEST, GOOD_CERT, NO_FILES }, NULL },
	{ { NO_FILES, GOOD_CERT, GOOD_MANIFEST }, NULL },
	{ { GOOD_MANIFEST, { "CERT.json", { "{" SIGNED "}", sizeof(SIGNED) + 1 }, 0, true }, NO_FILES }, NULL },
	/* files */
	{ { GOOD_CERT, NO_FILES }, "it holds no Manifest.xml" },
	{ { GOOD_MANIFEST, GOOD_CERT }, "it holds no .tar" },
	{ { GOOD_MANIFEST, NO_FILES }, "it holds no CERT.json: it is not signed, and clients refuse it" },
	{ { GOOD_MANIFEST, GOOD_CERT, NO_FILES, TEXT("a.txt", "a") },
	  "it holds \"a.txt\" beside Manifest.xml, CERT.json and one .tar: clients refuse what is not signed" },
	{ { GOOD_MANIFEST, GOOD_CERT, NO_FILES, TEXT("b.tar", "a") },
	  "it holds \"b.tar\" beside Manifest.xml, CERT.json and one .tar: clients refuse what is not signed" },
	{ { TEXT("a/b.tar", "") },
	  "it holds \"a/b.tar\" beside Manifest.xml, CERT.json and one .tar: clients refuse what is not signed" },
	{ { GOOD_MANIFEST, GOOD_CERT, { "7.tar", { NULL, 0 }, 1024, false } },
	  "Manifest.xml has the uid \"20171228\", and the files are in 7.tar: clients look for <uid>.tar" },
	{ { GOOD_MANIFEST, GOOD_CERT, { "20171228.tar", { NULL, 0 }, 1000, false } }, "the tar is cut off" },
	{ { GOOD_MANIFEST, GOOD_CERT, { "20171228.tar", { "x", 1 }, 1023, false } },
	  "the tar is damaged: a header's checksum is another one" },
	{ { { "Manifest.xml", { NULL, 0 }, AMR_TEXT_MAX + 1, false }, GOOD_CERT, NO_FILES },
	  "\"Manifest.xml\" is 65537 bytes; at most 65536 are read" },
	/* Manifest.xml */
	{ XML("<package><uid>20171228</uid><version>1</version></package>"), NULL },
	{ XML(" \n<package> <version> 1 </version> <uid>\n20171228</uid> </package> "), NULL },
	{ XML("<package><uid>7</uid><version>1</version></package>"),
	  "Manifest.xml has the uid \"7\", and the files are in 20171228.tar: clients look for <uid>.tar" },
	{ XML(""), BAD_XML },
	{ XML("<package>"), BAD_XML },
	{ XML("<package></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid></package>"), BAD_XML },
	{ XML("<package><version>1</version></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version></version></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid><uid>20171228</uid><version>1</version></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version>1</version></package>x"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version>1</uid></package>"), BAD_XML },
	{ XML("<package><uid>20171228<b/></uid><version>1</version></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version>&lt;</version></package>"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version>1</version"), BAD_XML },
	{ XML("<package><uid>20171228</uid><version>1"), BAD_XML },
	{ XML("<package><uid"), BAD_XML },
	{ XML("<!DOCTYPE a><package><uid>20171228</uid><version>1</version></package>"), BAD_XML },
	{ XML("\357\273\277<package><uid>20171228</uid><version>1</version></package>"), BAD_XML },
	/* CERT.json */
	{ CERT("{" SIGNED ",\"SIGN.json\":\"QQ==\"} \n"), NULL },
	{ CERT("{\"20171228.tar\":\"QUJD\",\"Manifest.xml\":\"" LARGE "\"}"), NULL },
	{ CERT("{\"20171228.tar\":\"QUJD\",\"Manifest.xml\":\"AAAA" LARGE "\"}"), BAD_BASE64 },
	{ CERT(""), "CERT.json is not a JSON object" },
	{ CERT("[]"), "CERT.json is not a JSON object" },
	{ CERT("{" SIGNED), "CERT.json is not a JSON object" },
	{ CERT("{" SIGNED "," SIGNED "}"), "CERT.json is not a JSON object" },
	{ CERT("{}"), NO_TAR },
	{ CERT("{\"Manifest.xml\":\"QUI=\"}"), NO_TAR },
	{ CERT("{\"20171228.tar\":\"QUJD\"}"), "CERT.json has no signature of Manifest.xml" },
	{ CERT("{\"Manifest.xml\":7}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"QUI\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"QUJ=\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"QU-D\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\" QUJD\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"QUJD\\n\"}"), BAD_BASE64 },
	{ CERT("{\"Manifest.xml\":\"====\"}"), BAD_BASE64 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test_zip_entry entries[ENTRIES + 1] = { { NULL, { NULL, 0 }, 0, false } };
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why = NULL;
		struct amr amr;
		int bad;

		print_message("%zu: %s\n", i, cases[i].why ? cases[i].why : "good");
		memcpy(entries, cases[i].entries, sizeof(cases[i].entries));
		zip_make(&bytes, entries);
		bad = amr_read(&amr, &a, strbuf_slice(&bytes), &why);
		assert_string_equal(bad ? why : "good", cases[i].why ? cases[i].why : "good");
		if (!bad) {
			assert_string_equal(amr.id.p, "20171228");
			assert_int_equal(amr.tar.size, 1024);
			assert_int_equal(amr.nfiles, 0);
			assert_true(slice_eqs(amr.signatures[0].name, "20171228.tar"));
			assert_true(slice_eqs(amr.signatures[0].bytes, "ABC"));
		}
		arena_release(&a);
		strbuf_release(&bytes);
	}
}

/* --- signatures ------------------------------------------------------------------------------------------------------- */

static void sign(struct strbuf *out, EVP_PKEY *key, const char *md, const void *bytes, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[512];
	size_t size = sizeof(signature);

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, md, NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &size, bytes, n), 1);
	strbuf_addbase64(out, slice_bytes(signature, size));
	EVP_MD_CTX_free(ctx);
}

static void put_pem(struct strbuf *out, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	long n;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &bytes);
	strbuf_add(out, bytes, (size_t)n);
	BIO_free(bio);
}

/* The reason why a package that `by` signed is refused under `key`; NULL: it is not. */
static const char *verify(EVP_PKEY *by, const char *md, struct slice signed_manifest, struct slice key)
{
	static const char tar[1024];
	static char text[256];
	struct strbuf cert = STRBUF_INIT, bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct amr amr;
	int bad;

	strbuf_adds(&cert, "{\"20171228.tar\":\"");
	sign(&cert, by, md, tar, sizeof(tar));
	strbuf_adds(&cert, "\",\"Manifest.xml\":\"");
	sign(&cert, by, md, signed_manifest.p, signed_manifest.n);
	strbuf_adds(&cert, "\"}");
	struct test_zip_entry entries[] = {
		GOOD_MANIFEST, { "CERT.json", strbuf_slice(&cert), 0, false }, NO_FILES, { NULL, { NULL, 0 }, 0, false }
	};
	zip_make(&bytes, entries);
	assert_int_equal(amr_read(&amr, &a, strbuf_slice(&bytes), &why), 0);
	assert_int_equal(amr.signatures[1].bytes.n, EVP_PKEY_get_size(by));
	bad = amr_verify(&amr, key, &a, &why);
	assert_int_equal(bad != 0, why != NULL);
	snprintf(text, sizeof(text), "%s", why ? why : "");
	arena_release(&a);
	strbuf_release(&cert);
	strbuf_release(&bytes);
	return why ? text : NULL;
}

static void test_signatures(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *other = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");
	struct strbuf pem = STRBUF_INIT, other_pem = STRBUF_INIT, curve_pem = STRBUF_INIT;
	struct slice good;

	(void)state;
	put_pem(&pem, key);
	put_pem(&other_pem, other);
	put_pem(&curve_pem, curve);
	good = strbuf_slice(&pem);
	assert_true(amr_is_key(good) && amr_is_key(strbuf_slice(&other_pem)));
	assert_false(amr_is_key(strbuf_slice(&curve_pem)) || amr_is_key(SLICE("")) || amr_is_key(SLICE("x")));
	assert_null(verify(key, "SHA1", SLICE(MANIFEST), good));
	assert_null(verify(other, "SHA1", SLICE(MANIFEST), strbuf_slice(&other_pem)));
	assert_string_equal(verify(other, "SHA1", SLICE(MANIFEST), good),
			    "the signature of 20171228.tar is not one by this key");
	assert_string_equal(verify(key, "SHA256", SLICE(MANIFEST), good),
			    "the signature of 20171228.tar is not one by this key");
	assert_string_equal(verify(key, "SHA1", SLICE("<package/>"), good),
			    "the signature of Manifest.xml is not one by this key");
	assert_string_equal(verify(key, "SHA1", SLICE(MANIFEST), SLICE("")), "the key is not an RSA public key in PEM");
	assert_string_equal(verify(key, "SHA1", SLICE(MANIFEST), strbuf_slice(&curve_pem)),
			    "the key is not an RSA public key in PEM");
	strbuf_release(&pem);
	strbuf_release(&other_pem);
	strbuf_release(&curve_pem);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	EVP_PKEY_free(curve);
}

static void test_order_and_place(void **state)
{
	static const struct {
		struct test_zip_entry entries[ENTRIES];
		bool in_order;
	} orders[] = {
		{ { GOOD_MANIFEST, GOOD_CERT, NO_FILES }, true },
		{ { GOOD_CERT, GOOD_MANIFEST, NO_FILES }, false },
		{ { GOOD_MANIFEST, NO_FILES, GOOD_CERT }, false },
		{ { NO_FILES, GOOD_MANIFEST, GOOD_CERT }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why = NULL;
		struct amr amr;

		zip_make(&bytes, orders[i].entries);
		assert_int_equal(amr_read(&amr, &a, strbuf_slice(&bytes), &why), 0);
		assert_int_equal(amr.in_order, orders[i].in_order);
		assert_true(amr.tar.deflated && amr.tar.size == 1024 && amr.tar.packed < 100);
		assert_true(slice_eqs(amr.tar.name, "20171228.tar"));
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* With every limit below what it takes there is a reason, and nothing worse. */
static void test_memory_ends(void **state)
{
	const struct test_zip_entry entries[] = { GOOD_MANIFEST, GOOD_CERT, NO_FILES, { NULL, { NULL, 0 }, 0, false } };
	struct strbuf bytes = STRBUF_INIT;
	size_t limit = 0;
	int bad = -1;

	(void)state;
	zip_make(&bytes, entries);
	while (bad) {
		struct arena a = { .limit = ++limit };
		const char *why = NULL;
		struct amr amr;

		bad = amr_read(&amr, &a, strbuf_slice(&bytes), &why);
		assert_string_equal(bad ? why : "", bad ? REFUSE_NO_MEMORY : "");
		arena_release(&a);
	}
	assert_true(limit > 100);
	strbuf_release(&bytes);
}

/* A key that says that it is encrypted is none, and nobody is asked for its passphrase. */
static void test_no_passphrase_is_asked_for(void **state)
{
	static const char pem[] = "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
				  "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
				  "AAAAAAAAAAAAAAAAAAAAAA==\n-----END PUBLIC KEY-----\n";
	int ends[2], in = dup(STDIN_FILENO);
	char text[8];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "secret\n", 7), 7);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_false(amr_is_key(slice_of(pem)));
	assert_int_equal(read(STDIN_FILENO, text, sizeof(text)), 7);
	assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
	close(in);
	close(ends[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),       cmocka_unit_test(test_order_and_place),
		cmocka_unit_test(test_memory_ends), cmocka_unit_test(test_no_passphrase_is_asked_for),
		cmocka_unit_test(test_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
