/* The system's deployment checks: every row of its table, and its order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include "fixes.h"

#define FILES 3

/* --- one row, and all that leads to it ------------------------------------------------------------------------------------ */

/* What differs from installed(). */
struct bundle_change {
	const char *name, *abi, *apl, *identifier, *stage_type, *folder; /* "": NULL */
	uint32_t version, deployed, deploying;
	enum mdr_patch_stage stage;
	bool debug, debug_profile, uncompressed, no_system, not_permitted;
	enum { ANY, ROOT, STRANGER } anchors;
	enum { NO_ID, SAME_ID, OTHER_ID } app_id;
};

static const char *changed(const char *is, const char *change)
{
	return !change ? is : *change ? change : NULL;
}

static struct mdr_bundle bundle_with(struct world *w, const struct bundle_change *c)
{
	struct mdr_bundle b = installed();

	b.name = changed(b.name, c->name);
	b.abi = changed(b.abi, c->abi);
	b.apl = changed(b.apl, c->apl);
	b.app_identifier = changed(b.app_identifier, c->identifier);
	b.version_code = c->version ? c->version : b.version_code;
	b.deployed = c->deployed;
	b.deploying = c->deploying;
	b.stage = c->stage;
	b.stage_type = c->stage_type;
	b.folder = c->folder;
	b.debug = c->debug;
	b.debug_profile = c->debug_profile;
	b.replaces_uncompressed_libs = c->uncompressed;
	b.system_caller = !c->no_system;
	b.permitted = !c->not_permitted;
	if (c->anchors != ANY)
		b.anchors = c->anchors == ROOT ? w->root.p : signer_pem(&w->a, &w->s.stranger).p;
	if (c->app_id != NO_ID)
		b.app_id = c->app_id == SAME_ID ? w->app_id : "com.example_x";
	return b;
}

enum signer { APP, OTHER, SOMEBODY, EXPIRED }; /* somebody: unknown to the root */

