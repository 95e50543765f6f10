#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packageworld.h"

#define AT "repo/up/5.0.0/release.json:3:24: "
#define PACKAGE                                                                                                        \
	{                                                                                                              \
		"package", 0, XML_TEXT("com.example.demo")                                                             \
	}

static void check_facts(struct world *w, const struct package *p, struct slice bytes)
{
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];

	assert_int_equal(digest_sha256(w->digests, sha256, bytes) | digest_md5(w->digests, md5, bytes), 0);
	assert_int_equal(p->size, bytes.n);
	assert_memory_equal(p->sha256, sha256, SHA256_SIZE);
	assert_true(p->has_md5);
	assert_memory_equal(p->md5, md5, MD5_SIZE);
}

/* --- what a package says of itself -------------------------------------------------------------------------------- */
static const struct {
	const char *name;
	struct xml xml;
	const char *want; /* packageName in app.ini */
	const char *said;
} manifests[] = {
	{ "as released",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.0") }, PACKAGE } },
	  "com.example.demo",
	  "" },
	{ "an equal version",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("05.0") }, PACKAGE } },
	  "com.example.demo",
	  "" },
	{ "no packageName in app.ini",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.0") }, PACKAGE } },
	  "",
	  "" },
	{ "wrong version",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.1") }, PACKAGE } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has versionName \"5.0.1\"; this release is version 5.0.0\n" },
	{ "no version at all",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.0-rc1") }, PACKAGE } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has versionName \"5.0.0-rc1\"; this release is version 5.0.0\n" },
	{ "empty version",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("") }, PACKAGE } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has versionName \"\"; this release is version 5.0.0\n" },
	{ "control characters",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5\n\033[1m") }, PACKAGE } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has versionName \"5??[1m\"; this release is version 5.0.0\n" },
	{ "no versionName",
	  { .attrs = { PACKAGE } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has no versionName; this release is version 5.0.0\n" },
	{ "versionName by reference",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_REFERENCE(0x7f010000) }, PACKAGE } },
	  "com.example.demo",
	  AT "warning: app.apk (AndroidManifest.xml) takes its versionName from a resource; it was not compared with "
	     "version 5.0.0\n" },
	{ "wrong package",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.0") },
		       { "package", 0, XML_TEXT("com.example.demo.debug") } } },
	  "com.example.demo",
	  AT
	  "error: the package in app.apk (AndroidManifest.xml) is \"com.example.demo.debug\"; [android] packageName in "
	  "app.ini is \"com.example.demo\"\n" },
	{ "both wrong",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("1") },
		       { "package", 0, XML_TEXT("COM.example.demo") } } },
	  "com.example.demo",
	  AT "error: app.apk (AndroidManifest.xml) has versionName \"1\"; this release is version 5.0.0\n" AT
	     "error: the package in app.apk (AndroidManifest.xml) is \"COM.example.demo\"; [android] packageName in "
	     "app.ini is "
	     "\"com.example.demo\"\n" },
	{ "no package",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("5.0.0") } } },
	  "com.example.demo",
	  AT "error: app.apk cannot be read as an Android package: AndroidManifest.xml: <manifest> has no package\n" },
};

static void test_manifests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(manifests); i++) {
		struct world w;
		struct upgrade *u;
		struct slice bytes;

		print_message("%s\n", manifests[i].name);
		world_init(&w);
		w.app.package_name[PLATFORM_ANDROID] = slice_of(manifests[i].want);
		u = package_release(&w, "5.0.0");
		bytes = package_make(&w, &manifests[i].xml);
		world_add(&w, "up/5.0.0/app.apk", bytes);
		package_prepare(&w, false);
		assert_string_equal(world_said(&w), manifests[i].said);
		check_facts(&w, &u->package, bytes);
		assert_int_equal(w.reads, 1);
		world_release(&w);
	}
}

