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

static void test_metadata_names(void **state)
{
	static const struct {
		const char *name, *role; /* role NULL: no name of metadata */
		uint64_t version;
	} cases[] = {
		{ "timestamp.json", "timestamp", 0 },
		{ "1.root.json", "root", 1 },
		{ "12.objects-0a.json", "objects-0a", 12 },
		{ "9007199254740991.root.json", "root", 9007199254740991 },
		{ "9007199254740992.root.json", "9007199254740992.root", 0 },
		{ "0.root.json", "0.root", 0 },
		{ "01.root.json", "01.root", 0 },
		{ "1.2.root.json", "2.root", 1 },
		{ "1.json", NULL, 0 },
		{ ".json", NULL, 0 },
		{ "1.root.json.tmp", NULL, 0 },
		{ "README.md", NULL, 0 },
		{ "", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t version;
		struct slice role;
		bool is = metadata_name(&version, &role, slice_of(cases[i].name));

		print_message("%s\n", cases[i].name);
		assert_int_equal(is, cases[i].role != NULL);
		if (is) {
			assert_true(slice_eqs(role, cases[i].role));
			assert_int_equal(version, cases[i].version);
		}
	}
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
		cmocka_unit_test(test_objects),  cmocka_unit_test(test_targets),        cmocka_unit_test(test_indexes),
		cmocka_unit_test(test_metadata), cmocka_unit_test(test_metadata_names), cmocka_unit_test(test_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