static const struct {
	const char *row;
	int code;
	size_t n, which;
	struct fix_spec v[FILES];
	const char *paths[FILES]; /* NULL: "a.hqf" … */
	struct bundle_change b;
	enum signer app[FILES], profile[FILES]; /* the latter APP: the usual */
} cases[] = {
	{ "a fix that is fine", MDR_QF_OK, 1, 1, .v = { { .module = "entry" } } },
	{ "two modules", MDR_QF_OK, 2, 2, .v = { { .module = "a" }, { .module = "b" } } },
	{ "all that is compared fits", MDR_QF_OK, 1, 1, .b = { .anchors = ROOT, .app_id = SAME_ID, .deployed = 2 } },
	{ "1 no module", MDR_QF_PARAM, 0, 0, .b = { .no_system = true } },
	{ "2 no system app", MDR_QF_SYSTEM_API, 1, 1, .b = { .no_system = true } },
	{ "2 without the permission", MDR_QF_PERMISSION, 1, 1, .b = { .not_permitted = true } },
	{ "3 a path that climbs", MDR_QF_PATH, 1, 0, .paths = { "/q/../x.hqf" } },
	{ "3 outside of the folder", MDR_QF_PATH, 1, 0, .paths = { "/quick/x.hqf" }, .b = { .folder = "/q" } },
	{ "3 in the folder", MDR_QF_OK, 1, 1, .paths = { "/q/x.hqf" }, .b = { .folder = "/q/" } },
	{ "4 another suffix", MDR_QF_PARAM, 2, 1, .paths = { "a.hqf", "hqf" }, .v = { { .module = "a" } } },
	{ "4 the suffix in capitals", MDR_QF_OK, 1, 1, .paths = { "A.HQF" } },
	{ "5 no patch.json", MDR_QF_PROFILE, 1, 0, .v = { { .json = "" } } },
	{ "5 bad JSON", MDR_QF_PROFILE, 1, 0, .v = { { .json = "{" } } },
	{ "5 no object", MDR_QF_PROFILE, 1, 0, .v = { { .json = "[]" } } },
	{ "5 no bundleName", MDR_QF_PROFILE, 1, 0, .v = { { .json = "{\"app\":{}}" } } },
	{ "5 a bundleName that climbs", MDR_QF_PROFILE, 1, 0, .v = { { .bundle = "com/../x" } } },
	{ "5 a bundleName with two dots", MDR_QF_NOT_INSTALLED, 1, 1, .v = { { .bundle = "com..x" } } },
	{ "5 an empty module name", MDR_QF_PROFILE, 1, 0, .v = { { .module = "" } } },
	{ "5 a module name that climbs", MDR_QF_PROFILE, 1, 0, .v = { { .module = "../x" } } },
	{ "5 the largest number", MDR_QF_VERSION_DIFFERS, 1, 1, .v = { { .version = UINT32_MAX } } },
	{ "6 bundles differ", MDR_QF_BUNDLE_DIFFERS, 2, 1, .v = { { .module = "a" }, { .bundle = "com.other" } } },
	{ "7 versions differ", MDR_QF_VERSION_DIFFERS, 2, 1, .v = { { .module = "a" }, { .version = 8 } } },
	{ "8 patches differ", MDR_QF_PATCH_DIFFERS, 2, 1, .v = { { .module = "a" }, { .patch = 4 } } },
	{ "9 types differ", MDR_QF_TYPE_DIFFERS, 2, 1, .v = { { .module = "a" }, { .type = "hotreload" } } },
	{ "10 a module twice", MDR_QF_MODULE_TWICE, 3, 2,
	  .v = { { .module = "a" }, { .module = "b" }, { .module = "a" } } },
	{ "11 an unknown type", MDR_QF_TYPE_UNKNOWN, 1, 1, .v = { { .type = "foo" } } },
	{ "11 two unknown types are one", MDR_QF_TYPE_UNKNOWN, 2, 2,
	  .v = { { .type = "x", .module = "a" }, { .type = "y" } } },
	{ "12 switching", MDR_QF_STATE, 1, 1, .b = { .stage = MDR_PATCH_SWITCHING } },
	{ "12 deleting", MDR_QF_STATE, 1, 1, .b = { .stage = MDR_PATCH_DELETING } },
	{ "12 deploying is no hindrance", MDR_QF_OK, 1, 1, .b = { .stage = MDR_PATCH_DEPLOY_START } },
	{ "12 nor is having deployed", MDR_QF_OK, 1, 1, .b = { .stage = MDR_PATCH_DEPLOY_END } },
	{ "13 not above what is deploying", MDR_QF_PATCH_NOT_NEWER, 1, 1,
	  .b = { .stage = MDR_PATCH_DEPLOY_START, .stage_type = "patch", .deploying = 3 } },
	{ "13 above it", MDR_QF_OK, 1, 1,
	  .b = { .stage = MDR_PATCH_DEPLOY_START, .stage_type = "patch", .deploying = 2 } },
	{ "13 of another type", MDR_QF_OK, 1, 1,
	  .b = { .stage = MDR_PATCH_DEPLOY_START, .stage_type = "hotreload", .deploying = 3 } },
	{ "13 not above what is deployed", MDR_QF_PATCH_NOT_NEWER, 1, 1,
	  .b = { .stage = MDR_PATCH_DEPLOY_END, .stage_type = "patch", .deployed = 3 } },
	{ "14 not installed", MDR_QF_NOT_INSTALLED, 1, 1, .b = { .name = "" } },
	{ "15 rawfile", MDR_QF_RAWFILE, 1, 0, .v = { { .files = { "resources/rawfile/x" } } } },
	{ "15 a debug app with a release profile", MDR_QF_RAWFILE, 1, 0,
	  .v = { { .files = { "resources/rawfile/x" } } }, .b = { .debug = true } },
	{ "15 a debug app", MDR_QF_OK, 1, 1, .v = { { .files = { "resources/rawfile/x" } } },
	  .b = { .debug = true, .debug_profile = true } },
	{ "15 other resources", MDR_QF_OK, 1, 1, .v = { { .files = { "resources/base/x" } } } },
	{ "16 uncompressed libraries", MDR_QF_LIBS_UNCOMPRESSED, 1, 1, .b = { .uncompressed = true } },
	{ "17 ABIs without a common one", MDR_QF_SO_INCOMPATIBLE, 2, 1,
	  .v = { { .module = "a", .files = { "libs/x86_64/x.so" } }, { .files = { "libs/arm64-v8a/x.so" } } },
	  .b = { .abi = "" } },
	{ "17 ABIs with one", MDR_QF_OK, 2, 2,
	  .v = { { .module = "a", .files = { "libs/x86_64/x.so", "libs/arm64-v8a/x.so" } },
		 { .files = { "libs/arm64-v8a/x.so" } } } },
	{ "17 a hotreload is not looked at", MDR_QF_OK, 2, 2,
	  .v = { { .module = "a", .type = "hotreload", .files = { "libs/x86_64/x.so" } },
		 { .type = "hotreload", .files = { "libs/arm64-v8a/x.so" } } },
	  .b = { .abi = "", .debug = true } },
	{ "17 an unknown ABI is not looked at", MDR_QF_OK, 1, 1,
	  .v = { { .files = { "libs/mips/x.so", "libs/x.so" } } } },
	{ "18 unsigned", MDR_QF_SIGN_NONE, 1, 0, .v = { { .is_unsigned = true } } },
	{ "18 an unknown source", MDR_QF_SIGN_SOURCE, 1, 0, .b = { .anchors = STRANGER } },
	{ "18 a signer that is unknown", MDR_QF_SIGN_SOURCE, 1, 0, .b = { .anchors = ROOT }, .app = { SOMEBODY } },
	{ "18 a profile that is unknown", MDR_QF_SIGN_SOURCE, 1, 0, .b = { .anchors = ROOT }, .profile = { SOMEBODY } },
	{ "18 any source is fine", MDR_QF_OK, 1, 1, .app = { SOMEBODY }, .profile = { SOMEBODY } },
	{ "18 expired: is not looked at", MDR_QF_OK, 1, 1, .v = { { .by = { .from = 1, .to = 2 } } } },
	{ "18 nor is an expired certificate", MDR_QF_OK, 1, 1, .b = { .anchors = ROOT }, .app = { EXPIRED } },
	{ "18 signers differ", MDR_QF_SIGNERS_DIFFER, 2, 1, .v = { { .module = "a" } }, .app = { APP, OTHER } },
	{ "18 apls differ", MDR_QF_SIGNERS_DIFFER, 2, 1,
	  .v = { { .module = "a" }, { .by = { .apl = "system_core" } } } },
	{ "18 identifiers differ", MDR_QF_SIGNERS_DIFFER, 2, 1,
	  .v = { { .module = "a" }, { .by = { .identifier = "1" } } } },
	{ "18 types differ", MDR_QF_SIGNERS_DIFFER, 2, 1, .v = { { .module = "a" }, { .by = { .type = "debug" } } } },
	{ "18 distribution types differ", MDR_QF_SIGNERS_DIFFER, 2, 1,
	  .v = { { .module = "a" }, { .by = { .distribution = "app_gallery" } } } },
	{ "18 profiles of two bundles", MDR_QF_SIGNERS_DIFFER, 2, 1,
	  .v = { { .module = "a" }, { .by = { .bundle = "com.other" } } } },
	{ "19 another bundle", MDR_QF_NOT_INSTALLED, 1, 1, .b = { .name = "com.exampl" } },
	{ "20 another version", MDR_QF_VERSION_DIFFERS, 1, 1, .b = { .version = 8 } },
	{ "21 the deployed one", MDR_QF_PATCH_NOT_NEWER, 1, 1, .b = { .deployed = 3 } },
	{ "21 an older one is deployed", MDR_QF_OK, 1, 1, .b = { .deployed = 2 } },
	{ "22 another ABI", MDR_QF_SO_INCOMPATIBLE, 2, 1,
	  .v = { { .module = "a" }, { .files = { "libs/x86_64/x.so" } } } },
	{ "22 an app without libraries", MDR_QF_OK, 1, 1, .v = { { .files = { "libs/x86_64/x.so" } } },
	  .b = { .abi = "" } },
	{ "22 armeabi is not armeabi-v7a", MDR_QF_SO_INCOMPATIBLE, 1, 0, .v = { { .files = { "libs/armeabi/x.so" } } },
	  .b = { .abi = "armeabi-v7a" } },
	{ "23 another apl", MDR_QF_APP_DIFFERS, 1, 0, .b = { .apl = "system_basic" } },
	{ "23 an unknown apl", MDR_QF_OK, 1, 1, .b = { .apl = "" }, .v = { { .by = { .apl = "x" } } } },
	{ "23 another identifier", MDR_QF_APP_DIFFERS, 1, 0, .b = { .identifier = "1" } },
	{ "23 the identifier before the appId", MDR_QF_OK, 1, 1, .b = { .app_id = OTHER_ID } },
	{ "23 no identifier here, another appId", MDR_QF_APP_DIFFERS, 1, 0, .b = { .app_id = OTHER_ID },
	  .v = { { .by = { .identifier = "" } } } },
	{ "23 no identifier there, another appId", MDR_QF_APP_DIFFERS, 1, 0,
	  .b = { .app_id = OTHER_ID, .identifier = "" } },
	{ "23 no identifier, the same appId", MDR_QF_OK, 1, 1, .b = { .app_id = SAME_ID, .identifier = "" } },
	{ "23 no identifier, another signer", MDR_QF_APP_DIFFERS, 1, 0, .b = { .app_id = SAME_ID, .identifier = "" },
	  .app = { OTHER } },
	{ "23 no identifier here, the same appId", MDR_QF_OK, 1, 1, .b = { .app_id = SAME_ID },
	  .v = { { .by = { .identifier = "" } } } },
	{ "23 a profile of another bundle", MDR_QF_APP_DIFFERS, 1, 0, .v = { { .by = { .bundle = "com.other" } } } },
	{ "24 hotreload on a release", MDR_QF_HOTRELOAD, 1, 1, .v = { { .type = "hotreload" } } },
	{ "24 hotreload on a debug build", MDR_QF_OK, 1, 1, .v = { { .type = "hotreload" } }, .b = { .debug = true } },
};

