#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../inspect/ios.h"
#include "../inspect/pngmake.h"
#include "../tgz.h"
#include "build/icon.h"
#include "build/ipacheck.h"
#include "build/symbols.h"
#include "world.h"

#define RELEASE                                                                                                        \
	"{\n  \"version\": \"5.0.0\",\n  \"distribution\": { \"type\": \"enterprise\",\n"                              \
	"    \"package\": { \"file\": \"demo.ipa\" },\n    \"icon\": \"icon.png\" },\n  \"symbols\": "                 \
	"\"dsym.tgz\"\n}\n"
#define AT       "repo/up/release.json:4:26: "
#define INFO     AT "error: demo.ipa (Payload/Demo.app/Info.plist) "
#define PROFILE  "demo.ipa (Payload/Demo.app/embedded.mobileprovision) "
#define EXPIRES  INT64_C(1826784000) /* 2027-11-21T08:00:00Z, of IOS_EXPIRES */
#define DAY      INT64_C(86400)
#define LONG_AGO EXPIRES - 365 * DAY

static struct signer_pair signer;

/* One enterprise release of one app, with its package. */
struct ios_world {
	struct world w;
	struct upgrade u;
	struct task task;
};

static void begin(struct ios_world *x, const struct ios *ios)
{
	struct strbuf bytes = STRBUF_INIT;

	world_init(&x->w);
	x->w.app.package_name[PLATFORM_IOS] = SLICE("com.example.demo");
	x->task = (struct task){ .status = STATUS_RELEASING };
	x->u = (struct upgrade){ .r = { .kind = KIND_UPGRADE,
					.folder = SLICE("up"),
					.version_text = SLICE("5.0.0"),
					.platforms = { [PLATFORM_IOS] = true },
					.origin = { "repo/up/release.json", SLICE(RELEASE) },
					.tasks = &x->task,
					.ntasks = 1 },
				 .platform = PLATFORM_IOS,
				 .distribution = DIST_ENTERPRISE,
				 .package = { .file = SLICE("demo.ipa"), .rel = SLICE("up/demo.ipa") },
				 .bundle_id = x->w.app.package_name[PLATFORM_IOS] };
	assert_true(version_parse(&x->u.version, x->u.r.version_text));
	x->w.app.upgrades = &x->u;
	x->w.app.nupgrades = 1;
	ios_make(&bytes, &signer, ios);
	world_add(&x->w, "up/demo.ipa", arena_copy(&x->w.mem, strbuf_slice(&bytes)));
	strbuf_release(&bytes);
}

static void prepare(struct ios_world *x, bool with_book)
{
	packages_prepare(&x->w.app, &x->w.tree, x->w.digests, with_book ? &x->w.book : NULL, &x->w.mem, &x->w.d);
}

