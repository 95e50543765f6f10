#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "publish/class.h"

#define YEAR   "public, max-age=31536000, immutable"
#define MINUTE "public, max-age=60"
#define BYTES  "application/octet-stream"
#define H5     "h5/20171228/1.0.0.1_all/"

/* Served with a pointerMaxAge of 60. */
static void test_classes(void **state)
{
	static const struct {
		const char *path;
		enum file_role role;
		const char *cache, *type, *encoding;
	} cases[] = {
		{ "targets/index/v1/0a.android-upgrade.json", FILE_OBJECT, YEAR, "application/json", NULL },
		{ "targets/o/00112233aabbccdd/0a.manifest.json", FILE_OBJECT, YEAR, "application/json", NULL },
		{ "targets/o/00112233aabbccdd/0a.filter.bin", FILE_OBJECT, YEAR, BYTES, NULL },
		{ "targets/o/00112233aabbccdd/0a.delta.bin", FILE_OBJECT, YEAR, BYTES, NULL },
		{ "targets/o/00112233aabbccdd/0a.package.apk", FILE_OBJECT, YEAR,
		  "application/vnd.android.package-archive", NULL },
		{ "targets/o/00112233aabbccdd/0a.package.ipa", FILE_OBJECT, YEAR, BYTES, NULL },
		{ "targets/o/00112233aabbccdd/0a.package.hap", FILE_OBJECT, YEAR, BYTES, NULL },
		{ "targets/o/00112233aabbccdd/0a.package.jar", FILE_OBJECT, YEAR, "application/java-archive", NULL },
		{ "targets/o/00112233aabbccdd/0a.icon.png", FILE_OBJECT, YEAR, "image/png", NULL },
		{ "metadata/1.root.json", FILE_METADATA, YEAR, "application/json", NULL },
		{ "metadata/7.snapshot.json", FILE_CLAIM, YEAR, "application/json", NULL },
		{ "metadata/7.snapshots.json", FILE_METADATA, YEAR, "application/json", NULL },
		{ "metadata/snapshot.json", FILE_METADATA, YEAR, "application/json", NULL },
		{ "metadata/7.objects-a.json", FILE_METADATA, YEAR, "application/json", NULL },
		{ "metadata/timestamp.json", FILE_POINTER, MINUTE, "application/json", NULL },
		{ "metadata/9.timestamp.json", FILE_METADATA, YEAR, "application/json", NULL },
		{ "metadata/other", FILE_METADATA, YEAR, BYTES, NULL },
		{ "build.json", FILE_NOTES, "no-cache", "application/json", NULL },
		{ "prune.json", FILE_NOTES, "no-cache", "application/json", NULL },
		{ "pages/index.html", FILE_MUTABLE, MINUTE, "text/html; charset=utf-8", NULL },
		{ "pages/ios/5.0.0.plist", FILE_MUTABLE, MINUTE, "application/xml", NULL },
		{ "pages/ios/5.0.0.svg", FILE_MUTABLE, MINUTE, "image/svg+xml", NULL },
		{ "h5/preset/android/h5_json.json", FILE_MUTABLE, MINUTE, "application/json", NULL },
		{ H5 "nebula/20171228_1.0.0.1.amr", FILE_LISTED, YEAR, BYTES, NULL },
		{ H5 "fallback/www/index.html", FILE_LISTED, YEAR, "text/html; charset=utf-8", NULL },
		{ H5 "fallback/www/A.HTML", FILE_LISTED, YEAR, "text/html; charset=utf-8", NULL },
		{ H5 "fallback/www/app.js", FILE_LISTED, YEAR, "text/javascript; charset=utf-8", NULL },
		{ H5 "fallback/www/a.min.css", FILE_LISTED, YEAR, "text/css; charset=utf-8", NULL },
		{ H5 "fallback/www/a.woff2", FILE_LISTED, YEAR, "font/woff2", NULL },
		{ H5 "fallback/www/a.svgz", FILE_LISTED, YEAR, "image/svg+xml", "gzip" },
		{ H5 "fallback/www/a.tar.gz", FILE_LISTED, YEAR, "application/gzip", NULL },
		{ H5 "fallback/www.js/README", FILE_LISTED, YEAR, BYTES, NULL },
		{ H5 "fallback/www/.js", FILE_LISTED, YEAR, BYTES, NULL },
		{ H5 "fallback/www/a.", FILE_LISTED, YEAR, BYTES, NULL },
		{ "cdn.example.com/20171228_default/pages/a.js", FILE_LISTED, YEAR, "text/javascript; charset=utf-8",
		  NULL },
		{ "other/build.json", FILE_LISTED, YEAR, "application/json", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct file_class c;

		print_message("%s\n", cases[i].path);
		file_class(&c, slice_of(cases[i].path), 60);
		assert_int_equal(c.role, cases[i].role);
		assert_int_equal(file_role(slice_of(cases[i].path)), cases[i].role);
		assert_string_equal(c.cache, cases[i].cache);
		assert_string_equal(c.type, cases[i].type);
		if (cases[i].encoding)
			assert_string_equal(c.encoding, cases[i].encoding);
		else
			assert_null(c.encoding);
	}
}

static void test_pointer_max_age(void **state)
{
	static const struct {
		const char *path;
		uint32_t seconds;
		const char *cache;
	} cases[] = {
		{ "metadata/timestamp.json", 0, "no-cache" },
		{ "metadata/timestamp.json", 1, "public, max-age=1" },
		{ "metadata/timestamp.json", 86400, "public, max-age=86400" },
		{ "metadata/timestamp.json", UINT32_MAX, "public, max-age=4294967295" },
		{ "pages/index.html", 0, "no-cache" },
		{ "pages/index.html", 5, "public, max-age=5" },
		{ "h5/preset/ios/h5_json.json", 5, "public, max-age=5" },
		{ "build.json", 5, "no-cache" },
		{ "metadata/1.root.json", 0, YEAR },
		{ "targets/o/00112233aabbccdd/0a.answer.json", 0, YEAR },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct file_class c;

		print_message("%s %u\n", cases[i].path, (unsigned)cases[i].seconds);
		file_class(&c, slice_of(cases[i].path), cases[i].seconds);
		assert_string_equal(c.cache, cases[i].cache);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_pointer_max_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