static struct slice make_file(struct world *w, const struct fix_spec *spec, enum signer app, enum signer profile)
{
	const struct signer_id *const signers[] = { NULL, &w->s.other, &w->s.stranger, &w->s.old };
	struct fix_spec f = *spec;

	f.by.app = signers[app];
	f.by.profile = signers[profile];
	return fix_make(&w->a, &w->s, &f);
}

static void test_rows(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mdr_bundle b = bundle_with(w, &cases[i].b);
		static const char *const usual[] = { "a.hqf", "b.hqf", "c.hqf" };
		struct mdr_hqf v[FILES];
		struct mdr_error err = { .text = "" };
		size_t which = 99;
		int code = -1;

		print_message("%s\n", cases[i].row);
		for (size_t k = 0; k < cases[i].n; k++) {
			struct slice bytes = make_file(w, &cases[i].v[k], cases[i].app[k], cases[i].profile[k]);

			v[k] = (struct mdr_hqf){ cases[i].paths[k] ? cases[i].paths[k] : usual[k], bytes.p, bytes.n };
		}
		assert_int_equal(mdr_quickfix_check(&b, v, cases[i].n, &code, &which, &err), MDR_OK);
		if (code != cases[i].code)
			print_message("%s\n", err.text);
		assert_int_equal(code, cases[i].code);
		assert_int_equal(which, cases[i].which);
		assert_int_equal(code != MDR_QF_OK, err.text[0] != '\0');
	}
}

