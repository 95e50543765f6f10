/* Signing blocks of harmony packages: who signed is told, and every number that is wrong is refused with its own reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/zipwrite.h"
#include "inspect/hapsig.h"
#include "signer.h"

#define NOW       INT64_C(1795248000) /* 2026-11-21T08:00:00Z */
#define SIGNATURE 0x20000000u
#define ROTATION  0x20000001u
#define PROFILE   0x20000002u
#define PROPERTY  0x20000003u
#define ECDSA_256 0x201u

struct world {
	struct arena a;
	struct signer_id root, app, profile, other;
	struct slice zip;
	struct hapsig sig;
	const char *why;
};

static int meet(void **state)
{
	static struct world w;
	struct strbuf zip = STRBUF_INIT;
	struct zip_writer writer;
	const char *why;

	w = (struct world){ .a = ARENA_INIT };
	w.root = signer_make("Root", signer_key(0), NULL);
	w.app = signer_make("App", signer_key(0), &w.root);
	w.profile = signer_make("Profiles", signer_key(0), &w.root);
	w.other = signer_make("Other", signer_key(0), NULL);
	zip_begin(&writer, &zip);
	zip_put(&writer, SLICE("ets/modules.abc"), SLICE("code"));
	zip_put(&writer, SLICE("module.json"), SLICE("{}"));
	assert_int_equal(zip_end(&writer, &why), 0);
	w.zip = arena_copy(&w.a, strbuf_slice(&zip));
	strbuf_release(&zip);
	*state = &w;
	return 0;
}

static int leave(void **state)
{
	struct world *w = *state;

	signer_release(&w->root);
	signer_release(&w->app);
	signer_release(&w->profile);
	signer_release(&w->other);
	arena_release(&w->a);
	return 0;
}

/* --- making ------------------------------------------------------------------------------------------------------------- */

/* `from` and `to` in the JSON of a profile are replaced. */
static struct slice profile_json(struct world *w, const char *from, const char *to)
{
	struct slice text =
		signer_profile(&w->a, &(struct signer_package){ .app = &w->app, .bundle = "com.example.demo" });
	const char *at;

	if (!from)
		return text;
	at = strstr(text.p, from);
	assert_non_null(at);
	return arena_printf(&w->a, "%.*s%s%s", (int)(at - text.p), text.p, to, at + strlen(from));
}

static struct slice profile(struct world *w, const char *from, const char *to)
{
	return signer_cms(&w->a, &w->profile, NULL, profile_json(w, from, to), EVP_sha256(), 0);
}

/* As hapsigner makes it: properties, the profile, the signature. */
static struct signer_block good_block(struct world *w, struct slice p7b, struct slice property)
{
	struct signer_block b = { .version = 3 };
	struct slice further[2], content;
	size_t n = 0;

	if (property.n) {
		b.parts[b.n++] = (struct signer_part){ PROPERTY, property };
		further[n++] = property;
	}
	b.parts[b.n++] = (struct signer_part){ PROFILE, p7b };
	further[n++] = p7b;
	content = signer_content(&w->a, w->zip, further, n, ECDSA_256, CHUNK_SHA256);
	b.parts[b.n++] = (struct signer_part){ SIGNATURE, signer_cms(&w->a, &w->app, NULL, content, EVP_sha256(), 0) };
	return b;
}

static int read_package(struct world *w, struct slice package, const struct cms_query *trust)
{
	static const struct zip_limits none = { .entries = 0 };
	static const struct cms_query nobody = { .at = 0 };
	struct zip z;

	w->why = "";
	assert_int_equal(zip_open(&z, &w->a, package, &none, &w->why), 0);
	assert_true(hapsig_is_there(&z));
	return hapsig_read(&w->sig, &w->a, &z, trust ? trust : &nobody, &w->why);
}

static int read_bytes(struct world *w, struct slice block)
{
	return read_package(w, signer_insert(&w->a, w->zip, block), NULL);
}

static int read_block(struct world *w, const struct signer_block *b)
{
	return read_bytes(w, signer_block(&w->a, b));
}

static void assert_refused(struct world *w, const struct signer_block *b, const char *why)
{
	assert_int_equal(read_block(w, b), -1);
	assert_string_equal(w->why, why);
}