/* --- files that cannot be read ------------------------------------------------------------------------------------ */
static void test_files(void **state)
{
	static const struct {
		const char *name;
		const char *file;
		enum file_kind kind;
		bool broken;
		size_t reads;
		const char *said;
	} cases[] = {
		{ "no archive", "up/5.0.0/app.apk", FILE_REGULAR, false, 1,
		  AT "error: app.apk cannot be read as an Android package: it is no zip archive, or is cut off: it "
		     "has no end record\n" },
		{ "symlink", "up/5.0.0/app.apk", FILE_SYMLINK, false, 0,
		  "repo/up/5.0.0/app.apk: error: is a symlink; only regular files are allowed\n" },
		{ "reading fails", "up/5.0.0/app.apk", FILE_REGULAR, true, 1,
		  "repo/up/5.0.0/app.apk: error: cannot read this file\n" },
		{ "absent: said by the definitions", "up/5.0.0/App.apk", FILE_REGULAR, false, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int book = 0; book < 2; book++) {
			struct world w;
			struct upgrade *u;

			print_message("%s%s\n", cases[i].name, book ? ", with a book" : "");
			world_init(&w);
			u = package_release(&w, "5.0.0");
			world_add(&w, cases[i].file, SLICE("no archive"))->kind = cases[i].kind;
			w.broken = cases[i].broken;
			package_prepare(&w, book);
			assert_string_equal(world_said(&w), cases[i].said);
			assert_int_equal(w.reads, cases[i].reads);
			assert_int_equal(w.book.n, 0);
			assert_int_equal(u->package.size, i == 0 ? 10 : 0);
			world_release(&w);
		}
	}
}

/* A package that is kept elsewhere is none of ours. */
static void test_url(void **state)
{
	struct world w;
	struct upgrade *u;

	(void)state;
	world_init(&w);
	u = package_release(&w, "5.0.0");
	u->package = (struct package){ .url = SLICE("https://example.com/a.apk"), .size = 5 };
	package_prepare(&w, true);
	assert_string_equal(world_said(&w), "");
	assert_int_equal(u->package.size, 5);
	assert_int_equal(w.reads + w.book.n, 0);
	world_release(&w);
}

