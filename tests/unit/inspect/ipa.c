#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "inspect/ipa.h"
#include "ios.h"

static struct signer_pair signer;

static const struct {
	const char *name;
	struct ios ios;
	const char *said; /* the reason; NULL: it is read */
} packages[] = {
	{ "as it should be", { 0 }, NULL },
	{ "another name", { .folder = "Payload/A b.app/" }, NULL },
	{ "other folders beside it", { .extra = "Symbols/a.app/Info.plist" }, NULL },
	{ "files beside the app", { .extra = "Payload/.DS_Store" }, NULL },
	{ "an app within the app", { .extra = "Payload/Demo.app/Watch/Demo.app/Info.plist" }, NULL },
	{ "a second app",
	  { .extra = "Payload/Other.app/x" },
	  "it holds two apps, Payload/Demo.app and Payload/Other.app" },
	{ "a second app, nearly the same",
	  { .extra = "Payload/Demo.app.app/x" },
	  "it holds two apps, Payload/Demo.app.app and Payload/Demo.app" },
	{ "no app", { .folder = "Payload/Demo/" }, "it holds no Payload/<name>.app" },
	{ "an app elsewhere", { .folder = "payload/Demo.app/" }, "it holds no Payload/<name>.app" },
	{ "an app without a name", { .folder = "Payload/.app/" }, "it holds no Payload/<name>.app" },
	{ "no Info.plist", { .info = "" }, "Payload/Demo.app has no Info.plist" },
	{ "an Info.plist that is none", { .info = "hello" }, "Info.plist: as XML, line 1: syntax error" },
	{ "an Info.plist cut off", { .info = "bplist00" }, "Info.plist: it is cut off" },
	{ "an Info.plist that is an array", { .info = "<plist><array/></plist>" }, "Info.plist: it is no dictionary" },
	{ "an identifier that is a number",
	  { .info = IOS_PLIST(IOS_KEY("CFBundleIdentifier", "<integer>1</integer>")) },
	  "Info.plist: CFBundleIdentifier is no string" },
	{ "a profile that is none", { .raw = "hello" }, "embedded.mobileprovision: " },
	{ "a profile of something else",
	  { .profile = "hello" },
	  "embedded.mobileprovision: its content cannot be read as a property list: as XML, line 1: syntax error" },
	{ "a profile without an end",
	  { .profile = IOS_PLIST(IOS_ALL IOS_RIGHTS("T.*")) },
	  "embedded.mobileprovision: it has no ExpirationDate" },
	{ "a profile without rights",
	  { .profile = IOS_PLIST(IOS_ALL IOS_EXPIRES) },
	  "embedded.mobileprovision: it has no application-identifier among its Entitlements" },
	{ "an end that is no date",
	  { .profile = IOS_PLIST(IOS_KEY("ExpirationDate", "<string>2027</string>") IOS_RIGHTS("T.*")) },
	  "embedded.mobileprovision: ExpirationDate is no date of the years 1970 to 9999" },
	{ "devices that are no array",
	  { .profile = IOS_PLIST(IOS_EXPIRES IOS_KEY("ProvisionedDevices", "<true/>") IOS_RIGHTS("T.*")) },
	  "embedded.mobileprovision: ProvisionedDevices is no array" },
	{ "all devices in words",
	  { .profile = IOS_PLIST(IOS_EXPIRES IOS_KEY("ProvisionsAllDevices", IOS_STRING("yes")) IOS_RIGHTS("T.*")) },
	  "embedded.mobileprovision: ProvisionsAllDevices is neither true nor false" },
};

static void test_packages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packages); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct ipa ipa;
		const char *why = NULL, *want = packages[i].said;
		int bad;

		print_message("%s\n", packages[i].name);
		ios_make(&bytes, &signer, &packages[i].ios);
		bad = ipa_read(&ipa, &a, strbuf_slice(&bytes), &why);
		if (bad)
			print_message("%s\n", why);
		assert_int_equal(bad, want ? -1 : 0);
		if (want && want[strlen(want) - 1] == ' ')
			assert_int_equal(strncmp(why, want, strlen(want)), 0);
		else if (want)
			assert_string_equal(why, want);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

static void test_facts(void **state)
{
	static const struct ios whole = { 0 };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct ipa ipa;
	const char *why = NULL;

	(void)state;
	ios_make(&bytes, &signer, &whole);
	assert_int_equal(ipa_read(&ipa, &a, strbuf_slice(&bytes), &why), 0);
	strbuf_release(&bytes); /* nothing of it is borrowed */
	assert_true(slice_eqs(ipa.app, "Payload/Demo.app") && slice_eqs(ipa.bundle_id, "com.example.demo"));
	assert_true(slice_eqs(ipa.short_version, "5.0.0") && slice_eqs(ipa.version, "77"));
	assert_true(slice_eqs(ipa.minimum_os, "13.0") && slice_eqs(ipa.executable, "Demo"));
	assert_true(ipa.has_executable && ipa.has_code_resources && ipa.has_profile);
	assert_true(slice_eqs(ipa.profile.app_id, "AB12CD34EF.com.example.demo"));
	assert_true(slice_eqs(ipa.profile.team_name, "Example Ltd.") && !ipa.profile.name.n);
	assert_int_equal(ipa.profile.expires, 1826784000);
	assert_int_equal(ipa.profile.created, 0);
	assert_true(ipa.profile.all_devices && !ipa.profile.has_devices && !ipa.profile.debuggable);
	arena_release(&a);
}