/* --- what is told ------------------------------------------------------------------------------------------------------- */
static void test_facts(void **state)
{
	struct world *w = *state;
	static const char property[] = "\1\0\0\x30\3\0\0\0\0\0\0\0abc";
	struct signer_block b = good_block(w, profile(w, NULL, NULL), slice_bytes(property, sizeof(property) - 1));

	assert_int_equal(read_block(w, &b), 0);
	assert_int_equal(w->sig.version, 3);
	assert_true(w->sig.code_signed);
	assert_string_equal(w->sig.signer.subject.p, "CN=App,O=Example");
	assert_string_equal(w->sig.profile.signer.subject.p, "CN=Profiles,O=Example");
	assert_string_equal(w->sig.profile.type.p, "release");
	assert_string_equal(w->sig.profile.bundle_name.p, "com.example.demo");
	assert_string_equal(w->sig.profile.apl.p, "normal");
	assert_string_equal(w->sig.profile.app_identifier.p, "5765880207854649881");
	assert_int_equal(w->sig.profile.not_before, 1600000000);
	assert_int_equal(w->sig.profile.not_after, 1900000000);
	assert_memory_equal(w->sig.profile.app.sha256, w->sig.signer.sha256, SHA256_SIZE);
	b = good_block(w, profile(w, NULL, NULL), SLICE(""));
	b.version = 2;
	assert_int_equal(read_block(w, &b), 0);
	assert_int_equal(w->sig.version, 2);
	assert_false(w->sig.code_signed);
}

static void test_algorithms(void **state)
{
	static const struct {
		uint32_t algorithm;
		enum chunk_hash hash;
		bool good;
	} cases[] = {
		{ 0x101, CHUNK_SHA256, true },  { 0x102, CHUNK_SHA384, true },  { 0x103, CHUNK_SHA512, true },
		{ 0x104, CHUNK_SHA256, true },  { 0x106, CHUNK_SHA512, true },  { 0x201, CHUNK_SHA256, true },
		{ 0x202, CHUNK_SHA384, true },  { 0x203, CHUNK_SHA512, true },  { 0x301, CHUNK_SHA256, true },
		{ 0x107, CHUNK_SHA256, false }, { 0x200, CHUNK_SHA256, false }, { 0x204, CHUNK_SHA256, false },
		{ 0x401, CHUNK_SHA256, false }, { 0, CHUNK_SHA256, false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));
		struct slice content =
			signer_content(&w->a, w->zip, &b.parts[0].value, 1, cases[i].algorithm, cases[i].hash);

		print_message("0x%x\n", cases[i].algorithm);
		b.parts[1].value = signer_cms(&w->a, &w->app, NULL, content, EVP_sha256(), 0);
		assert_int_equal(read_block(w, &b), cases[i].good ? 0 : -1);
		if (!cases[i].good)
			assert_string_equal(w->why, arena_printf(&w->a,
								 "the signature algorithm 0x%x of its signing block is "
								 "unknown",
								 cases[i].algorithm)
							    .p);
	}
}

static void test_chain(void **state)
{
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));
	struct slice package = signer_insert(&w->a, w->zip, signer_block(&w->a, &b));
	struct cms_query trust = { .anchors = signer_pem(&w->a, &w->root), .at = NOW };

	assert_int_equal(read_package(w, package, &trust), 0);
	trust.anchors = signer_pem(&w->a, &w->app);
	assert_int_equal(read_package(w, package, &trust), -1);
	assert_string_equal(w->why,
			    "its profile is damaged: no chain leads from the signer's certificate to a trust anchor");
	trust.anchors = signer_pem(&w->a, &w->profile);
	assert_int_equal(read_package(w, package, &trust), -1);
	assert_string_equal(w->why,
			    "the signature in its signing block does not hold: no chain leads from the signer's "
			    "certificate to a trust anchor");
}

/* --- the block ---------------------------------------------------------------------------------------------------------- */

