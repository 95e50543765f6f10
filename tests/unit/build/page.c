#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "build/page.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define FILE "targets/o/0011223344556677/" HASH ".package."

static struct slice bases[] = { { "https://cdn.example.com/demo/", 29 }, { "https://mirror.example.com/", 27 } };
static const struct app app = { .app_id = { "DEMO01", 6 },
				.app_code = { "DEMO01-default", 14 },
				.name = { "Demo & <Sons>", 13 },
				.bases = bases,
				.nbases = 2 };

struct world {
	struct arena mem;
	struct digests *digests;
	struct page_maker maker;
};

static int setup(void **state)
{
	static struct world w;

	w = (struct world){ .mem = ARENA_INIT };
	if (digests_new(&w.digests))
		return -1;
	w.maker = (struct page_maker){ &app, w.digests, &w.mem };
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	digests_free(w->digests);
	arena_release(&w->mem);
	return 0;
}

static struct upgrade make(enum platform platform, enum distribution distribution, bool here)
{
	struct upgrade u = { .r = { .kind = KIND_UPGRADE,
				    .version_text = SLICE("5.0.0"),
				    .memo = SLICE("faster\n</p><script>alert(\"1\")</script>") },
			     .platform = platform,
			     .distribution = distribution,
			     .bundle_id = SLICE("com.example.demo"),
			     .expires = 1800000000,
			     .max_testers = 99 };

	u.r.platforms[platform] = true;
	u.package = (struct package){ .file = SLICE("demo.app"), .size = 3145728, .has_md5 = true };
	if (here)
		u.package.rel = SLICE("up/demo.app");
	else
		u.package.url = SLICE("https://files.example.com/a?b=1&c='2'");
	for (size_t k = 0; k < SHA256_SIZE; k++)
		u.package.sha256[k] = (uint8_t)(0x11 * (k % 16));
	for (size_t k = 0; k < MD5_SIZE; k++)
		u.package.md5[k] = (uint8_t)k;
	if (distribution == DIST_APP_STORE)
		u.link = SLICE("https://apps.apple.com/app/id1");
	if (distribution == DIST_TEST_FLIGHT)
		u.link = SLICE("https://testflight.apple.com/join/AbCdEf12");
	return u;
}

/* --- names ---------------------------------------------------------------------------------------------------------------- */

/* The hidden ones made with Node's crypto from the words of FORMAT.md. */
static const struct {
	enum platform platform;
	enum distribution distribution;
	bool listed;
	const char *path, *qr;
} names[] = {
	{ PLATFORM_ANDROID, DIST_PACKAGE, true, "pages/android/5.0.0.html", "pages/android/5.0.0.svg" },
	{ PLATFORM_IOS, DIST_APP_STORE, true, "pages/ios/5.0.0.html", "pages/ios/5.0.0.svg" },
	{ PLATFORM_HARMONY, DIST_PACKAGE, true, "pages/harmony/5.0.0.html", "pages/harmony/5.0.0.svg" },
	{ PLATFORM_ANDROID, DIST_PACKAGE, false, "pages/android/4a2216e5573baf382951c6a24dd0f2d1.html",
	  "pages/android/4a2216e5573baf382951c6a24dd0f2d1.svg" },
	{ PLATFORM_IOS, DIST_ENTERPRISE, false, "pages/ios/a3ec946c0233337bc4f22732725a30a3.html",
	  "pages/ios/a3ec946c0233337bc4f22732725a30a3.svg" },
	{ PLATFORM_IOS, DIST_APP_STORE, false, "pages/ios/ff377824b607b0fdf0719b02c9ea0203.html",
	  "pages/ios/ff377824b607b0fdf0719b02c9ea0203.svg" },
};

static void test_names(void **state)
{
	const struct world *w = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct upgrade u = make(names[i].platform, names[i].distribution, true);
		const char *why;
		struct slice path;

		print_message("%s\n", names[i].path);
		assert_int_equal(page_path(&path, &w->maker, &u, names[i].listed, &why), 0);
		assert_string_equal(path.p, names[i].path);
		assert_string_equal(page_qr_path(&w->maker, path).p, names[i].qr);
	}
}