/* --- the package against its definition ------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct ios ios;
	const char *own; /* bundleId of the distribution; NULL: none */
	const char *said;
} packages[] = {
	{ "as released", { 0 }, NULL, "" },
	{ "an equal version",
	  { .info = IOS_PLIST(IOS_ID IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE IOS_KEY("CFBundleShortVersionString",
										    IOS_STRING("5.0"))) },
	  NULL,
	  "" },
	{ "another version",
	  { .info = IOS_PLIST(IOS_ID IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE IOS_KEY("CFBundleShortVersionString",
										    IOS_STRING("5.0.1"))) },
	  NULL,
	  INFO "has CFBundleShortVersionString \"5.0.1\"; this release is version 5.0.0\n" },
	{ "no version at all",
	  { .info = IOS_PLIST(IOS_ID IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE IOS_KEY("CFBundleShortVersionString",
										    IOS_STRING("5.0.0 beta"))) },
	  NULL,
	  INFO "has CFBundleShortVersionString \"5.0.0 beta\"; this release is version 5.0.0\n" },
	{ "another app, as the distribution has it",
	  { 0 },
	  "com.example.inhouse",
	  INFO
	  "has CFBundleIdentifier \"com.example.demo\"; bundleId of this distribution is \"com.example.inhouse\"\n" },
	{ "another app, as app.ini has it",
	  { .info = IOS_PLIST(IOS_KEY("CFBundleIdentifier", IOS_STRING("com.example.other"))
				      IOS_SHORT IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE) },
	  NULL,
	  INFO "has CFBundleIdentifier \"com.example.other\"; [ios] bundleId in app.ini is \"com.example.demo\"\n" AT
	       "error: " PROFILE "is for \"AB12CD34EF.com.example.demo\"; the app is \"com.example.other\"\n" },
	{ "no keys",
	  { .info = IOS_PLIST("") },
	  NULL,
	  INFO "has no CFBundleExecutable\n" INFO "has no CFBundleIdentifier\n" INFO
	       "has no CFBundleShortVersionString\n" INFO "has no CFBundleVersion\n" INFO "has no MinimumOSVersion\n" },
	{ "no executable",
	  { .executable = "" },
	  NULL,
	  INFO "has CFBundleExecutable \"Demo\"; there is no such file beside it\n" },
	{ "no code signature",
	  { .resources = "" },
	  NULL,
	  AT "error: demo.ipa (Payload/Demo.app/_CodeSignature/CodeResources) is missing: the app is not signed\n" },
	{ "no profile", { .profile = "" }, NULL, AT "error: " PROFILE "is missing: no device would run the app\n" },
	{ "a profile of another app",
	  { .profile = IOS_PLIST(IOS_ALL IOS_EXPIRES IOS_RIGHTS("T.com.example.demo2")) },
	  NULL,
	  AT "error: " PROFILE "is for \"T.com.example.demo2\"; the app is \"com.example.demo\"\n" },
	{ "a profile of all apps", { .profile = IOS_PLIST(IOS_ALL IOS_EXPIRES IOS_RIGHTS("T.*")) }, NULL, "" },
	{ "a profile of the App Store",
	  { .profile = IOS_PLIST(IOS_EXPIRES IOS_RIGHTS("T.*")) },
	  NULL,
	  AT
	  "error: " PROFILE
	  "is neither for all devices nor for named ones, as the App Store has it: no device would install the app\n" },
	{ "an ad-hoc profile",
	  { .profile = IOS_PLIST(IOS_EXPIRES IOS_DEVICES(IOS_STRING("a") IOS_STRING("b")) IOS_RIGHTS("T.*")) },
	  NULL,
	  AT "warning: " PROFILE "is an ad-hoc profile: 2 devices it names can install the app, and no other\n" },
	{ "a development profile",
	  { .profile = IOS_PLIST(IOS_EXPIRES IOS_DEVICES(IOS_STRING("a")) IOS_KEY(
		    "Entitlements", "<dict>" IOS_KEY("get-task-allow", "<true/>")
					    IOS_KEY("application-identifier", IOS_STRING("T.*")) "</dict>")) },
	  NULL,
	  AT "warning: " PROFILE "is a development profile: 1 device it names can install the app, and no other\n" },
	{ "two apps",
	  { .extra = "Payload/Other.app/x" },
	  NULL,
	  AT "error: demo.ipa cannot be read as an iOS package: it holds two apps, Payload/Demo.app and "
	     "Payload/Other.app\n" },
	{ "an Info.plist that is none",
	  { .info = "bplist00 and no more than that, alas: the trailer is missing" },
	  NULL,
	  AT
	  "error: demo.ipa cannot be read as an iOS package: Info.plist: the trailer's sizes of offsets and references "
	  "are not 1 to 8 bytes\n" },
	{ "control characters",
	  { .info = IOS_PLIST(IOS_ID IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE IOS_KEY("CFBundleShortVersionString",
										    IOS_STRING("5&#10;0&#x85;"))) },
	  NULL,
	  INFO "has CFBundleShortVersionString \"5?0?\"; this release is version 5.0.0\n" },
};

static void test_packages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packages); i++) {
		struct ios_world x;

		print_message("%s\n", packages[i].name);
		begin(&x, &packages[i].ios);
		if (packages[i].own)
			x.u.bundle_id = slice_of(packages[i].own);
		prepare(&x, false);
		diags_sort(&x.w.d);
		assert_string_equal(world_said(&x.w), packages[i].said);
		world_release(&x.w);
	}
}