/* Numbers of a good block of two parts; `at` counts from its beginning, or with a minus from its end. */
static const struct {
	const char *what;
	long at;
	uint32_t value;
	const char *why;
} numbers[] = {
	{ "count 3", -32, 3, "part 0x20000002 of its signing block does not lie in it" },
	{ "count 1", -32, 1, "the parts of its signing block do not fill it" },
	{ "count 0", -32, 0, "the parts of its signing block do not fill it" },
	{ "count 11", -32, 11, "its signing block says that it has 11 parts; at most 10 fit" },
	{ "count 2^32 - 1", -32, UINT32_MAX, "its signing block says that it has 4294967295 parts; at most 10 fit" },
	{ "size 0", -28, 0,
	  "its signing block says that it has 0 bytes; %zu lie between the last entry and the directory" },
	{ "size 31", -28, 31,
	  "its signing block says that it has 31 bytes; %zu lie between the last entry and the directory" },
	{ "size", -28, 100000,
	  "its signing block says that it has 100000 bytes; %zu lie between the last entry and the directory" },
	{ "size above 2^32", -24, 1, NULL },
	{ "magic", -20, 0x20504148,
	  "what lies between its last entry and its directory is no signing block: another magic" },
	{ "version 2", -4, 2, "its signing block says version 2, which does not fit its magic; 2 and 3 are known" },
	{ "version 99", -4, 99, "its signing block says version 99, which does not fit its magic; 2 and 3 are known" },
	{ "type", 0, 0x20000004, "part 0x20000004 of its signing block is unknown: devices refuse it" },
	{ "low type", 0, 0x1fffffff, "part 0x1fffffff of its signing block is unknown: devices refuse it" },
	{ "no profile", 0, ROTATION, "its signing block holds no profile (part 0x20000002)" },
	{ "no signature", 12, PROPERTY, "its signing block holds no signature (part 0x20000000)" },
	{ "twice", 12, PROFILE, "part 0x20000002 of its signing block is there twice" },
	{ "offset into the table", 8, 23, "part 0x20000002 of its signing block does not lie in it" },
	{ "offset behind all", 8, UINT32_MAX, "part 0x20000002 of its signing block does not lie in it" },
	{ "offset of the other", 20, 24, "part 0x20000000 of its signing block overlaps another" },
	{ "length beyond all", 4, UINT32_MAX, "part 0x20000002 of its signing block does not lie in it" },
	{ "length 0", 4, 0, "the parts of its signing block do not fill it" },
	{ "length one less", 4, 0, NULL },
};

static void test_numbers(void **state)
{
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));
	struct slice good = signer_block(&w->a, &b);

	assert_int_equal(read_bytes(w, good), 0);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		char *bytes = arena_str(&w->a, good);
		size_t at = numbers[i].at < 0 ? good.n - (size_t)-numbers[i].at : (size_t)numbers[i].at;
		bool less = !strcmp(numbers[i].what, "length one less");
		const char *percent = numbers[i].why ? strstr(numbers[i].why, "%zu") : NULL, *why = numbers[i].why;

		print_message("%s\n", numbers[i].what);
		little32_put(bytes + at, less ? little32(bytes + at) - 1 : numbers[i].value);
		assert_int_equal(read_bytes(w, slice_bytes(bytes, good.n)), -1);
		if (percent)
			why = arena_printf(&w->a, "%.*s%zu%s", (int)(percent - why), why, good.n, percent + 3).p;
		if (why)
			assert_string_equal(w->why, why);
	}
}

static void test_around(void **state)
{
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));
	struct slice good = signer_block(&w->a, &b), zeros = slice_bytes(arena_alloc(&w->a, 3), 3), package;

	/* Zeros before the block are part of what is signed: here they came afterwards. */
	package = arena_printf(&w->a, "%*s", (int)good.n + 3, "");
	memcpy((char *)(uintptr_t)package.p, zeros.p, 3);
	memcpy((char *)(uintptr_t)package.p + 3, good.p, good.n);
	assert_int_equal(read_bytes(w, package), -1);
	assert_string_equal(w->why, "its bytes are not those that were signed (the content digest differs)");
	memcpy((char *)(uintptr_t)package.p, "abc", 3);
	assert_int_equal(read_bytes(w, package), -1);
	assert_string_equal(w->why,
			    arena_printf(&w->a,
					 "its signing block says that it has %zu bytes; %zu lie between the last entry "
					 "and the directory",
					 good.n, good.n + 3)
				    .p);
	assert_int_equal(read_bytes(w, SLICE("short")), -1);
	assert_string_equal(w->why,
			    "what lies between its last entry and its directory is too short for a signing block");
	assert_int_equal(read_bytes(w, SLICE("APK Sig Block 42 is of another world")), -1);
	assert_string_equal(w->why,
			    "what lies between its last entry and its directory is no signing block: another magic");
}

