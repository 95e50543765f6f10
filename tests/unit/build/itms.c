#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "build/itms.h"

#define HASH      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ICON_HASH "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define RELEASE   "{\n  \"version\": \"5.0\",\n  \"distribution\": { \"type\": \"enterprise\" }\n}\n"

static struct slice bases[] = { { "https://cdn.example.com/demo/", 29 }, { "https://mirror.example.com/", 27 } };

static struct app make_app(const char *name)
{
	return (struct app){ .app_id = SLICE("DEMO01"), .name = slice_of(name), .bases = bases, .nbases = 2 };
}

static struct upgrade make(const char *url)
{
	struct upgrade u = { .r = { .kind = KIND_UPGRADE,
				    .platforms = { [PLATFORM_IOS] = true },
				    .version_text = SLICE("5.0.1"),
				    .origin = { "up/release.json", SLICE(RELEASE) } },
			     .platform = PLATFORM_IOS,
			     .distribution = DIST_ENTERPRISE,
			     .bundle_id = SLICE("com.example.demo") };

	u.package.url = slice_of(url);
	if (!*url)
		u.package.rel = SLICE("up/app.ipa");
	for (size_t k = 0; k < SHA256_SIZE; k++)
		u.package.sha256[k] = (uint8_t)(0x11 * (k % 16));
	return u;
}

/* The whole of it once; then what differs. */
static void test_manifest(void **state)
{
	const struct app app = make_app("Demo & <Sons>\1\177");
	const struct upgrade u = make("");
	struct strbuf out = STRBUF_INIT;

	(void)state;
	itms_manifest(&out, &app, &u);
	assert_false(out.failed);
	assert_string_equal(out.p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				   "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
				   "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
				   "<plist version=\"1.0\">\n"
				   "<dict>\n"
				   "\t<key>items</key>\n"
				   "\t<array>\n"
				   "\t\t<dict>\n"
				   "\t\t\t<key>assets</key>\n"
				   "\t\t\t<array>\n"
				   "\t\t\t\t<dict>\n"
				   "\t\t\t\t\t<key>kind</key>\n"
				   "\t\t\t\t\t<string>software-package</string>\n"
				   "\t\t\t\t\t<key>url</key>\n"
				   "\t\t\t\t\t<string>https://cdn.example.com/demo/targets/o/0011223344556677/" HASH
				   ".package.ipa</string>\n"
				   "\t\t\t\t</dict>\n"
				   "\t\t\t</array>\n"
				   "\t\t\t<key>metadata</key>\n"
				   "\t\t\t<dict>\n"
				   "\t\t\t\t<key>bundle-identifier</key>\n"
				   "\t\t\t\t<string>com.example.demo</string>\n"
				   "\t\t\t\t<key>bundle-version</key>\n"
				   "\t\t\t\t<string>5.0.1</string>\n"
				   "\t\t\t\t<key>kind</key>\n"
				   "\t\t\t\t<string>software</string>\n"
				   "\t\t\t\t<key>title</key>\n"
				   "\t\t\t\t<string>Demo &amp; &lt;Sons&gt;?\177</string>\n"
				   "\t\t\t</dict>\n"
				   "\t\t</dict>\n"
				   "\t</array>\n"
				   "</dict>\n"
				   "</plist>\n");
	strbuf_release(&out);
}

static void test_other_texts(void **state)
{
	static const struct {
		const char *name, *url, *want;
	} cases[] = {
		{ "", "", "<string>DEMO01</string>" },
		{ "演示", "", "<string>演示</string>" },
		{ "x", "https://a/b.ipa?x=1&y=<2>", "<string>https://a/b.ipa?x=1&amp;y=&lt;2&gt;</string>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct app app = make_app(cases[i].name);
		const struct upgrade u = make(cases[i].url);
		struct strbuf out = STRBUF_INIT;

		itms_manifest(&out, &app, &u);
		assert_non_null(strstr(out.p, cases[i].want));
		strbuf_release(&out);
	}
}

static void test_link(void **state)
{
	struct slice odd[] = { SLICE("https://cdn.example.com:8443/a-b_c~d/%20+甲/") };
	struct app app = make_app("x");
	struct strbuf out = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	(void)state;
	for (size_t k = 0; k < SHA256_SIZE; k++)
		hash[k] = (uint8_t)(0x11 * (k % 16));
	itms_link(&out, &app, hash);
	assert_string_equal(out.p,
			    "itms-services://?action=download-manifest&url=https%3A%2F%2Fcdn.example.com%2Fdemo%2F"
			    "targets%2Fo%2F0011223344556677%2F" HASH ".manifest.plist");
	strbuf_reset(&out);
	app.bases = odd;
	itms_link(&out, &app, hash);
	assert_non_null(
		strstr(out.p, "url=https%3A%2F%2Fcdn.example.com%3A8443%2Fa-b_c~d%2F%2520%2B%E7%94%B2%2Ftargets"));
	strbuf_release(&out);
}

/* The same image in both sizes that devices ask for; behind the package, whose place is the first. */
static void test_icon(void **state)
{
	const struct app app = make_app("x");
	struct upgrade u = make("");
	struct strbuf out = STRBUF_INIT;

	(void)state;
	u.icon_bytes = SLICE("an image");
	for (size_t k = 0; k < SHA256_SIZE; k++)
		u.icon_sha256[k] = (uint8_t)(0xff - 0x11 * (k % 16));
	itms_manifest(&out, &app, &u);
	assert_non_null(strstr(out.p,
			       "\t\t\t<array>\n"
			       "\t\t\t\t<dict>\n"
			       "\t\t\t\t\t<key>kind</key>\n"
			       "\t\t\t\t\t<string>software-package</string>\n"
			       "\t\t\t\t\t<key>url</key>\n"
			       "\t\t\t\t\t<string>https://cdn.example.com/demo/targets/o/0011223344556677/" HASH
			       ".package.ipa</string>\n"
			       "\t\t\t\t</dict>\n"
			       "\t\t\t\t<dict>\n"
			       "\t\t\t\t\t<key>kind</key>\n"
			       "\t\t\t\t\t<string>display-image</string>\n"
			       "\t\t\t\t\t<key>url</key>\n"
			       "\t\t\t\t\t<string>https://cdn.example.com/demo/targets/o/ffeeddccbbaa9988/" ICON_HASH
			       ".icon.png</string>\n"
			       "\t\t\t\t</dict>\n"
			       "\t\t\t\t<dict>\n"
			       "\t\t\t\t\t<key>kind</key>\n"
			       "\t\t\t\t\t<string>full-size-image</string>\n"
			       "\t\t\t\t\t<key>url</key>\n"
			       "\t\t\t\t\t<string>https://cdn.example.com/demo/targets/o/ffeeddccbbaa9988/" ICON_HASH
			       ".icon.png</string>\n"
			       "\t\t\t\t</dict>\n"
			       "\t\t\t</array>\n"));
	strbuf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_other_texts),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_icon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
