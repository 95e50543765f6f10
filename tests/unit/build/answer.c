#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/digest.h"
#include "build/answer.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define MD5   "0102030405060708090a0b0c0d0e0f10"
#define HASH  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct slice net_types[] = { { "wifi", 4 }, { "5G", 2 } };

/* A release 5.0 of 1 byte, without anything that may be left out; once, after 3 days. */
static const struct {
	const char *name;
	bool file, hash, md5; /* in the repository; with a hash; with an MD5 */
	const char *url, *version;
	uint64_t size;
	enum upgrade_mode mode;
	uint32_t silence;
	const char *prompt;
	size_t net_types;
	const char *json;
} cases[] = {
	{ "least", false, false, false, "https://a/b.apk", "5.0", 1, MODE_MULTIPLE, 0, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":204,\"sha256\":\"" ZEROS
	  "\",\"version\":\"5.0\"}" },
	{ "once", false, false, false, "https://a/b.apk", "5.0.0", 1, MODE_ONCE, 3, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":202,\"sha256\":\"" ZEROS
	  "\",\"silenceDays\":3,\"version\":\"5.0.0\"}" },
	{ "once, at once", false, false, false, "https://a/b.apk", "5", 1, MODE_ONCE, 0, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":202,\"sha256\":\"" ZEROS
	  "\",\"silenceDays\":0,\"version\":\"5\"}" },
	{ "days matter with once only", false, false, false, "https://a/b.apk", "5", 1, MODE_FORCED, 365, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":206,\"sha256\":\"" ZEROS
	  "\",\"version\":\"5\"}" },
	{ "in the tree", true, true, true, "", "5.0", 4294967296, MODE_FORCED, 0, "", 0,
	  "{\"downloadUrl\":\"targets/o/0011223344556677/" HASH ".package.apk\",\"fileSize\":4294967296,"
	  "\"md5\":\"0102030405060708090a0b0c0d0e0f10\",\"resultStatus\":206,\"sha256\":\"" HASH
	  "\",\"version\":\"5.0\"}" },
	{ "elsewhere, with an MD5", false, true, true, "http://localhost/x", "5.0", 0, MODE_FORCED, 0, "", 0,
	  "{\"downloadUrl\":\"http://localhost/x\",\"fileSize\":0,\"md5\":\"0102030405060708090a0b0c0d0e0f10\","
	  "\"resultStatus\":206,\"sha256\":\"" HASH "\",\"version\":\"5.0\"}" },
	{ "texts as they are", false, false, false, "https://a/?x=1&y=\"2\"", "5.0", 1, MODE_MULTIPLE, 0,
	  "neu: \"schön\"\n</script>\x7f 甲", 0,
	  "{\"downloadUrl\":\"https://a/?x=1&y=\\\"2\\\"\",\"fileSize\":1,\"guideMemo\":\"neu: "
	  "\\\"schön\\\"\\n</script>\x7f 甲\",\"resultStatus\":204,\"sha256\":\"" ZEROS "\",\"version\":\"5.0\"}" },
	{ "net types", false, false, false, "https://a/b", "5.0", 1, MODE_MULTIPLE, 0, "", 2,
	  "{\"downloadUrl\":\"https://a/"
	  "b\",\"fileSize\":1,\"needClientNetType\":[\"wifi\",\"5G\"],\"resultStatus\":204,"
	  "\"sha256\":\"" ZEROS "\",\"version\":\"5.0\"}" },
};

static const struct app app = { .app_code = { "D-default", 9 } };