static void test_sizes(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} cases[] = {
		{ 0, "0 kB" },           { 1, "1 kB" },
		{ 1000, "1 kB" },        { 1001, "2 kB" },
		{ 99999, "100 kB" },     { 100000, "0.1 MB" },
		{ 149999, "0.1 MB" },    { 150000, "0.2 MB" },
		{ 949999, "0.9 MB" },    { 950000, "1.0 MB" },
		{ 3145728, "3.1 MB" },   { 999949999, "999.9 MB" },
		{ 999950000, "1.0 GB" }, { 4294967296, "4.3 GB" },
	};
	struct world *w = *state;
	struct upgrade u = make(PLATFORM_ANDROID, DIST_PACKAGE, true);

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		u.package.size = cases[i].size;
		assert_string_equal(page_size(&w->mem, &u).p, cases[i].text);
	}
	u = make(PLATFORM_IOS, DIST_TEST_FLIGHT, false);
	assert_int_equal(page_size(&w->mem, &u).n, 0);
}

/* --- pages ---------------------------------------------------------------------------------------------------------------- */

#define PARTS 8
static const struct {
	const char *name;
	enum platform platform;
	enum distribution distribution;
	bool here, listed, sealed;
	const char *with[PARTS], *without[PARTS];
} pages[] = {
	{ "an APK of the tree",
	  PLATFORM_ANDROID,
	  DIST_PACKAGE,
	  true,
	  true,
	  false,
	  { "<title>Demo &amp; &lt;Sons&gt; 5.0.0 for Android</title>",
	    "href=\"https://cdn.example.com/demo/" FILE "apk\" download=\"DEMO01-5.0.0.apk\">Download</a>",
	    "faster\n&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;", ">2026-11-20</time>", "3.1 MB",
	    "<dd>3145728 bytes</dd>", "<code id=\"sha256\">" HASH "</code>",
	    "<code id=\"md5\">000102030405060708090a0b0c0d0e0f</code>" },
	  { "<script", "noindex", "script-src", "data-", "mirror.example.com", "TestFlight", "VPN", "hidden>" } },
	{ "an APK elsewhere, hidden",
	  PLATFORM_ANDROID,
	  DIST_PACKAGE,
	  false,
	  false,
	  false,
	  { "href=\"https://files.example.com/a?b=1&amp;c=&#39;2&#39;\">Download</a>",
	    "<meta name=\"robots\" content=\"noindex\">", "src=\"4a2216e5573baf382951c6a24dd0f2d1.svg\"",
	    "<code id=\"sha256\">" HASH "</code>" },
	  { "<script", "download=", "targets/" } },
	{ "HarmonyOS",
	  PLATFORM_HARMONY,
	  DIST_PACKAGE,
	  true,
	  true,
	  false,
	  { "for HarmonyOS", FILE "app\" download=\"DEMO01-5.0.0.app\">Download</a>" },
	  { "Android", "TestFlight" } },
	{ "the App Store",
	  PLATFORM_IOS,
	  DIST_APP_STORE,
	  false,
	  true,
	  false,
	  { "href=\"https://apps.apple.com/app/id1\">Open in the App Store</a>" },
	  { "checksums", "SHA-256</dt>", " MB", "download=", "TestFlight", "VPN" } },
	{ "TestFlight",
	  PLATFORM_IOS,
	  DIST_TEST_FLIGHT,
	  false,
	  false,
	  false,
	  { "href=\"https://testflight.apple.com/join/AbCdEf12\">Open in TestFlight</a>", ">2027-01-15</time>",
	    "to 99 testers" },
	  { "SHA-256</dt>", "VPN", "App Store" } },
	{ "enterprise",
	  PLATFORM_IOS,
	  DIST_ENTERPRISE,
	  true,
	  false,
	  false,
	  { "href=\"itms-services://"
	    "?action=download-manifest&amp;url=https%3A%2F%2Fcdn.example.com%2Fdemo%2Ftargets%2Fo%2F",
	    ".manifest.plist\">Install</a>", "Settings &gt; General &gt; VPN &amp; Device Management" },
	  { "TestFlight", "download=", "package.ipa" } },
	{ "sealed, of the tree",
	  PLATFORM_ANDROID,
	  DIST_PACKAGE,
	  true,
	  true,
	  true,
	  { "<div id=\"sealed\" data-salt=\"", "script-src 'sha256-", "worker-src blob:", "<noscript>",
	    "<a href=\"https://cdn.example.com/demo/pages/android/5.0.0.html\">Open this page over https</a>",
	    "max=\"2097152\"", "<div id=\"opened\" hidden>",
	    "<a class=\"go\" id=\"link\" download=\"DEMO01-5.0.0.apk\">" },
	  { "targets/", HASH, "000102030405060708090a0b0c0d0e0f" } },
	{ "sealed, enterprise",
	  PLATFORM_IOS,
	  DIST_ENTERPRISE,
	  true,
	  false,
	  true,
	  { "<a class=\"go\" id=\"link\">Install</a>" },
	  { "itms-services://", "manifest.plist", HASH } },
	{ "sealed, TestFlight",
	  PLATFORM_IOS,
	  DIST_TEST_FLIGHT,
	  false,
	  false,
	  true,
	  { "<a class=\"go\" id=\"link\">Open in TestFlight</a>" },
	  { "AbCdEf12", "id=\"checksums\"" } },
};

