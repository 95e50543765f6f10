/* Modules of quick fixes and files of several: what is told of them, and what is refused. (Signing blocks: hapsig.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../zip.h"
#include "inspect/hqf.h"

#define PATCH                                                                                                          \
	"{\"app\":{\"bundleName\":\"com.example\",\"versionCode\":7,\"versionName\":\"1\",\"patchVersionCode\":2,"     \
	"\"patchVersionName\":\"2\"},\"module\":{\"name\":\"entry\",\"type\":\"patch\",\"deviceTypes\":[\"phone\"],"   \
	"\"originalModuleHash\":\"x\"}}"
#define ARM64   "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\xb7\0"
#define BSDIFF  "BSDIFF40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
#define ENTRIES 9

#define B(text)                                                                                                        \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

static const struct cms_query nobody = { .at = 0 };

static void test_facts(void **state)
{
	struct arena a = ARENA_INIT;
	struct hqf h;
	const char *why = "";
	struct slice bytes =
		zip_made(&a, (const struct test_zip_entry[]){ { "readme", B("x"), 0, true },
							      { "patch.json", B(PATCH), 0, true },
							      { "libs/x86_64/notes", B("x"), 0, true },
							      { "libs/arm64-v8a/b.so.diff", B(BSDIFF), 0, true },
							      { "libs/arm64-v8a/a.so", B(ARM64), 0, true },
							      { "ets/m.abc", B("code"), 5000, false },
							      { "ets/m.map", B("map"), 0, false },
							      { ".pages.info", B("x"), 0, true },
							      { NULL, { NULL, 0 }, 0, false } });

	(void)state;
	assert_int_equal(hqf_read(&h, &a, bytes, &nobody, &why), 0);
	assert_string_equal(h.patch.module.p, "entry");
	assert_int_equal(h.nabis, 2);
	assert_string_equal(h.abis[0].p, "arm64-v8a");
	assert_string_equal(h.abis[1].p, "x86_64");
	assert_int_equal(h.ncode, 4);
	assert_string_equal(h.code[0].p, "ets/m.abc");
	assert_string_equal(h.code[1].p, "libs/arm64-v8a/a.so");
	assert_string_equal(h.code[2].p, "libs/arm64-v8a/b.so.diff");
	assert_string_equal(h.code[3].p, "libs/x86_64/notes");
	assert_string_equal(h.deflated.p, "ets/m.abc");
	assert_string_equal(h.diff.p, "libs/arm64-v8a/b.so.diff");
	assert_string_equal(h.other.p, "readme");
	assert_false(h.is_signed);
	arena_release(&a);
}

/* `armeabi-v7a/` sorts before `armeabi/`, and the folders' names the other way. */
static void test_abis(void **state)
{
	struct arena a = ARENA_INIT;
	struct hqf h;
	const char *why = "";
	struct slice bytes =
		zip_made(&a, (const struct test_zip_entry[]){ { "patch.json", B(PATCH), 0, true },
							      { "libs/armeabi/notes", B("x"), 0, true },
							      { "libs/armeabi-v7a/notes", B("x"), 0, true },
							      { NULL, { NULL, 0 }, 0, false } });

	(void)state;
	assert_int_equal(hqf_read(&h, &a, bytes, &nobody, &why), 0);
	assert_int_equal(h.nabis, 2);
	assert_string_equal(h.abis[0].p, "armeabi");
	assert_string_equal(h.abis[1].p, "armeabi-v7a");
	arena_release(&a);
}