static void make(struct upgrade *u, struct task *t, size_t i)
{
	*u = (struct upgrade){ .r = { .kind = KIND_UPGRADE,
				      .version_text = slice_of(cases[i].version),
				      .platforms = { [PLATFORM_ANDROID] = true },
				      .memo = SLICE("not for devices") },
			       .need_client_net_type = net_types,
			       .nneed_client_net_type = cases[i].net_types };
	u->package = (struct package){
		.file = SLICE("a.apk"), .url = slice_of(cases[i].url), .size = cases[i].size, .has_md5 = cases[i].md5
	};
	if (cases[i].file)
		u->package.rel = SLICE("apps/x/a.apk");
	for (size_t k = 0; k < SHA256_SIZE && cases[i].hash; k++)
		u->package.sha256[k] = (uint8_t)(0x11 * (k % 16));
	for (size_t k = 0; k < MD5_SIZE; k++)
		u->package.md5[k] = (uint8_t)(k + 1);
	*t = (struct task){ .id = SLICE("not-in-here"),
			    .memo = SLICE("nor this"),
			    .prompt = slice_of(cases[i].prompt),
			    .upgrade_mode = cases[i].mode,
			    .silence_days = cases[i].silence };
}

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct upgrade u;
		struct task t;

		print_message("%s\n", cases[i].name);
		make(&u, &t, i);
		assert_int_equal(answer_make(&out, &app, &u.r, &t, SLICE("")), 0);
		assert_string_equal(out.p, cases[i].json);
		strbuf_release(&out);
	}
}

