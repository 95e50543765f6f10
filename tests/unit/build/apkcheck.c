#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packageworld.h"

#define AT "repo/up/5.0.0/release.json:3:24: "
#define HEAD                                                                                                           \
	{ "package", 0, XML_TEXT("com.example.demo") },                                                                \
	{                                                                                                              \
		"versionName", XML_VERSION_NAME, XML_TEXT("5.0.0")                                                     \
	}

static const char *check(struct world *w, struct slice bytes)
{
	world_init(w);
	(void)package_release(w, "5.0.0");
	world_add(w, "up/5.0.0/app.apk", bytes);
	package_prepare(w, false);
	return world_said(w);
}

/* --- signatures ----------------------------------------------------------------------------------------------------- */

enum how { UNSIGNED, V1, V1_CHANGED, V1_OF_V2, V2, V2_CHANGED, V2_BROKEN };

static struct slice v1(struct world *w, struct slice manifest, const char *schemes)
{
	const struct test_zip_entry entries[] = { { "AndroidManifest.xml", manifest, 0, true },
						  { NULL, { NULL, 0 }, 0, false } };
	struct strbuf mf = STRBUF_INIT, sf = STRBUF_INIT, cms = STRBUF_INIT, zip = STRBUF_INIT;

	add_manifest(&mf, entries);
	strbuf_adds(&sf, "Signature-Version: 1.0\r\n");
	if (schemes)
		strbuf_addf(&sf, "X-Android-APK-Signed: %s\r\n", schemes);
	add_digest_line(&sf, "SHA-256-Digest-Manifest", strbuf_slice(&mf));
	add_detached(&cms, package_signer(), strbuf_slice(&sf));
	zip_make(&zip, (struct test_zip_entry[]){ entries[0],
						  { "META-INF/MANIFEST.MF", strbuf_slice(&mf), 0, true },
						  { "META-INF/CERT.SF", strbuf_slice(&sf), 0, true },
						  { "META-INF/CERT.EC", strbuf_slice(&cms), 0, true },
						  { NULL, { NULL, 0 }, 0, false } });
	strbuf_release(&cms);
	strbuf_release(&sf);
	strbuf_release(&mf);
	return package_keep(w, &zip);
}

/* The package, signed or damaged in that way. */
static struct slice made(struct world *w, enum how how, const struct xml *x)
{
	struct strbuf manifest = STRBUF_INIT;
	struct slice bytes = package_make(w, x), bare = package_unsigned(w, x), text;
	char *at = memmem(bytes.p, bytes.n, "APK Sig Block 42", 16);

	(void)xml_make(&manifest, x);
	text = package_keep(w, &manifest);
	switch (how) {
	case UNSIGNED:
		return bare;
	case V1:
		return v1(w, text, NULL);
	case V1_CHANGED:
		bytes = v1(w, text, NULL);
		((char *)memmem(bytes.p, bytes.n, "META-INF/CERT.SF", 16))[40] ^= 1;
		return bytes;
	case V1_OF_V2:
		return v1(w, text, "2, 3");
	case V2_CHANGED: /* the time of an entry, which nothing but a signature protects */
		((char *)memmem(bytes.p, bytes.n, "PK\1\2", 4))[12] ^= 1;
		return bytes;
	case V2_BROKEN:
		*at = 'a';
		return bytes;
	default:
		return bytes;
	}
}

static void test_signatures(void **state)
{
	static const struct xml old = { .attrs = { HEAD } };
	static const struct xml young = { .attrs = { HEAD }, .sdk = { { "", XML_TARGET_SDK, XML_INT(30) } } };
	static const struct {
		const char *name;
		enum how how;
		const struct xml *xml;
		bool cert;
		const char *said;
	} cases[] = {
		{ "v2", V2, &young, true, "" },
		{ "not signed", UNSIGNED, &old, false,
		  AT "warning: app.apk is not signed: it has no APK Signature Scheme v2 or v3 signature, nor a v1 "
		     "signature; phones refuse it\n" },
		{ "v1, of old", V1, &old, true,
		  AT
		  "warning: app.apk has no APK Signature Scheme v2 or v3 signature: it can be changed after "
		  "signing, and phones with Android 11 and later refuse such from targetSdkVersion 30 on (its: 1)\n" },
		{ "v1", V1, &young, true,
		  AT "warning: app.apk has no APK Signature Scheme v2 or v3 signature: phones with Android 11 and "
		     "later refuse it, as its targetSdkVersion is 30\n" },
		{ "v1 of one that had v2", V1_OF_V2, &young, false,
		  AT "error: app.apk had more signatures: its v1 signature names the schemes 2, 3, which are gone; "
		     "phones refuse it\n" },
		{ "v2, changed", V2_CHANGED, &young, false,
		  AT "error: the signature of app.apk does not hold: its v2 signature, signer 1: the digest of the "
		     "archive is another one: it was changed after it was signed; phones refuse it\n" },
		{ "v2, block broken", V2_BROKEN, &young, false,
		  AT "error: the signature of app.apk does not hold: the bytes between its last entry and its "
		     "directory are no signing block: they do not end in \"APK Sig Block 42\"; phones refuse it\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world makes, w;
		uint8_t cert[32];

		print_message("%s\n", cases[i].name);
		world_init(&makes);
		assert_string_equal(check(&w, made(&makes, cases[i].how, cases[i].xml)), cases[i].said);
		assert_int_equal(w.app.upgrades[0].package.said.has_cert, cases[i].cert);
		cert_sha256(cert, package_signer());
		if (cases[i].cert)
			assert_memory_equal(w.app.upgrades[0].package.said.cert, cert, 32);
		world_release(&w);
		world_release(&makes);
	}
}

/* A v1 signature that does not hold is none, whatever is wrong with it. */
static void test_v1_damage(void **state)
{
	static const struct xml xml = { .attrs = { HEAD } };
	struct world makes, w;

	(void)state;
	world_init(&makes);
	assert_non_null(strstr(check(&w, made(&makes, V1_CHANGED, &xml)), AT "error: "));
	assert_false(w.app.upgrades[0].package.said.has_cert);
	world_release(&w);
	world_release(&makes);
}

/* --- what else it says ----------------------------------------------------------------------------------------------- */

static void test_facts(void **state)
{
	static const struct {
		const char *name;
		struct xml xml;
		bool coded;
		uint64_t code;
		const char *said;
	} cases[] = {
		{ "no code", { .attrs = { HEAD } }, false, 0, "" },
		{ "code", { .attrs = { HEAD, { "", XML_VERSION_CODE, XML_INT(0) } } }, true, 0, "" },
		{ "large",
		  { .attrs = { HEAD, { "", XML_VERSION_CODE, XML_INT(7) }, { "", XML_VERSION_HIGH, XML_INT(1) } } },
		  true,
		  0x100000007,
		  "" },
		{ "split",
		  { .attrs = { HEAD, { "split", 0, XML_TEXT("config.hdpi") } } },
		  false,
		  0,
		  AT "error: app.apk (AndroidManifest.xml) is \"config.hdpi\", a split of an app, which phones install "
		     "beside its base alone; a release needs the whole app\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world makes, w;
		const struct package_facts *said;

		print_message("%s\n", cases[i].name);
		world_init(&makes);
		assert_string_equal(check(&w, package_make(&makes, &cases[i].xml)), cases[i].said);
		said = &w.app.upgrades[0].package.said;
		assert_int_equal(said->has_version_code, cases[i].coded);
		assert_int_equal(said->version_code, cases[i].code);
		world_release(&w);
		world_release(&makes);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_v1_damage),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