static void test_order(void **state)
{
	struct world *w = *state;
	static const char property[] = "\1\0\0\x30\3\0\0\0\0\0\0\0abc";
	struct signer_block b = good_block(w, profile(w, NULL, NULL), slice_bytes(property, sizeof(property) - 1));
	struct signer_part first = b.parts[0];

	b.parts[0] = b.parts[2]; /* the signature may stand anywhere; the others are digested in their order */
	b.parts[2] = b.parts[1];
	b.parts[1] = first;
	assert_int_equal(read_block(w, &b), 0);
	b.parts[1] = b.parts[2];
	b.parts[2] = first;
	assert_refused(w, &b, "its bytes are not those that were signed (the content digest differs)");
	b.parts[1].value.n--;
	assert_int_equal(read_block(w, &b), -1);
}

static void test_properties(void **state)
{
	static const char damaged[] = "\1\0\0\x30\4\0\0\0\0\0\0\0abc";
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), slice_bytes(damaged, sizeof(damaged) - 1));

	assert_refused(w, &b, "the properties in its signing block are damaged");
	b = good_block(w, profile(w, NULL, NULL), SLICE("short"));
	assert_refused(w, &b, "the properties in its signing block are damaged");
}

/* --- the signature ------------------------------------------------------------------------------------------------------ */
static void test_changed(void **state)
{
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));
	struct slice package = signer_insert(&w->a, w->zip, signer_block(&w->a, &b));
	char *bytes = arena_str(&w->a, package);

	bytes[30 + 15] = 'C'; /* of the first file; the zip's CRC-32 is not looked at here */
	assert_int_equal(read_package(w, slice_bytes(bytes, package.n), NULL), -1);
	assert_string_equal(w->why, "its bytes are not those that were signed (the content digest differs)");
	bytes = arena_str(&w->a, package);
	bytes[package.n - 22 - 46 - 11 + 12] ^= 1; /* a date in the directory */
	assert_int_equal(read_package(w, slice_bytes(bytes, package.n), NULL), -1);
	assert_string_equal(w->why, "its bytes are not those that were signed (the content digest differs)");
}

