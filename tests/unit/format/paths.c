#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/paths.h"

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void hash_of(uint8_t hash[32])
{
	for (size_t i = 0; i < 32; i++)
		hash[i] = (uint8_t)i;
}

static void expect(struct strbuf *got, const char *want)
{
	print_message("%s\n", want);
	assert_string_equal(got->p, want);
	strbuf_reset(got);
}

static void test_objects(void **state)
{
	struct strbuf out = STRBUF_INIT;
	uint8_t hash[32];

	(void)state;
	hash_of(hash);
	path_object(&out, hash, "manifest.json");
	expect(&out, "targets/o/0001020304050607/" DIGITS ".manifest.json");
	path_object_target(&out, hash, "package.apk");
	expect(&out, "o/0001020304050607/package.apk");
	strbuf_release(&out);
}

/* An object has one file, whichever of its names leads there. */
static void test_targets(void **state)
{
	static const struct {
		const char *target, *file;
	} cases[] = {
		{ "index/v1/ios-switch.json", "targets/index/v1/" DIGITS ".ios-switch.json" },
		{ "o/0001020304050607/filter.bin", "targets/o/0001020304050607/" DIGITS ".filter.bin" },
		{ "top.json", "targets/" DIGITS ".top.json" },
		{ "/x", "targets//" DIGITS ".x" },
	};
	struct strbuf out = STRBUF_INIT;
	uint8_t hash[32];

	(void)state;
	hash_of(hash);
	for (size_t i = 0; i < COUNT(cases); i++) {
		path_target_file(&out, slice_of(cases[i].target), hash);
		expect(&out, cases[i].file);
	}
	strbuf_release(&out);
}

static void test_indexes(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	path_index_target(&out, PLATFORM_ANDROID, KIND_UPGRADE);
	expect(&out, "index/v1/android-upgrade.json");
	path_index_target(&out, PLATFORM_HARMONY, KIND_SWITCH);
	expect(&out, "index/v1/harmony-switch.json");
	strbuf_release(&out);
}

static void test_metadata(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	path_metadata(&out, 0, "timestamp");
	expect(&out, "metadata/timestamp.json");
	path_metadata(&out, 12, "root");
	expect(&out, "metadata/12.root.json");
	strbuf_release(&out);
}

static void test_resolve(void **state)
{
	static const struct {
		const char *reference, *want;
	} cases[] = {
		{ "targets/o/x.apk", "https://cdn.example.com/A/targets/o/x.apk" },
		{ "https://other.example.com/x.apk", "https://other.example.com/x.apk" },
		{ "http://localhost/x.apk", "http://localhost/x.apk" },
		{ "itms-services://?url=x", "itms-services://?url=x" },
		{ "httpserver/x", "https://cdn.example.com/A/httpserver/x" },
		{ "", "https://cdn.example.com/A/" },
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		path_resolve(&out, SLICE("https://cdn.example.com/A/"), slice_of(cases[i].reference));
		expect(&out, cases[i].want);
	}
	strbuf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),  cmocka_unit_test(test_targets), cmocka_unit_test(test_indexes),
		cmocka_unit_test(test_metadata), cmocka_unit_test(test_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
