#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert/h5resource.h"
#include "convert/task.h"

static void test_client_versions(void **state)
{
	static const struct {
		const char *text;
		bool good;
		const char *android, *ios, *harmony;
	} cases[] = {
		{ "1.0;2.0", true, "2.0", "1.0", "" },
		{ "1.0;2.0;3.0", true, "2.0", "1.0", "3.0" },
		{ " 1.0 ; 2.0 ; 3.0 ", true, "2.0", "1.0", "3.0" },
		{ ";2.0", true, "2.0", "", "" },
		{ "1.0;;3", true, "", "1.0", "3" },
		{ "1.0", false, "", "1.0", "" },
		{ "1;2;3;4", false, "2", "1", "3" },
		{ ";", true, "", "", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice out[PLATFORM_COUNT];

		print_message("%s\n", cases[i].text);
		assert_int_equal(client_versions_split(out, slice_of(cases[i].text)), cases[i].good);
		assert_true(slice_eqs(out[PLATFORM_ANDROID], cases[i].android));
		assert_true(slice_eqs(out[PLATFORM_IOS], cases[i].ios));
		assert_true(slice_eqs(out[PLATFORM_HARMONY], cases[i].harmony));
	}
}

static void test_next_version(void **state)
{
	static const struct {
		const char *last, *next;
	} cases[] = {
		{ "0.0.0.1", "0.0.0.2" },     { "1.0.0.9", "1.0.0.10" }, { "1.2", "1.2.0.1" },
		{ "1.2.3.4.5", "1.2.3.4.6" }, { "1.0.0.0", "1.0.0.1" },  { "x", "0.0.0.1" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice next = h5_version_after(&a, slice_of(cases[i].last));

		print_message("%s\n", cases[i].last);
		assert_true(slice_eqs(next, cases[i].next));
	}
	arena_release(&a);
}

/* A resource as MDS has it; ' for ". */
static void test_read(void **state)
{
	static const struct {
		const char *in, *out; /* out: release.json, or the first error */
	} cases[] = {
		{ "{'h5Id':'20171228','h5Name':'Shop','h5Version':'1.0.0.1','autoInstall':1,'installType':0,"
		  "'clientVersionMin':'1.0;2.0','clientVersionMax':'3;4','platform':'all','extendInfo':'{}'}",
		  "{'mainUrl':'/www/index.html','extendInfo':{},'autoInstall':'any','installType':'lazy',"
		  "'platform':['android','ios'],'clientVersion':{'android':{'min':'2.0','max':'4'},"
		  "'ios':{'min':'1.0','max':'3'}}}" },
		{ "{'H5Id':'20171228','ClientVersionMin':'1.0;2.0','ClientVersionMax':'3;4'}",
		  "{'mainUrl':'/www/index.html','platform':['android','ios'],'clientVersion':{'android':{'min':'2.0',"
		  "'max':'4'},'ios':{'min':'1.0','max':'3'}}}" },
		{ "{'h5Id':'20171228','autoInstall':'1','installType':1,'platform':'iOS','clientVersionMin':'1.0;2.0;3'"
		  "}",
		  "{'mainUrl':'/www/index.html','autoInstall':'any','installType':'preload','platform':['ios'],"
		  "'clientVersion':{'ios':{'min':'1.0'}}}" },
		{ "{'h5Id':'20171228','resourceType':'global','repeatNebula':1}",
		  "{'platform':'all','clientVersion':{'android':{'min':'0.0.0'},'ios':{'min':'0.0.0'},"
		  "'harmony':{'min':'0.0.0'}},'repeatNebula':true}" },
		{ "{'h5Id':'20171228','repeatNebula':1}", "1:35: \"repeatNebula\" belongs to a global package" },
		{ "{'h5Id':'20171228','autoInstall':2}", "1:34: autoInstall is 2; 0 (wifi) and 1 (any) are known" },
		{ "{'h5Id':'20171228','resourceType':4}", "1:35: \"resourceType\" must be a string, not a number" },
		{ "{'h5Id':'20171228','subUrl':'x'}",
		  "1:29: \"subUrl\" has no counterpart here; only an empty one can be taken over" },
		{ "{'h5Id':'20171228','subUrl':'','vhost':'x'}",
		  "{'mainUrl':'/www/index.html','platform':'all','clientVersion':{'android':{'min':'0.0.0'},"
		  "'ios':{'min':'0.0.0'},'harmony':{'min':'0.0.0'}}}" },
		{ "{'h5Id':'20171228','mainurl':'/x.html'}",
		  "1:20: unknown key \"mainurl\"; did you mean \"mainUrl\"?" },
		{ "{'h5Id':'20171228','h5id':'1'}", "1:20: unknown key \"h5id\"; did you mean \"h5Id\"?" },
		{ "{'h5Id':'20171228','H5Id':'1'}", "1:20: \"h5Id\" and \"H5Id\" are the same key" },
		{ "{}", "1:1: missing key \"h5Id\"" },
		{ "[]", "1:1: an object is expected, not an array" },
		{ "{'h5Id':'20171228','appId':'OTHER'}",
		  "1:28: appId \"OTHER\" is another app's; this one has \"DEMO01\"" },
		{ "{'h5Id':'20171228','clientVersionMin':'1.0'}",
		  "1:39: clientVersionMin \"1.0\" must be two or three versions: iOS;Android or iOS;Android;Harmony" },
		{ "{'h5Id':'20171228','clientVersionMin':'1.0;b'}", "1:39: \"b\" is not a version" },
		{ "{'h5Id':'20171228','clientVersionMin':';'}", "1:39: \"clientVersionMin\" names no platform" },
		{ "{'h5Id':'20171228','extendInfo':'[1]'}",
		  "1:33: \"extendInfo\" must be an object, or a string that holds one" },
		{ "{'h5Id':'20171228','platform':'windows'}",
		  "1:31: platform \"windows\" is unknown; all, Android, iOS and Harmony are known" },
	};
	struct app app = { .app_id = SLICE("DEMO01"), .workspace_id = SLICE("default") };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct diags d = DIAGS_INIT;
		char *in = arena_str(&a, slice_of(cases[i].in)), *want = arena_str(&a, slice_of(cases[i].out));
		struct h5_resource r;
		char line[512];

		print_message("%s\n", in);
		for (char *p = in; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		for (char *p = want; *p && *want == '{'; p++)
			*p = *p == '\'' ? '"' : *p;
		struct form_source s = { &a, &d, { "f.json", slice_of(in) }, NULL, "" };
		json_t *json = json_loads(in, 0, NULL);
		assert_non_null(json);
		if (h5_resource_read(&r, &s, json, SLICE(""), &app, false)) {
			char *text = json_dumps(r.release, JSON_COMPACT);
			assert_string_equal(text, want);
			free(text);
			h5_resource_release(&r);
		} else {
			diags_sort(&d);
			snprintf(line, sizeof(line), "%u:%u: %s", d.v[0].at.line, d.v[0].at.col, d.v[0].text);
			assert_string_equal(line, want);
		}
		json_decref(json);
		arena_release(&a);
		diags_release(&d);
	}
}

static void test_address(void **state)
{
	assert_true(slice_eqs(mds_public_address(SLICE("http://in;https://out")), "https://out"));
	assert_true(slice_eqs(mds_public_address(SLICE("https://out")), "https://out"));
	assert_true(slice_eqs(mds_public_address(SLICE("http://in; https://out ")), "https://out"));
	assert_true(slice_eqs(mds_public_address(SLICE("")), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_versions),
		cmocka_unit_test(test_next_version),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