/* --- the order -------------------------------------------------------------------------------------------------------------- */

/* A fix and a bundle with every fault from `step` on. */
static int code_from(struct world *w, int step)
{
	struct bundle_change c = { .no_system = step <= 1,
				   .not_permitted = step <= 2,
				   .stage = step <= 12 ? MDR_PATCH_DELETING : MDR_PATCH_DEPLOY_END,
				   .stage_type = step <= 13 ? "patch" : NULL,
				   .deployed = step <= 21 ? 9 : 0,
				   .name = step <= 14   ? ""
					   : step <= 19 ? "com.else"
							: NULL,
				   .uncompressed = step <= 16,
				   .version = step <= 20 ? 70 : 7,
				   .abi = step <= 22 ? "x86_64" : NULL,
				   .apl = step <= 23 ? "system_core" : NULL,
				   .debug = step > 24 };
	const char *type = step <= 11 ? "foo" : step <= 22 ? "patch" : "hotreload", *raw = "resources/rawfile/x";
	const struct fix_spec specs[] = {
		{ .module = "a", .type = type, .files = { "libs/arm64-v8a/x.so" } },
		{ .json = step <= 5 ? "" : NULL,
		  .bundle = step <= 6 ? "com.other" : NULL,
		  .version = step <= 7 ? 8 : 7,
		  .patch = step <= 8 ? 4 : 3,
		  .type = step <= 9 ? "patch" : type,
		  .module = step <= 10 ? "a" : "b",
		  .files = { step <= 17 ? "libs/x86/x.so" : "libs/arm64-v8a/x.so", step <= 15 ? raw : NULL },
		  .is_unsigned = step <= 18 },
	};
	const char *paths[] = { "a.hqf", step <= 3 ? "../b.app" : step <= 4 ? "b.app" : "b.hqf" };
	struct mdr_bundle b = bundle_with(w, &c);
	struct mdr_hqf v[2];
	struct mdr_error err;
	size_t which;
	int code = -1;

	for (size_t i = 0; i < 2; i++) {
		struct slice bytes = make_file(w, &specs[i], APP, APP);

		v[i] = (struct mdr_hqf){ paths[i], bytes.p, bytes.n };
	}
	assert_int_equal(mdr_quickfix_check(&b, v, step ? 2 : 0, &code, &which, &err), MDR_OK);
	return code;
}