/* --- ios ---------------------------------------------------------------------------------------------------------- */
static void test_ios(void **state)
{
	static const struct {
		const char *name;
		enum distribution distribution;
		const char *url; /* of the package; "": in the repository */
		const char *json;
	} ios[] = {
		{ "a store", DIST_APP_STORE, "",
		  "{\"downloadUrl\":\"https://apps.apple.com/app/id1\",\"guideMemo\":\"new\",\"resultStatus\":204,"
		  "\"version\":\"5.0\"}" },
		{ "TestFlight", DIST_TEST_FLIGHT, "",
		  "{\"downloadUrl\":\"https://apps.apple.com/app/id1\",\"guideMemo\":\"new\",\"resultStatus\":204,"
		  "\"version\":\"5.0\"}" },
		{ "for the company", DIST_ENTERPRISE, "",
		  "{\"downloadUrl\":\"itms-services://x\",\"fileSize\":7,\"guideMemo\":\"new\",\"md5\":\"" MD5
		  "\",\"resultStatus\":204,\"sha256\":\"" HASH "\",\"version\":\"5.0\"}" },
		{ "for the company, elsewhere", DIST_ENTERPRISE, "https://a/b.ipa",
		  "{\"downloadUrl\":\"itms-services://x\",\"fileSize\":7,\"guideMemo\":\"new\",\"md5\":\"" MD5
		  "\",\"resultStatus\":204,\"sha256\":\"" HASH "\",\"version\":\"5.0\"}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ios); i++) {
		struct strbuf out = STRBUF_INIT;
		struct upgrade u;
		struct task t;

		print_message("%s\n", ios[i].name);
		make(&u, &t, 4); /* a package in the tree, with everything */
		u.package.size = 7;
		u.package.url = slice_of(ios[i].url);
		u.r.platforms[PLATFORM_ANDROID] = false;
		u.r.platforms[PLATFORM_IOS] = true;
		u.platform = PLATFORM_IOS;
		u.distribution = ios[i].distribution;
		u.link = SLICE("https://apps.apple.com/app/id1");
		u.expires = 4711;
		u.max_testers = 4712;
		t.upgrade_mode = MODE_MULTIPLE;
		t.prompt = SLICE("new");
		assert_int_equal(answer_make(&out, &app, &u.r, &t, SLICE("itms-services://x")), 0);
		assert_string_equal(out.p, ios[i].json);
		strbuf_release(&out);
	}
}

/* --- hotpatches --------------------------------------------------------------------------------------------------- */
static void test_hotpatch(void **state)
{
	static const struct {
		const char *name;
		enum platform platform;
		enum task_type type;
		const char *file, *url, *download; /* NULL: told to roll back */
	} patches[] = {
		{ "android", PLATFORM_ANDROID, TASK_OFFICIAL, "p.jar", "",
		  "targets/o/0011223344556677/" HASH ".package.jar" },
		{ "ios", PLATFORM_IOS, TASK_PERCENTAGE, "p.js", "", "targets/o/0011223344556677/" HASH ".package.js" },
		{ "ios, an odd ending", PLATFORM_IOS, TASK_WHITELIST, "p.JS", "",
		  "targets/o/0011223344556677/" HASH ".package.bin" },
		{ "elsewhere", PLATFORM_IOS, TASK_OFFICIAL, "", "https://a/b?c=1", "https://a/b?c=1" },
		{ "taken back", PLATFORM_ANDROID, TASK_ROLLBACK, "p.jar", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(patches); i++) {
		struct hotpatch h = { .r = { .kind = KIND_HOTPATCH, .version_text = SLICE("5.0/2") },
				      .version_key = SLICE("not in here") };
		struct task t = { .id = SLICE("nor this"), .type = patches[i].type, .prompt = SLICE("nor this") };
		struct strbuf out = STRBUF_INIT, want = STRBUF_INIT;
		struct upgrade u;

		print_message("%s\n", patches[i].name);
		make(&u, &t, 4);
		t.type = patches[i].type;
		h.r.platforms[patches[i].platform] = true;
		h.platform = patches[i].platform;
		h.package = u.package;
		h.package.file = slice_of(patches[i].file);
		h.package.url = slice_of(patches[i].url);
		h.package.size = 70000;
		if (patches[i].download)
			strbuf_addf(&want,
				    "{\"action\":\"apply\",\"downloadUrl\":\"%s\",\"fileSize\":70000,"
				    "\"hotpatchVersion\":\"" MD5 "\",\"md5\":\"" MD5 "\",\"sha256\":\"" HASH "\"}",
				    patches[i].download);
		else
			strbuf_adds(&want, "{\"action\":\"rollback\"}");
		assert_int_equal(answer_make(&out, &app, &h.r, &t, SLICE("")), 0);
		assert_string_equal(out.p, want.p);
		strbuf_release(&out);
		strbuf_release(&want);
	}
}

/* --- h5: an entry of h5_json.json (build/h5entry.h), relative ------------------------------------------------------ */
static void test_h5(void **state)
{
	const struct h5_app of = { .id = SLICE("10000001"), .name = SLICE("Pay") };
	const struct task t = { .id = SLICE("not-in-here"), .prompt = SLICE("nor this") };
	struct h5_release h = { .r = { .kind = KIND_H5,
				       .version_text = SLICE("1.0.0.2"),
				       .platforms = { true, true, true },
				       .memo = SLICE("faster") },
				.app = &of,
				.main_url = SLICE("/www/index.html"),
				.size = 12345 };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t k = 0; k < SHA256_SIZE; k++)
		h.sha256[k] = (uint8_t)(0x11 * (k % 16));
	assert_int_equal(answer_make(&out, &app, &h.r, &t, SLICE("")), 0);
	assert_string_equal(
		out.p, "{\"app_desc\":\"faster\",\"app_id\":\"10000001\",\"auto_install\":0,"
		       "\"fallback_base_url\":\"h5/10000001/1.0.0.2_all/nebula/fallback/\",\"fileSize\":12345,"
		       "\"global_pack_url\":\"\",\"icon_url\":\"\",\"installType\":0,\"main_url\":\"/www/index.html\","
		       "\"name\":\"Pay\",\"online\":1,"
		       "\"package_url\":\"h5/10000001/1.0.0.2_all/nebula/10000001_1.0.0.2.amr\",\"patch\":\"\","
		       "\"sha256\":\"" HASH "\",\"sub_url\":\"\",\"version\":\"1.0.0.2\"}");
	strbuf_release(&out);
}

/* --- deltas ------------------------------------------------------------------------------------------------------- */
#define DELTA(from, size)                                                                                              \
	"{\"from\":\"" from "\",\"fromSha256\":\"" HASH "\",\"sha256\":\"" ZEROS "\",\"size\":" size                   \
	",\"url\":\"targets/o/0000000000000000/" ZEROS ".delta.bin\"}"
#define DELTAS "\"deltas\":[" DELTA("4.9", "700") "," DELTA("4.8", "800") "],"

static void test_deltas(void **state)
{
	struct delta v[] = { { .from = SLICE("4.9"), .size = 700 }, { .from = SLICE("4.8"), .size = 800 } };
	const struct deltas deltas = { v, 2 };
	const struct h5_app of = { .id = SLICE("10000001"), .name = SLICE("Pay") };
	struct h5_release h5 = { .r = { .kind = KIND_H5 }, .app = &of, .deltas = deltas };
	struct hotpatch h = { .r = { .kind = KIND_HOTPATCH } };
	struct strbuf out = STRBUF_INIT;
	struct upgrade u;
	struct task t;

	(void)state;
	for (size_t k = 0; k < SHA256_SIZE; k++)
		v[0].from_sha256[k] = v[1].from_sha256[k] = (uint8_t)(0x11 * (k % 16));
	make(&u, &t, 0);
	u.package.deltas = deltas;
	h.package = u.package;
	assert_int_equal(answer_make(&out, &app, &u.r, &t, SLICE("")), 0);
	assert_string_equal(out.p, "{" DELTAS "\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":204,"
				   "\"sha256\":\"" ZEROS "\",\"version\":\"5.0\"}");
	strbuf_reset(&out);
	assert_int_equal(answer_make(&out, &app, &h.r, &t, SLICE("")), 0);
	assert_non_null(strstr(out.p, "{\"action\":\"apply\"," DELTAS));
	strbuf_reset(&out);
	assert_int_equal(answer_make(&out, &app, &h5.r, &t, SLICE("")), 0);
	assert_non_null(strstr(out.p, "\"auto_install\":0," DELTAS));
	strbuf_release(&out);
}

/* --- quick fixes -------------------------------------------------------------------------------------------------- */
static void test_quickfix(void **state)
{
	static struct slice types[] = { { "phone", 5 }, { "tablet", 6 } }, abis[] = { { "arm64-v8a", 9 } };
	struct quickfix_module modules[] = {
		{ .name = SLICE("entry"), .device_types = types, .ndevice_types = 2, .size = 9 },
		{ .name = SLICE("lib"), .device_types = types + 1, .ndevice_types = 1, .abis = abis, .nabis = 1 },
	};
	struct quickfix q = { .r = { .kind = KIND_QUICKFIX, .version_text = SLICE("1000002") },
			      .patch_version_code = 1000002,
			      .modules = modules,
			      .nmodules = 2 };
	struct task t = { .id = SLICE("not-in-here"), .type = TASK_PERCENTAGE };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t k = 0; k < SHA256_SIZE; k++)
		modules[0].sha256[k] = (uint8_t)(0x11 * (k % 16));
	assert_int_equal(answer_make(&out, &app, &q.r, &t, SLICE("")), 0);
	assert_string_equal(out.p, "{\"action\":\"apply\",\"hqf\":["
				   "{\"module\":\"entry\",\"sha256\":\"" HASH "\",\"size\":9,"
				   "\"types\":[\"phone\",\"tablet\"],"
				   "\"url\":\"targets/o/0011223344556677/" HASH ".package.hqf\"},"
				   "{\"abis\":[\"arm64-v8a\"],\"module\":\"lib\",\"sha256\":\"" ZEROS "\",\"size\":0,"
				   "\"types\":[\"tablet\"],"
				   "\"url\":\"targets/o/0000000000000000/" ZEROS ".package.hqf\"}],"
				   "\"patchVersionCode\":1000002}");
	strbuf_reset(&out);
	t.type = TASK_ROLLBACK;
	assert_int_equal(answer_make(&out, &app, &q.r, &t, SLICE("")), 0);
	assert_string_equal(out.p, "{\"action\":\"rollback\"}");
	strbuf_release(&out);
}

/* What no JSON can hold is an error and not half an answer. */
static void test_refused(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct upgrade u;
	struct task t;

	(void)state;
	make(&u, &t, 0);
	t.prompt = SLICE("\xff");
	assert_int_equal(answer_make(&out, &app, &u.r, &t, SLICE("")), -1);
	assert_int_equal(out.n, 0);
	make(&u, &t, 7);
	u.need_client_net_type = &t.prompt;
	t.prompt = SLICE("\xff");
	u.nneed_client_net_type = 1;
	strbuf_adds(&out, "kept");
	assert_int_equal(answer_make(&out, &app, &u.r, &t, SLICE("")), -1);
	assert_string_equal(out.p, "kept");
	strbuf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),  cmocka_unit_test(test_ios),      cmocka_unit_test(test_hotpatch),
		cmocka_unit_test(test_h5),     cmocka_unit_test(test_quickfix), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deltas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
