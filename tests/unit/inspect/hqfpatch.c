/* patch.json: what is read of it, and every fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "inspect/hqfpatch.h"

#define APP                                                                                                            \
	"\"bundleName\":\"com.example\",\"versionCode\":7,\"versionName\":\"1.0\",\"patchVersionCode\":1,"             \
	"\"patchVersionName\":\"1\""
#define MODULE                                                                                                         \
	"\"name\":\"entry\",\"type\":\"patch\",\"deviceTypes\":[\"phone\",\"tablet\"],\"originalModuleHash\":\"abc\""
#define PATCH "{\"app\":{" APP "},\"module\":{" MODULE "}}"

static void test_good(void **state)
{
	static const char text[] = "{ \"module\": {" MODULE ", \"x\": [1]},\n \"app\": {" APP "} }";
	struct arena a = ARENA_INIT;
	struct hqf_patch p;
	const char *why = "";

	(void)state;
	assert_int_equal(hqf_patch_read(&p, &a, slice_of(text), &why), 0);
	assert_true(slice_eqs(p.bundle_name, "com.example"));
	assert_int_equal(p.version_code, 7);
	assert_true(slice_eqs(p.version_name, "1.0"));
	assert_int_equal(p.patch_version_code, 1);
	assert_true(slice_eqs(p.patch_version_name, "1"));
	assert_true(slice_eqs(p.module, "entry"));
	assert_int_equal(p.ndevice_types, 2);
	assert_true(slice_eqs(p.device_types[1], "tablet"));
	assert_true(slice_eqs(p.module_hash, "abc"));
	assert_string_equal(
		p.text.p,
		"{\"app\":{\"bundleName\":\"com.example\",\"patchVersionCode\":1,\"patchVersionName\":\"1\","
		"\"versionCode\":7,"
		"\"versionName\":\"1.0\"},\"module\":{\"deviceTypes\":[\"phone\",\"tablet\"],\"name\":\"entry\","
		"\"originalModuleHash\":\"abc\",\"type\":\"patch\",\"x\":[1]}}");
	arena_release(&a);
}

/* `from` of the good file becomes `to`. */
static const struct {
	const char *from, *to, *why;
} cases[] = {
	{ "com.example", "", "patch.json: app.bundleName must be a text that is not empty" },
	{ "\"com.example\"", "1", "patch.json: app.bundleName must be a text that is not empty" },
	{ "\"bundleName\"", "\"b\"", "patch.json: app.bundleName is missing" },
	{ "\"versionCode\":7", "\"versionCode\":\"7\"",
	  "patch.json: app.versionCode must be a number from 0 to 2147483647" },
	{ "\"versionCode\":7", "\"versionCode\":-1",
	  "patch.json: app.versionCode must be a number from 0 to 2147483647" },
	{ "\"versionCode\":7", "\"versionCode\":2147483648",
	  "patch.json: app.versionCode must be a number from 0 to 2147483647" },
	{ "\"versionCode\":7,", "", "patch.json: app.versionCode is missing" },
	{ "\"versionName\":\"1.0\",", "", "patch.json: app.versionName is missing" },
	{ "\"patchVersionCode\":1", "\"patchVersionCode\":0",
	  "patch.json: app.patchVersionCode must be a number from 1 to 2147483647" },
	{ "\"patchVersionName\":\"1\"", "\"patchVersionName\":null",
	  "patch.json: app.patchVersionName must be a text that is not empty" },
	{ "entry", "", "patch.json: module.name must be a text that is not empty" },
	{ "entry", "a/b", "patch.json: module.name must be no path: / \\ % .. are not allowed" },
	{ "entry", "a\\\\b", "patch.json: module.name must be no path: / \\ % .. are not allowed" },
	{ "entry", "a%2fb", "patch.json: module.name must be no path: / \\ % .. are not allowed" },
	{ "entry", "a..b", "patch.json: module.name must be no path: / \\ % .. are not allowed" },
	{ "\"patch\"", "\"foo\"", "patch.json: module.type must be patch" },
	{ "\"patch\"", "\"hotreload\"",
	  "patch.json: module.type is hotreload, which devices take for debug builds alone; it must be patch" },
	{ "\"deviceTypes\":[\"phone\",\"tablet\"],", "", "patch.json: module.deviceTypes is missing" },
	{ "[\"phone\",\"tablet\"]", "[]", "patch.json: module.deviceTypes must be an array with a device type" },
	{ "[\"phone\",\"tablet\"]", "\"phone\"", "patch.json: module.deviceTypes must be an array with a device type" },
	{ "tablet", "", "patch.json: module.deviceTypes must hold texts that are not empty" },
	{ "\"tablet\"", "1", "patch.json: module.deviceTypes must hold texts that are not empty" },
	{ "tablet", "PHONE", "patch.json: module.deviceTypes names a device type twice" },
	{ "\"abc\"", "[]", "patch.json: module.originalModuleHash must be a text that is not empty" },
	{ "\"module\"", "\"modules\"", "patch.json has no object \"module\"" },
	{ "\"app\":{", "\"app\":1,\"x\":{", "patch.json has no object \"app\"" },
	{ "\"app\":{", "\"module\":{},\"app\":{", NULL },
	{ "1.0", "\\u0000", NULL },
	{ ":7,", ":7.0,", NULL },
	{ "}}", "}", NULL },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *at = strstr(PATCH, cases[i].from);
		struct strbuf text = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct hqf_patch p;
		const char *why = "";

		print_message("%s: %s\n", cases[i].from, cases[i].to);
		assert_non_null(at);
		strbuf_add(&text, PATCH, (size_t)(at - PATCH));
		strbuf_adds(&text, cases[i].to);
		strbuf_adds(&text, at + strlen(cases[i].from));
		assert_int_equal(hqf_patch_read(&p, &a, strbuf_slice(&text), &why), -1);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		else
			assert_true(slice_starts(slice_of(why), "patch.json: "));
		strbuf_release(&text);
		arena_release(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_faults) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