/* Neither the definition nor app.ini names the app: the package does, also when it is not read again. */
static void test_bundle_id(void **state)
{
	static const struct ios whole = { 0 };
	static const struct ios odd = { .info = IOS_PLIST(IOS_KEY("CFBundleIdentifier", IOS_STRING("my app"))
								  IOS_SHORT IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE),
					.profile = IOS_PLIST(IOS_ALL IOS_EXPIRES IOS_RIGHTS("T.*")) };
	struct ios_world x;

	(void)state;
	begin(&x, &whole);
	x.w.app.package_name[PLATFORM_IOS] = (struct slice){ NULL, 0 };
	for (int build = 0; build < 2; build++) {
		x.u.bundle_id = (struct slice){ NULL, 0 };
		prepare(&x, true);
		assert_string_equal(world_said(&x.w), "");
		assert_int_equal(x.w.reads, build ? 0 : 1);
		assert_true(slice_eqs(x.u.bundle_id, "com.example.demo"));
		assert_int_equal(x.u.package.said.expires, EXPIRES);
		x.u.package = (struct package){ .file = x.u.package.file, .rel = x.u.package.rel };
		world_next(&x.w);
	}
	world_release(&x.w);
	begin(&x, &odd);
	x.u.bundle_id = x.w.app.package_name[PLATFORM_IOS] = (struct slice){ NULL, 0 };
	prepare(&x, true);
	assert_string_equal(world_said(&x.w),
			    INFO "has CFBundleIdentifier \"my app\", which is no bundle identifier\n");
	world_release(&x.w);
}

/* --- expiry ------------------------------------------------------------------------------------------------------------- */

static void test_expiry(void **state)
{
	static const char late[] = AT "error: the provisioning profile in demo.ipa (embedded.mobileprovision) expired "
				      "2027-11-21T08:00:00Z, before the commit: no device installs the app\n";
	static const char later[] =
		AT "warning: the provisioning profile in demo.ipa (embedded.mobileprovision) expired "
		   "2027-11-21T08:00:00Z, before the commit: no device installs the app\n";
	static const char soon[] =
		AT "warning: the provisioning profile in demo.ipa (embedded.mobileprovision) expires "
		   "2027-11-21T08:00:00Z: then the app stops, and no device installs it\n";
	static const struct {
		int64_t now;
		enum task_status status;
		const char *said;
	} cases[] = {
		{ LONG_AGO, STATUS_RELEASING, "" },
		{ EXPIRES - 30 * DAY - 1, STATUS_RELEASING, "" },
		{ EXPIRES - 30 * DAY, STATUS_RELEASING, soon },
		{ EXPIRES - 1, STATUS_RELEASING, soon },
		{ EXPIRES, STATUS_RELEASING, late },
		{ EXPIRES + 3650 * DAY, STATUS_RELEASING, late },
		{ EXPIRES - 1, STATUS_PAUSED, soon },
		{ EXPIRES, STATUS_PAUSED, later },
		{ EXPIRES, STATUS_PENDING, later },
		{ EXPIRES - 1, STATUS_ENDED, "" },
		{ EXPIRES, STATUS_ENDED, "" },
	};
	static const struct ios whole = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ios_world x;

		print_message("case %zu\n", i);
		begin(&x, &whole);
		x.task.status = cases[i].status;
		for (int build = 0; build < 2; build++) { /* also of a package that is not read again */
			prepare(&x, true);
			ipa_expiry_check(&x.w.app, cases[i].now, &x.w.d);
			assert_string_equal(world_said(&x.w), cases[i].said);
			x.u.package = (struct package){ .file = x.u.package.file, .rel = x.u.package.rel };
			world_next(&x.w);
		}
		world_release(&x.w);
	}
}

/* --- icon and symbols ----------------------------------------------------------------------------------------------------- */

