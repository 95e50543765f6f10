/* Harmony packages: names, numbers and code of a module, in both models; an app of several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../zip.h"
#include "inspect/hap.h"

#define STAGE                                                                                                          \
	"{\"app\":{\"bundleName\":\"com.example\",\"versionCode\":7,\"versionName\":\"1.0\"},\"module\":{\"name\":"    \
	"\"entry\",\"type\":\"entry\",\"deviceTypes\":[\"phone\",\"tablet\"],\"abilities\":[{\"maxWindowRatio\":3.5}]" \
	"}}"
#define FA                                                                                                             \
	"{\"app\":{\"bundleName\":\"com.example\",\"version\":{\"code\":7,\"name\":\"1.0\"}},\"module\":{\"distro\":{" \
	"\"moduleName\":\"entry\",\"moduleType\":\"entry\"},\"deviceType\":[\"phone\",\"tablet\"]}}"
#define PACK(bundle, code)                                                                                             \
	"{\"summary\":{\"app\":{\"bundleName\":\"" bundle "\",\"version\":{\"code\":" code                             \
	",\"name\":\"1.0\"}}},\"packages\":[{\"name\":\"entry-default\"},{\"name\":\"lib\"}]}"
#define ENTRIES 6

#define B(text)                                                                                                        \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

static const struct cms_query nobody = { .at = 0 };

static void test_models(void **state)
{
	static const struct {
		const char *name;
		struct slice text;
	} models[] = { { "module.json", B(STAGE) }, { "config.json", B(FA) } };

	(void)state;
	for (size_t i = 0; i < COUNT(models); i++) {
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct hap h;
		struct slice bytes = zip_made(
			&a, (const struct test_zip_entry[]){ { models[i].name, models[i].text, 0, i == 0 },
							     { "pack.info", B(PACK("com.example", "7")), 0, true },
							     { "ets/modules.abc", B("x"), 0, true },
							     { "libs/x86_64/b.so", B("x"), 0, true },
							     { "libs/arm64-v8a/a.so", B("x"), 0, false },
							     { "libs/armeabi/a.so", B("x"), 0, false },
							     { "libs/armeabi-v7a/a.so", B("x"), 0, false },
							     { NULL, { NULL, 0 }, 0, false } });

		print_message("%s\n", models[i].name);
		assert_int_equal(hap_read(&h, &a, bytes, &nobody, &why), 0);
		assert_string_equal(h.source, models[i].name);
		assert_string_equal(h.bundle_name.p, "com.example");
		assert_int_equal(h.version_code, 7);
		assert_string_equal(h.version_name.p, "1.0");
		assert_string_equal(h.module.p, "entry");
		assert_string_equal(h.module_type.p, "entry");
		assert_int_equal(h.ndevice_types, 2);
		assert_string_equal(h.device_types[1].p, "tablet");
		assert_int_equal(h.ncode, 5);
		assert_true(hap_has_code(&h, SLICE("ets/modules.abc")) &&
			    hap_has_code(&h, SLICE("libs/arm64-v8a/a.so")));
		assert_false(hap_has_code(&h, SLICE("libs/arm64-v8a/b.so")));
		assert_int_equal(h.nabis, 4);
		assert_true(hap_has_abi(&h, SLICE("arm64-v8a")) && hap_has_abi(&h, SLICE("x86_64")));
		assert_true(hap_has_abi(&h, SLICE("armeabi")) && hap_has_abi(&h, SLICE("armeabi-v7a")));
		assert_false(hap_has_abi(&h, SLICE("x86")) || h.is_signed);
		arena_release(&a);
	}
}

static const struct {
	const char *what;
	bool app;
	struct test_zip_entry entries[ENTRIES];
	const char *why; /* NULL: good */
} cases[] = {
	{ "alone", false, { { "module.json", B(STAGE), 0, true } }, NULL },
	{ "nothing", false, { { "x", B("x"), 0, true } }, "it holds neither module.json nor config.json" },
	{ "no JSON", false, { { "module.json", B("{"), 0, true } }, "its module.json is no JSON, or has a key twice" },
	{ "a key twice",
	  false,
	  { { "module.json", B("{\"app\":1,\"app\":2}"), 0, true } },
	  "its module.json is no JSON, or has a key twice" },
	{ "long",
	  false,
	  { { "module.json", B("{"), 4 << 20, true } },
	  "\"module.json\" is 4194305 bytes; at most 4194304 are read" },
	{ "no app", false, { { "module.json", B("{}"), 0, true } }, "its module.json has no bundleName" },
	{ "an array", false, { { "module.json", B("[]"), 0, true } }, "its module.json has no bundleName" },
	{ "no code",
	  false,
	  { { "module.json", B("{\"app\":{\"bundleName\":\"a\"}}"), 0, true } },
	  "its module.json has no version code" },
	{ "a negative code",
	  false,
	  { { "module.json", B("{\"app\":{\"bundleName\":\"a\",\"versionCode\":-1}}"), 0, true } },
	  "its module.json has no version code" },
	{ "no module",
	  false,
	  { { "module.json", B("{\"app\":{\"bundleName\":\"a\",\"versionCode\":1}}"), 0, true } },
	  "its module.json has no module name" },
	{ "FA without a version",
	  false,
	  { { "config.json", B("{\"app\":{\"bundleName\":\"a\",\"versionCode\":1}}"), 0, true } },
	  "its config.json has no version code" },
	{ "another bundle in pack.info",
	  false,
	  { { "module.json", B(STAGE), 0, true }, { "pack.info", B(PACK("com.other", "7")), 0, true } },
	  "its module.json says bundleName \"com.example\", its pack.info \"com.other\"" },
	{ "another code in pack.info",
	  false,
	  { { "module.json", B(STAGE), 0, true }, { "pack.info", B(PACK("com.example", "8")), 0, true } },
	  "its module.json says version code 7, its pack.info 8" },
	{ "bad pack.info",
	  false,
	  { { "module.json", B(STAGE), 0, true }, { "pack.info", B("x"), 0, true } },
	  "its pack.info is no JSON, or has a key twice" },
	{ "an app",
	  true,
	  { { "pack.info", B(PACK("com.example", "7")), 0, true },
	    { "entry-default.hap", B("x"), 0, true },
	    { "lib.hsp", B("x"), 0, true } },
	  NULL },
	{ "an app without a package",
	  true,
	  { { "pack.info", B(PACK("com.example", "7")), 0, true }, { "entry-default.hap", B("x"), 0, true } },
	  "its pack.info names the package \"lib\", which is not in it" },
	{ "an app without a .hap",
	  true,
	  { { "pack.info", B(PACK("com.example", "7")), 0, true }, { "lib.hsp", B("x"), 0, true } },
	  "it holds no .hap" },
	{ "an app without pack.info", true, { { "entry-default.hap", B("x"), 0, true } }, "it holds no pack.info" },
	{ "a .hap as an app", true, { { "module.json", B(STAGE), 0, true } }, "it holds no pack.info" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct hap h;
		struct slice bytes = zip_made(&a, cases[i].entries);
		int bad = cases[i].app ? hap_read_app(&h, &a, bytes, &nobody, &why)
				       : hap_read(&h, &a, bytes, &nobody, &why);

		print_message("%s\n", cases[i].what);
		assert_string_equal(bad ? why : "", cases[i].why ? cases[i].why : "");
		arena_release(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_models), cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