static const struct {
	const char *what;
	struct test_zip_entry entries[ENTRIES];
	const char *why;
} bad[] = {
	{ "no patch.json", { { "ets/m.abc", B("x"), 0, true } }, "it holds no patch.json" },
	{ "in a folder", { { "x/patch.json", B(PATCH), 0, true } }, "it holds no patch.json" },
	{ "bad JSON", { { "patch.json", B("{"), 0, true } }, "patch.json: it is not JSON" },
	{ "long",
	  { { "patch.json", B("{"), 2 << 20, true } },
	  "\"patch.json\" is 2097153 bytes; at most 1048576 are read" },
	{ "resources",
	  { { "patch.json", B(PATCH), 0, true }, { "resources/base/x", B("x"), 0, true } },
	  "\"resources/base/x\": a quick fix cannot change resources" },
	{ "rawfile",
	  { { "patch.json", B(PATCH), 0, true }, { "resources/rawfile/x", B("x"), 0, true } },
	  "\"resources/rawfile/x\": a quick fix cannot change resources" },
	{ "an unknown abi",
	  { { "patch.json", B(PATCH), 0, true }, { "libs/mips/x.so", B("x"), 0, true } },
	  "\"libs/mips/x.so\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, armeabi-v7a, x86 or "
	  "x86_64" },
	{ "another machine",
	  { { "patch.json", B(PATCH), 0, true }, { "libs/x86/x.so", B(ARM64), 0, true } },
	  "\"libs/x86/x.so\" is a library for arm64-v8a" },
	{ "leading out",
	  { { "patch.json", B(PATCH), 0, true }, { "../x", B("x"), 0, true } },
	  "\"../x\" leads out of its folder (..)" },
	{ "twice",
	  { { "patch.json", B(PATCH), 0, true }, { "patch.json", B(PATCH), 0, true } },
	  "\"patch.json\" is there twice" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct hqf h;

		print_message("%s\n", bad[i].what);
		assert_int_equal(hqf_read(&h, &a, zip_made(&a, bad[i].entries), &nobody, &why), -1);
		if (strncmp(bad[i].why, "patch.json: ", 12) != 0)
			assert_string_equal(why, bad[i].why);
		else
			assert_memory_equal(why, bad[i].why, 12);
		arena_release(&a);
	}
}

/* What was unpacked must be what the archive says, also in files that nobody reads. */
static void test_damaged(void **state)
{
	struct arena a = ARENA_INIT;
	const char *why = "";
	struct hqf h;
	struct slice bytes = zip_made(&a, (const struct test_zip_entry[]){ { "ets/m.map", B("code"), 0, true },
									   { "patch.json", B(PATCH), 0, true },
									   { NULL, { NULL, 0 }, 0, false } });
	char *at = memmem((char *)(uintptr_t)bytes.p, bytes.n, "code", 4);

	(void)state;
	assert_non_null(at);
	*at = 'C';
	assert_int_equal(hqf_read(&h, &a, bytes, &nobody, &why), -1);
	assert_true(slice_starts(slice_of(why), "\"ets/m.map\" "));
	arena_release(&a);
}

static void test_appqf(void **state)
{
	struct arena a = ARENA_INIT;
	struct appqf all;
	const char *why = "";
	struct slice bytes;

	(void)state;
	bytes = zip_made(&a, (const struct test_zip_entry[]){ { "b.hqf", B("second"), 0, true },
							      { "a.hqf", B("first"), 1000, false },
							      { NULL, { NULL, 0 }, 0, false } });
	assert_int_equal(appqf_read(&all, &a, bytes, &nobody, &why), 0);
	assert_int_equal(all.n, 2);
	assert_string_equal(all.v[0].name.p, "a.hqf");
	assert_true(all.v[0].deflated && all.v[0].bytes.n == 1005 && slice_starts(all.v[0].bytes, "first"));
	assert_true(!all.v[1].deflated && slice_eqs(all.v[1].bytes, "second"));
	assert_false(all.is_signed);
	bytes = zip_made(&a, (const struct test_zip_entry[]){ { NULL, { NULL, 0 }, 0, false } });
	assert_int_equal(appqf_read(&all, &a, bytes, &nobody, &why), -1);
	assert_string_equal(why, "it is empty");
	bytes = zip_made(&a, (const struct test_zip_entry[]){ { "pack.info", B("x"), 0, true },
							      { NULL, { NULL, 0 }, 0, false } });
	assert_int_equal(appqf_read(&all, &a, bytes, &nobody, &why), -1);
	assert_string_equal(why, "pack.info: an appqf holds .hqf files and nothing else, in no folder");
	bytes = zip_made(
		&a, (const struct test_zip_entry[]){ { "x/a.hqf", B("x"), 0, true }, { NULL, { NULL, 0 }, 0, false } });
	assert_int_equal(appqf_read(&all, &a, bytes, &nobody, &why), -1);
	assert_string_equal(why, "x/a.hqf: an appqf holds .hqf files and nothing else, in no folder");
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),   cmocka_unit_test(test_abis),  cmocka_unit_test(test_bad),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_appqf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