static void test_pages(void **state)
{
	const struct world *w = *state;

	for (size_t i = 0; i < COUNT(pages); i++) {
		struct upgrade u = make(pages[i].platform, pages[i].distribution, pages[i].here);
		struct page p = { .upgrade = &u, .listed = pages[i].listed, .published = 1795161600 };
		struct slice html;
		const char *why = "";

		print_message("%s\n", pages[i].name);
		u.download_verification = pages[i].sealed;
		assert_int_equal(page_path(&p.path, &w->maker, &u, p.listed, &why), 0);
		assert_int_equal(page_html(&html, &w->maker, &p, &why), 0);
		assert_null(strstr(html.p, "{{"));
		for (size_t k = 0; k < PARTS && pages[i].with[k]; k++) {
			print_message("  with %s\n", pages[i].with[k]);
			assert_non_null(strstr(html.p, pages[i].with[k]));
		}
		for (size_t k = 0; k < PARTS && pages[i].without[k]; k++) {
			print_message("  without %s\n", pages[i].without[k]);
			assert_null(strstr(html.p, pages[i].without[k]));
		}
	}
}

/* What may be absent: a memo, an MD5, the app's name. */
static void test_little(void **state)
{
	struct world *w = *state;
	struct app nameless = app;
	const struct page_maker maker = { &nameless, w->digests, &w->mem };
	struct upgrade u = make(PLATFORM_ANDROID, DIST_PACKAGE, true);
	struct page p = { .upgrade = &u, .path = SLICE("pages/android/5.0.0.html") };
	struct slice html;
	const char *why = "";

	nameless.name = SLICE("");
	u.r.memo = SLICE("");
	u.package.has_md5 = false;
	assert_int_equal(page_html(&html, &maker, &p, &why), 0);
	assert_non_null(strstr(html.p, "<h1 dir=\"auto\">DEMO01</h1>"));
	assert_null(strstr(html.p, "class=\"memo\""));
	assert_null(strstr(html.p, "MD5"));
}

static void test_qr(void **state)
{
	struct world *w = *state;
	const struct page_maker maker = { &app, w->digests, &w->mem };
	static char path[3000];
	struct slice svg;
	const char *why = "";

	assert_int_equal(page_qr(&svg, &maker, SLICE("pages/android/5.0.0.html"), &why), 0);
	assert_true(slice_starts(
		svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"205\" height=\"205\" viewBox=\"0 0 41 41\" "));
	assert_true(slice_ends(svg, "\"/></svg>\n"));
	memset(path, 'x', sizeof(path));
	assert_int_equal(page_qr(&svg, &maker, slice_bytes(path, sizeof(path)), &why), -1);
	assert_string_equal(why, "the address of a page does not fit a QR code, or memory ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_little, setup, teardown),
		cmocka_unit_test_setup_teardown(test_qr, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