static void test_icons(void **state)
{
	static const struct {
		uint32_t width, height;
		const char *said;
	} cases[] = {
		{ 57, 57, "" },
		{ 1024, 1024, "" },
		{ 56, 56,
		  "repo/up/release.json:5:13: error: icon.png has 56 x 56 pixels; an icon is square, 57 to 1024 "
		  "pixels\n" },
		{ 1025, 1025,
		  "repo/up/release.json:5:13: error: icon.png has 1025 x 1025 pixels; an icon is square, 57 to 1024 "
		  "pixels\n" },
		{ 120, 121,
		  "repo/up/release.json:5:13: error: icon.png has 120 x 121 pixels; an icon is square, 57 to 1024 "
		  "pixels\n" },
		{ 0, 0,
		  "repo/up/release.json:5:13: error: icon.png cannot be read as a PNG image: it does not begin as PNG "
		  "images do\n" },
	};
	static const struct ios whole = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		uint8_t hash[SHA256_SIZE];
		struct ios_world x;

		print_message("%u x %u\n", cases[i].width, cases[i].height);
		begin(&x, &whole);
		x.u.icon = SLICE("up/icon.png");
		if (cases[i].width)
			png_make(&bytes, cases[i].width, cases[i].height);
		world_add(&x.w, "up/icon.png", arena_copy(&x.w.mem, strbuf_slice(&bytes)));
		for (int build = 0; build < 2; build++) { /* it is there again when the package is not read */
			x.u.icon_bytes = (struct slice){ NULL, 0 };
			prepare(&x, true);
			assert_string_equal(world_said(&x.w), cases[i].said);
			assert_true(slice_eq(x.u.icon_bytes, *cases[i].said ? SLICE("") : strbuf_slice(&bytes)));
			assert_int_equal(digest_sha256(x.w.digests, hash, strbuf_slice(&bytes)), 0);
			assert_memory_equal(x.u.icon_sha256, hash, SHA256_SIZE);
			world_next(&x.w);
		}
		strbuf_release(&bytes);
		world_release(&x.w);
	}
}

static struct slice make_symbols(struct ios_world *x)
{
	static const struct tgz_file files[] = {
		{ .name = TGZ_DWARF, .data = { TGZ_MACHO, sizeof(TGZ_MACHO) - 1 } },
		{ .name = NULL },
	};
	struct strbuf bytes = STRBUF_INIT;
	struct slice copy;

	tgz_make(&bytes, files, ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR);
	copy = arena_copy(&x->w.mem, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return copy;
}

/* Looked into together with the package; alone in every build, because nothing of them may be noted. */
static void test_symbols(void **state)
{
	static const struct {
		const char *name;
		bool good, package, other; /* other: the second build has other symbols */
		size_t reads[2];
	} cases[] = {
		{ "with a package", true, true, false, { 2, 0 } },
		{ "others with the same package", true, true, true, { 2, 2 } },
		{ "bad ones with a package", false, true, false, { 2, 2 } },
		{ "alone", true, false, false, { 1, 1 } },
		{ "bad ones alone", false, false, false, { 1, 1 } },
	};
	static const char said[] =
		"repo/up/release.json:6:14: error: dsym.tgz cannot be read as an archive of debug symbols: it is not "
		"compressed by gzip\n";
	static const struct ios whole = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ios_world x;

		print_message("%s\n", cases[i].name);
		begin(&x, &whole);
		x.u.symbols = SLICE("up/dsym.tgz");
		x.u.distribution = cases[i].package ? DIST_ENTERPRISE : DIST_APP_STORE;
		if (!cases[i].package)
			x.u.package = (struct package){ .size = 0 };
		world_add(&x.w, "up/dsym.tgz", cases[i].good ? make_symbols(&x) : SLICE("no archive"));
		for (int build = 0; build < 2; build++) {
			if (build && cases[i].other)
				x.w.entries[1].id[0] = x.w.entries[1].id[0] == '0' ? '1' : '0';
			prepare(&x, true);
			assert_string_equal(world_said(&x.w), cases[i].good ? "" : said);
			assert_int_equal(x.w.reads, cases[i].reads[build]);
			assert_int_equal(x.w.book.n, cases[i].good && cases[i].package);
			world_next(&x.w);
		}
		world_release(&x.w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packages), cmocka_unit_test(test_bundle_id), cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_icons),    cmocka_unit_test(test_symbols),
	};
	int failed;

	signer = signer_pair_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_pair_free(&signer);
	return failed;
}