static void test_contents(void **state)
{
	struct world *w = *state;
	struct slice p7b = profile(w, NULL, NULL);
	struct slice good = signer_content(&w->a, w->zip, &p7b, 1, ECDSA_256, CHUNK_SHA256);
	const struct {
		const char *what;
		size_t at;
		uint32_t value;
		const char *why;
	} cases[] = {
		{ "version", 0, 3, "the signed content of its signing block is malformed" },
		{ "number", 4, 2, "the signed content of its signing block is malformed" },
		{ "outer length", 8, 41, "the signed content of its signing block is malformed" },
		{ "inner length", 16, 31, "the signed content of its signing block is malformed" },
		{ "another algorithm's length", 12, 0x203,
		  "the signed digest of its signing block has another length than its algorithm's" },
		{ "digest", 20, 0, "its bytes are not those that were signed (the content digest differs)" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signer_block b = good_block(w, p7b, SLICE(""));
		char *content = arena_str(&w->a, good);

		print_message("%s\n", cases[i].what);
		little32_put(content + cases[i].at, cases[i].value);
		b.parts[1].value = signer_cms(&w->a, &w->app, NULL, slice_bytes(content, good.n), EVP_sha256(), 0);
		assert_refused(w, &b, cases[i].why);
	}
	struct signer_block b = good_block(w, p7b, SLICE(""));
	b.parts[1].value = signer_cms(&w->a, &w->app, NULL, SLICE(""), EVP_sha256(), 0);
	assert_refused(w, &b, "the signed content of its signing block is malformed");
	b.parts[1].value = SLICE("not a signature");
	assert_refused(w, &b,
		       "the signature in its signing block does not hold: a signature structure (CMS) is malformed");
	b.parts[1].value = signer_cms(&w->a, &w->app, NULL, good, EVP_sha256(), CMS_DETACHED);
	assert_refused(w, &b, "the signature in its signing block does not hold: it has no content inside");
}

/* --- the profile -------------------------------------------------------------------------------------------------------- */

/* One profile in the block of another: its bytes are in the digest. */
static void test_another_profile(void **state)
{
	struct world *w = *state;
	struct signer_block b = good_block(w, profile(w, NULL, NULL), SLICE(""));

	b.parts[0].value = profile(w, "com.example.demo", "com.example.evil");
	assert_refused(w, &b, "its bytes are not those that were signed (the content digest differs)");
}

static void test_profiles(void **state)
{
	static const struct {
		const char *from, *to, *why; /* NULL: good */
	} cases[] = {
		{ "\"apl\": \"normal\", ", "", NULL },
		{ "\"app-identifier\": \"5765880207854649881\", ", "", NULL },
		{ "\"release\"", "\"other\"", "its profile has no \"type\" that is \"release\" or \"debug\"" },
		{ "\"type\": \"release\", ", "", "its profile has no \"type\" that is \"release\" or \"debug\"" },
		{ "\"release\"", "\"debug\"", "the \"development-certificate\" of its profile is missing" },
		{ "\"distribution-certificate\"", "\"certificate\"",
		  "the \"distribution-certificate\" of its profile is missing" },
		{ "BEGIN CERT", "BEGIN CURT", "the \"distribution-certificate\" of its profile is no certificate" },
		{ "\"bundle-name\"", "\"name\"", "its profile has no \"bundle-name\" in \"bundle-info\"" },
		{ "com.example.demo", "", "its profile has no \"bundle-name\" in \"bundle-info\"" },
		{ "1600000000", "-1", "its profile has no validity with \"not-before\" and \"not-after\" in seconds" },
		{ "1600000000", "1.5", "its profile has no validity with \"not-before\" and \"not-after\" in seconds" },
		{ "\"validity\"", "\"valid\"",
		  "its profile has no validity with \"not-before\" and \"not-after\" in seconds" },
		{ "\"apl\"", "\"bundle-name\"", "what its profile holds is no JSON, or has a key twice" },
		{ "{\"type\"", "\"type\"", "what its profile holds is no JSON, or has a key twice" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signer_block b = good_block(w, profile(w, cases[i].from, cases[i].to), SLICE(""));

		print_message("%s => %s\n", cases[i].from, cases[i].to);
		if (cases[i].why)
			assert_refused(w, &b, cases[i].why);
		else
			assert_int_equal(read_block(w, &b), 0);
	}
	struct signer_block b = good_block(w, SLICE("no CMS"), SLICE(""));
	assert_refused(w, &b, "its profile is damaged: a signature structure (CMS) is malformed");
}

/* Whether the certificate in the profile is the signer's is a fact. */
static void test_another_signer(void **state)
{
	struct world *w = *state;
	struct slice p7b = profile(w, NULL, NULL);
	struct slice content = signer_content(&w->a, w->zip, &p7b, 1, ECDSA_256, CHUNK_SHA256);
	struct signer_block b = good_block(w, p7b, SLICE(""));

	b.parts[1].value = signer_cms(&w->a, &w->other, NULL, content, EVP_sha256(), 0);
	assert_int_equal(read_block(w, &b), 0);
	assert_string_equal(w->sig.signer.subject.p, "CN=Other,O=Example");
	assert_string_equal(w->sig.profile.app.subject.p, "CN=App,O=Example");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),      cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_chain),      cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_around),     cmocka_unit_test(test_order),
		cmocka_unit_test(test_properties), cmocka_unit_test(test_changed),
		cmocka_unit_test(test_contents),   cmocka_unit_test(test_another_profile),
		cmocka_unit_test(test_profiles),   cmocka_unit_test(test_another_signer),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