/* --- other kinds -------------------------------------------------------------------------------------------------- */
static void test_names(void **state)
{
	static const struct {
		enum kind kind;
		enum platform platform;
		enum distribution distribution;
		const char *file, *name; /* NULL: it has no package */
	} cases[] = {
		{ KIND_UPGRADE, PLATFORM_ANDROID, DIST_PACKAGE, "x.apk", "package.apk" },
		{ KIND_UPGRADE, PLATFORM_HARMONY, DIST_PACKAGE, "x.hap", "package.hap" },
		{ KIND_UPGRADE, PLATFORM_HARMONY, DIST_PACKAGE, "a.hap/x.app", "package.app" },
		{ KIND_UPGRADE, PLATFORM_IOS, DIST_ENTERPRISE, "x.ipa", "package.ipa" },
		{ KIND_UPGRADE, PLATFORM_IOS, DIST_APP_STORE, "", NULL },
		{ KIND_UPGRADE, PLATFORM_IOS, DIST_TEST_FLIGHT, "", NULL },
		{ KIND_HOTPATCH, PLATFORM_ANDROID, DIST_PACKAGE, "x.jar", "package.jar" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.js", "package.js" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.tar.gz", "package.gz" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.12345678", "package.12345678" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.123456789", "package.bin" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.Js", "package.bin" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "x.", "package.bin" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "js", "package.bin" },
		{ KIND_HOTPATCH, PLATFORM_IOS, DIST_PACKAGE, "a.js/x", "package.bin" },
		{ KIND_H5, PLATFORM_ANDROID, DIST_PACKAGE, "", NULL },
		{ KIND_QUICKFIX, PLATFORM_HARMONY, DIST_PACKAGE, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct upgrade u = { .r = { .kind = cases[i].kind }, .distribution = cases[i].distribution };
		struct hotpatch h = { .r = { .kind = cases[i].kind } };
		struct release *r = cases[i].kind == KIND_HOTPATCH ? &h.r : &u.r;
		char name[PACKAGE_NAME];

		print_message("%s\n", cases[i].file);
		r->platforms[cases[i].platform] = true;
		u.package.file = h.package.file = slice_of(cases[i].file);
		if (!cases[i].name) {
			assert_null(package_of(r));
			continue;
		}
		assert_ptr_equal(package_of(r), r == &h.r ? &h.package : &u.package);
		package_object_name(name, r);
		assert_string_equal(name, cases[i].name);
	}
}

/* Patches: of Android, and of iOS, which nobody looks into. Twice, the second time from the recipes. */
static void test_patches(void **state)
{
	static const char *const rel[] = { "c/x.jar", "d/x.js" };
	static const char *const objects[] = { "package.jar", "package.js" };
	struct hotpatch h[2] = { { .r = { .kind = KIND_HOTPATCH }, .platform = PLATFORM_ANDROID },
				 { .r = { .kind = KIND_HOTPATCH }, .platform = PLATFORM_IOS } };
	struct slice bytes[2];
	uint8_t cert[32];
	struct world w;

	(void)state;
	world_init(&w);
	w.app.hotpatches = h;
	w.app.nhotpatches = 2;
	bytes[0] = package_jar(&w, "5.0.0");
	bytes[1] = SLICE("anything");
	cert_sha256(cert, package_signer());
	for (size_t i = 0; i < 2; i++) {
		h[i].r.platforms[h[i].platform] = true;
		h[i].product_text = SLICE("5.0.0");
		assert_true(version_parse(&h[i].product, h[i].product_text));
		h[i].package.file = slice_from(slice_of(rel[i]), 2);
		h[i].package.rel = slice_of(rel[i]);
		world_add(&w, rel[i], bytes[i]);
	}
	for (int build = 0; build < 2; build++) {
		package_prepare(&w, true);
		assert_string_equal(world_said(&w), "");
		assert_int_equal(w.reads, build ? 0 : 2);
		assert_true(h[0].package.said.has_cert && !h[1].package.said.has_cert);
		assert_memory_equal(h[0].package.said.cert, cert, 32);
		for (size_t i = 0; i < 2; i++) {
			struct recipes noted = recipe_book_close(&w.book);
			bool found = false;

			check_facts(&w, &h[i].package, bytes[i]);
			for (size_t k = 0; k < noted.n; k++)
				found = found || (slice_eqs(noted.v[k].name, objects[i]) &&
						  memcmp(noted.v[k].hash, h[i].package.sha256, SHA256_SIZE) == 0);
			assert_true(found);
			h[i].package = (struct package){ .file = h[i].package.file, .rel = h[i].package.rel };
		}
		world_next(&w);
	}
	h[0].product_text = SLICE("5.0.1");
	assert_true(version_parse(&h[0].product, h[0].product_text));
	package_prepare(&w, true);
	assert_int_equal(w.reads, 1); /* the version it is for is looked at, and so a part of the key */
	assert_int_equal(w.d.errors, 1);
	world_release(&w);
}

/* --- recipes ------------------------------------------------------------------------------------------------------ */
#define VERSION(v)                                                                                                     \
	{                                                                                                              \
		"versionName", XML_VERSION_NAME, XML_TEXT(v)                                                           \
	}

/* Two releases, of which the second one's package does not say its version. */
static void two_releases(struct world *w, struct slice bytes[2])
{
	const struct xml x[] = {
		{ .attrs = { VERSION("5.0.0"), PACKAGE } },
		{ .attrs = { { "", XML_VERSION_NAME, XML_REFERENCE(1) }, PACKAGE } },
	};

	world_init(w);
	(void)package_release(w, "5.0.0");
	(void)package_release(w, "6.0.0");
	for (size_t i = 0; i < 2; i++) {
		bytes[i] = package_make(w, &x[i]);
		world_add(w, i ? "up/6.0.0/app.apk" : "up/5.0.0/app.apk", bytes[i]);
	}
}

static void test_reuse(void **state)
{
	struct slice bytes[2];
	struct world w;

	(void)state;
	two_releases(&w, bytes);
	package_prepare(&w, true);
	assert_int_equal(w.reads, 2);
	assert_int_equal(w.d.errors, 0);
	assert_int_equal(w.d.warnings, 1);
	for (int build = 0; build < 2; build++) { /* what was kept is kept again */
		world_next(&w);
		assert_int_equal(w.known.n, 2);
		for (size_t i = 0; i < 2; i++)
			w.app.upgrades[i].package =
				(struct package){ .file = SLICE("app.apk"), .rel = w.entries[i].rel };
		package_prepare(&w, true);
		assert_int_equal(w.reads, 0);
		assert_int_equal(w.d.n, 0);
		for (size_t i = 0; i < 2; i++)
			check_facts(&w, &w.app.upgrades[i].package, bytes[i]);
	}
	world_release(&w);
}

static struct recipe_fact *fact_of(struct recipe *r, const char *name)
{
	for (size_t i = 0; i < r->nfacts; i++)
		if (slice_eqs(r->facts[i].name, name))
			return &r->facts[i];
	fail_msg("no fact %s", name);
	return NULL;
}

/* Whatever the inspection looks at is part of the key. */
static void test_read_again(void **state)
{
	static const char *const cases[] = { "content", "packageName", "version",        "no id",
					     "no book", "no md5",      "md5 of 15 bytes" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice bytes[2];
		struct world w;

		print_message("%s\n", cases[i]);
		two_releases(&w, bytes);
		package_prepare(&w, true);
		world_next(&w);
		if (i == 0)
			w.entries[0].id[3] = w.entries[0].id[3] == '0' ? '1' : '0';
		if (i == 1)
			w.app.package_name[PLATFORM_ANDROID] = SLICE("");
		if (i == 2)
			w.app.upgrades[0].r.version_text = SLICE("5.0");
		if (i == 3)
			w.entries[0].id[0] = '\0';
		for (size_t k = 0; k < w.known.n; k++) {
			if (i == 5)
				w.known.v[k].nfacts = 0;
			if (i == 6)
				fact_of(&w.known.v[k], "md5")->value.n -= 2;
		}
		package_prepare(&w, i != 4);
		assert_int_equal(w.d.errors, 0);
		assert_int_equal(w.reads, i == 0 || i == 2 || i == 3 ? 1 : 2);
		assert_int_equal(recipe_book_close(&w.book).n, i == 3 ? 1 : i == 4 ? 0 : 2);
		for (size_t k = 0; k < w.book.n; k++)
			assert_int_equal(w.book.v[k].nfacts, 2); /* md5, cert */
		check_facts(&w, &w.app.upgrades[0].package, bytes[0]);
		world_release(&w);
	}
}

/* A package with an error is looked at in every build. */
static void test_error_is_not_noted(void **state)
{
	const struct xml x = { .attrs = { VERSION("4"), PACKAGE } };
	struct slice bytes[2];
	struct world w;

	(void)state;
	two_releases(&w, bytes);
	w.data[0] = package_make(&w, &x);
	package_prepare(&w, true);
	assert_int_equal(w.d.errors, 1);
	assert_int_equal(w.book.n, 1);
	world_next(&w);
	package_prepare(&w, true);
	assert_int_equal(w.reads, 1);
	assert_int_equal(w.d.errors, 1);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manifests),  cmocka_unit_test(test_files),
		cmocka_unit_test(test_url),        cmocka_unit_test(test_names),
		cmocka_unit_test(test_patches),    cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_read_again), cmocka_unit_test(test_error_is_not_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