static void test_order(void **state)
{
	static const int codes[] = { MDR_QF_PARAM,
				     MDR_QF_SYSTEM_API,
				     MDR_QF_PERMISSION,
				     MDR_QF_PATH,
				     MDR_QF_PARAM,
				     MDR_QF_PROFILE,
				     MDR_QF_BUNDLE_DIFFERS,
				     MDR_QF_VERSION_DIFFERS,
				     MDR_QF_PATCH_DIFFERS,
				     MDR_QF_TYPE_DIFFERS,
				     MDR_QF_MODULE_TWICE,
				     MDR_QF_TYPE_UNKNOWN,
				     MDR_QF_STATE,
				     MDR_QF_PATCH_NOT_NEWER,
				     MDR_QF_NOT_INSTALLED,
				     MDR_QF_RAWFILE,
				     MDR_QF_LIBS_UNCOMPRESSED,
				     MDR_QF_SO_INCOMPATIBLE,
				     MDR_QF_SIGN_NONE,
				     MDR_QF_NOT_INSTALLED,
				     MDR_QF_VERSION_DIFFERS,
				     MDR_QF_PATCH_NOT_NEWER,
				     MDR_QF_SO_INCOMPATIBLE,
				     MDR_QF_APP_DIFFERS,
				     MDR_QF_HOTRELOAD,
				     MDR_QF_OK };

	for (int step = 0; step < (int)COUNT(codes); step++) {
		print_message("fault %d\n", step);
		assert_int_equal(code_from(*state, step), codes[step]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