/* What is missing is a fact and no error. */
static void test_missing(void **state)
{
	static const struct ios bare = {
		.info = IOS_PLIST(IOS_EXECUTABLE), .executable = "", .resources = "", .profile = ""
	};
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct ipa ipa;
	const char *why = NULL;

	(void)state;
	ios_make(&bytes, &signer, &bare);
	assert_int_equal(ipa_read(&ipa, &a, strbuf_slice(&bytes), &why), 0);
	assert_true(slice_eqs(ipa.executable, "Demo") && !ipa.has_executable);
	assert_true(!ipa.has_code_resources && !ipa.has_profile && !ipa.bundle_id.n && !ipa.minimum_os.n);
	strbuf_release(&bytes);
	arena_release(&a);
}

static void test_profile_kinds(void **state)
{
	static const struct {
		const char *profile;
		bool all, devices, debuggable;
		size_t n;
	} cases[] = {
		{ IOS_PLIST(IOS_EXPIRES IOS_ALL IOS_RIGHTS("T.*")), true, false, false, 0 },
		{ IOS_PLIST(IOS_EXPIRES IOS_DEVICES(IOS_STRING("a") IOS_STRING("b")) IOS_RIGHTS("T.*")), false, true,
		  false, 2 },
		{ IOS_PLIST(IOS_EXPIRES IOS_DEVICES("") IOS_RIGHTS("T.*")), false, true, false, 0 },
		{ IOS_PLIST(IOS_EXPIRES IOS_RIGHTS("T.*")), false, false, false, 0 },
		{ IOS_PLIST(IOS_EXPIRES IOS_DEVICES(IOS_STRING("a")) IOS_KEY(
			  "Entitlements", "<dict>" IOS_KEY("get-task-allow", "<true/>")
						  IOS_KEY("application-identifier", IOS_STRING("T.*")) "</dict>")),
		  false, true, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct profile p;
		const char *why = NULL;

		print_message("%s\n", cases[i].profile);
		signed_put(&bytes, &signer, slice_of(cases[i].profile));
		assert_int_equal(profile_read(&p, &a, strbuf_slice(&bytes), &why), 0);
		assert_int_equal(p.all_devices, cases[i].all);
		assert_int_equal(p.has_devices, cases[i].devices);
		assert_int_equal(p.ndevices, cases[i].n);
		assert_int_equal(p.debuggable, cases[i].debuggable);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* One byte of the list inside is another: the signature does not fit any more. */
static void test_profile_signature(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct profile p;
	const char *why = NULL;
	char *at;

	(void)state;
	signed_put(&bytes, &signer, SLICE(IOS_PROFILE));
	assert_int_equal(profile_read(&p, &a, strbuf_slice(&bytes), &why), 0);
	at = memmem(bytes.p, bytes.n, "2027-11-21", 10);
	assert_non_null(at);
	at[3] = '9';
	assert_int_equal(profile_read(&p, &a, strbuf_slice(&bytes), &why), -1);
	print_message("%s\n", why);
	strbuf_release(&bytes);
	arena_release(&a);
}

static void test_covers(void **state)
{
	static const struct {
		const char *app_id, *bundle_id;
		bool covers;
	} cases[] = {
		{ "T.com.example.demo", "com.example.demo", true },
		{ "T.com.example.demo", "com.example.demo2", false },
		{ "T.com.example.demo", "com.example.Demo", false },
		{ "T.com.example.demo", "com.example", false },
		{ "T.*", "com.example.demo", true },
		{ "T.com.example.*", "com.example.demo", true },
		{ "T.com.example.*", "com.example.", false },
		{ "T.com.example.*", "com.examples.demo", false },
		{ "T.com.example.*", "com.example", false },
		{ "com", "com", false },
		{ "T.", "", false },
		{ ".*", "com.example.demo", false },
		{ "*", "com.example.demo", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct profile p = { .app_id = slice_of(cases[i].app_id) };

		print_message("%s %s\n", cases[i].app_id, cases[i].bundle_id);
		assert_int_equal(profile_covers(&p, slice_of(cases[i].bundle_id)), cases[i].covers);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packages),          cmocka_unit_test(test_facts),
		cmocka_unit_test(test_missing),           cmocka_unit_test(test_profile_kinds),
		cmocka_unit_test(test_profile_signature), cmocka_unit_test(test_covers),
	};
	int failed;

	signer = signer_pair_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_pair_free(&signer);
	return failed;
}
