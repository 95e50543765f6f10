/* The whole: what concerns several files, and that everything is reported at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/defs.h"
#include "defs/secret.h"
#include "repo.h"

#define NOW  1795248000 /* 2026-11-21T08:00:00Z */
#define A    "apps/a/"
#define B    "apps/b/"
#define INI  "[app]\nappId = DEMO\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/a/\n"
#define INI2 "[app]\nappId = ADEMO\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/b/\n"
#define REL                                                                                                            \
	"{\"platform\":\"android\",\"version\":\"5.0.0\",\"package\":{\"file\":\"a.apk\"},\"tasks\":[{\"id\":\"t\","   \
	"\"type\":"                                                                                                    \
	"\"official\",\"publishedAt\":\"2026-11-01T00:00:00Z\",\"upgradeMode\":\"once\"}]}"
#define SWITCH "{\"values\":[{\"value\":\"1\",\"platform\":\"all\",\"type\":\"full\"}]}"
#define LISTED "{\"values\":[{\"value\":\"1\",\"platform\":\"all\",\"type\":\"whitelist\",\"whitelists\":[\"staff\"]}]}"
#define PEM    "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"
#define SECRET                                                                                                         \
	": error: a private key must never be in the repository; remove it, from the history too, and replace the "    \
	"key\n"

static const struct {
	struct repo_file files[7];
	const char *said;
} cases[] = {
	{ { { A "app.ini", INI } }, "" },
	{ { { "README.md", "" } }, "mdstatic: error: no app is defined: there is no apps/<dir>/app.ini\n" },
	{ { { A "app.ini", INI },
	    { A "upgrades/android/5.0.0/release.json", REL },
	    { A "upgrades/android/5.0.0/a.apk", "x" } },
	  "" },
	{ { { A "switches/K.json", SWITCH } }, A "app.ini: error: the file is missing: every app has one\n" },
	{ { { A "app.ini", INI }, { B "app.ini", INI } },
	  B "app.ini:2:1: error: the app code \"DEMO-default\" is also that of apps/a/app.ini\n" },
	{ { { A "app.ini", INI }, { A "audience.json", "{\"ios\":3}" } },
	  A "audience.json:1:8: error: \"ios\" must be an object, not a number\n" },
	/* loose files */
	{ { { A "app.ini", INI },
	    { A "upgrades/android/5.0.0/release.json", REL },
	    { A "upgrades/android/5.0.0/a.apk", "x" },
	    { A "upgrades/android/5.0.0/b.apk", "x" },
	    { A "upgrades/android/5.0.0/x/a.apk", "x" } },
	  A "upgrades/android/5.0.0/b.apk: error: the release beside it does not name this file; name it as its "
	    "package, or remove "
	    "it\n" A "upgrades/android/5.0.0/x/a.apk: error: the release beside it does not name this file; name it as "
	    "its package, "
	    "or remove it\n" },
	{ { { A "app.ini", INI },
	    { A "upgrades/android/5.0.0/release.json", "{" },
	    { A "upgrades/android/5.0.0/b.apk", "x" } },
	  A "upgrades/android/5.0.0/release.json:1:2: error: not valid JSON: the text ends too early\n" },
	/* everything at once */
	{ { { A "app.ini", "x\n" INI },
	    { A "nonsense", "" },
	    { A "switches/K.json", "[]" },
	    { B "app.ini", INI2 "x\n" } },
	  A "app.ini:1:1: error: expected \"key = value\" or \"[section]\"\n" A
	    "nonsense: error: no definition has this name; expected apps/<dir>/ with app.ini, audience.json, "
	    "upgrades/, hotpatches/, "
	    "h5/, quickfixes/, switches/, whitelists/, resources/ and keys/\n" A
	    "switches/K.json:1:1: error: the file must hold an object, not an array\n" B
	    "app.ini:6:1: error: expected \"key = value\" or \"[section]\"\n" },
	/* roots */
	{ { { A "app.ini", INI }, { "keys/2.root.json", "{}" } },
	  "keys/2.root.json: error: keys/1.root.json is missing: the chain of roots has no gaps\n" },
	{ { { A "app.ini", INI },
	    { A "keys/1.root.json", "{}" },
	    { A "keys/10.root.json", "{}" },
	    { A "keys/2.root.json", "{}" } },
	  A "keys/10.root.json: error: apps/a/keys/3.root.json is missing: the chain of roots has no gaps\n" },
	{ { { A "app.ini", INI }, { "keys/1.root.json", "[]" }, { "keys/2.root.json", "{" } },
	  "keys/1.root.json:1:1: error: the file must hold an object, not an array\n"
	  "keys/2.root.json:1:2: error: not valid JSON: the text ends too early\n" },
	/* private keys */
	{ { { A "app.ini", INI }, { "keys/README", PEM }, { A "whitelists/w.txt", "x" PEM } },
	  A "whitelists/w.txt" SECRET "keys/README" SECRET },
	{ { { A "app.ini", INI }, { "other/key.pem", PEM } }, "" },
};

static int load(struct model *m, struct repo *r, const struct repo_file *files, size_t n)
{
	struct repo_file all[REPO_FILES] = { { NULL, NULL } };

	memcpy(all, files, n * sizeof(*files));
	repo_init(r, all);
	return defs_load(m, &r->tree, NOW, &r->a, &r->d);
}

static void test_messages(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model m;
		struct repo r;

		print_message("case %zu: %s\n", i, cases[i].said);
		int result = load(&m, &r, cases[i].files, COUNT(cases[i].files));
		char *said = repo_said(&r);
		assert_string_equal(said, cases[i].said);
		assert_int_equal(result, *said ? -1 : 0);
		free(said);
		repo_release(&r);
	}
}

static void test_model(void **state)
{
	static const struct repo_file files[] = {
		{ A "app.ini", INI },
		{ A "upgrades/android/5.0.0/release.json", REL },
		{ A "upgrades/android/5.0.0/a.apk", "x" },
		{ A "switches/K1.json", SWITCH },
		{ A "switches/K0.json", LISTED },
		{ A "whitelists/staff.txt", "1\n" },
		{ A "whitelists/other.txt", "1\n" },
		{ A "keys/1.root.json", "{\"a\":1}" },
		{ B "app.ini", INI2 },
		{ "keys/1.root.json", "{\"s\":1}" },
		{ "keys/2.root.json", "{\"s\":2}" },
	};
	struct model m;
	struct repo r;

	assert_int_equal(load(&m, &r, files, COUNT(files)), 0);
	assert_true(m.commit_time == NOW);
	assert_int_equal(m.napps, 2);
	const struct app *b = &m.apps[0], *a = &m.apps[1]; /* by app code */
	assert_true(slice_eqs(b->app_code, "ADEMO-default"));
	assert_true(slice_eqs(a->app_code, "DEMO-default"));
	assert_true(slice_eqs(a->dir, "apps/a"));
	assert_string_equal(a->origin.path, A "app.ini");
	assert_int_equal(a->nupgrades, 1);
	assert_int_equal(a->upgrades[0].r.ntasks, 1);
	assert_true(slice_eqs(a->upgrades[0].package.rel, A "upgrades/android/5.0.0/a.apk"));
	assert_int_equal(a->nswitches, 2);
	assert_true(slice_eqs(a->switches[0].key, "K0"));
	assert_true(slice_eqs(a->switches[1].key, "K1"));
	assert_int_equal(a->nwhitelists, 2);
	assert_false(a->whitelists[0]->used);
	assert_true(a->whitelists[1]->used);
	assert_ptr_equal(a->switches[0].values[0].whitelists[0], a->whitelists[1]);
	assert_int_equal(a->nroots, 1);
	assert_true(slice_eqs(a->roots[0], "{\"a\":1}"));
	assert_string_equal(a->roots_dir, "apps/a/keys");
	assert_int_equal(b->nroots, 2);
	assert_true(slice_eqs(b->roots[1], "{\"s\":2}"));
	assert_string_equal(b->roots_dir, "keys");
	assert_int_equal(b->nupgrades + b->nswitches + b->nwhitelists, 0);
	repo_release(&r);
}

#define SHA  "0000000000000000000000000000000000000000000000000000000000000000"
#define TASK "\"tasks\":[{\"id\":\"t\",\"type\":\"official\",\"publishedAt\":\"2026-11-01T00:00:00Z\"}]}"
#define PATCH(product, number)                                                                                         \
	"{\"platform\":\"android\",\"productVersion\":\"" product "\",\"patchNumber\":" number                         \
	",\"package\":{\"url\":\"https://h/p\",\"size\":5,\"sha256\":\"" SHA                                           \
	"\",\"md5\":\"00000000000000000000000000000000\"}," TASK
#define H5(version)                                                                                                    \
	"{\"version\":\"" version "\",\"mainUrl\":\"/www/i.html\",\"platform\":[\"ios\"],\"clientVersion\":{\"ios\":"  \
	"{\"min\":\"1\"}}," TASK

/* Every kind finds its list, in the order of DEFINITIONS, and h5 releases their app. */
static void test_kinds(void **state)
{
	static const struct repo_file files[] = {
		{ A "app.ini", INI },
		{ A "h5/20171229/app.json", "{\"name\":\"b\",\"resourceType\":\"normal\"}" },
		{ A "h5/20171229/1.9/release.json", H5("1.9") },
		{ A "h5/20171229/1.9/www/i.html", "x" },
		{ A "h5/20171229/1.10/release.json", H5("1.10") },
		{ A "h5/20171229/1.10/www/i.html", "x" },
		{ A "h5/20171228/app.json", "{\"name\":\"a\",\"resourceType\":\"normal\"}" },
		{ A "hotpatches/android/5.0/10/release.json", PATCH("5.0", "10") },
		{ A "hotpatches/android/5.1/9/release.json", PATCH("5.1", "9") },
		{ A "quickfixes/com.example.demo/2/10/release.json", "{\"hqf\":[\"a.hqf\"]," TASK },
		{ A "quickfixes/com.example.demo/2/10/a.hqf", "x" },
		{ A "quickfixes/com.example.demo/2/9/release.json", "{\"hqf\":[\"d/a.hqf\"]," TASK },
		{ A "quickfixes/com.example.demo/2/9/d/a.hqf", "x" },
	};
	struct model m;
	struct repo r;

	int result = load(&m, &r, files, COUNT(files));
	char *said = repo_said(&r);
	assert_string_equal(said, "");
	free(said);
	assert_int_equal(result, 0);
	const struct app *app = &m.apps[0];
	assert_int_equal(app->nh5_apps, 2);
	assert_true(slice_eqs(app->h5_apps[0].id, "20171228") && slice_eqs(app->h5_apps[1].name, "b"));
	assert_int_equal(app->nreleases[KIND_H5], 2);
	assert_true(slice_eqs(app->releases[KIND_H5][1]->version_text, "1.10"));
	assert_ptr_equal(h5_of(app->releases[KIND_H5][1])->app, &app->h5_apps[1]);
	assert_int_equal(app->nreleases[KIND_HOTPATCH], 2);
	assert_true(slice_eqs(app->releases[KIND_HOTPATCH][0]->version_text, "5.1/9"));
	assert_true(slice_eqs(app->releases[KIND_HOTPATCH][1]->version_text, "5.0/10"));
	assert_int_equal(app->nreleases[KIND_QUICKFIX], 2);
	assert_int_equal(quickfix_of(app->releases[KIND_QUICKFIX][1])->patch_version_code, 10);
	assert_int_equal(app->nreleases[KIND_UPGRADE], 0);
	repo_release(&r);
}

/* Without its app.json an h5 app is reported once, where that should be; nothing is said of one without a release. */
static void test_h5_without_app(void **state)
{
	static const struct repo_file files[] = {
		{ A "app.ini", INI },
		{ A "h5/20171229/1.9/release.json", H5("1.9") },
		{ A "h5/20171229/1.9/www/i.html", "x" },
		{ A "h5/20171229/1.10/release.json", H5("1.10") },
		{ A "h5/20171229/1.10/www/i.html", "x" },
		{ A "h5/20171230/app.json", "{" },
		{ A "h5/20171230/1.9/release.json", H5("1.9") },
		{ A "h5/20171230/1.9/www/i.html", "x" },
	};
	struct model m;
	struct repo r;

	assert_int_equal(load(&m, &r, files, COUNT(files)), -1);
	char *said = repo_said(&r);
	assert_string_equal(said, A "h5/20171229/app.json: error: the file is missing: every h5 app has one\n" A
				    "h5/20171230/app.json:1:2: error: not valid JSON: the text ends too early\n");
	free(said);
	repo_release(&r);
}

/* A folder in a repository: messages name files from the repository's root. */
static void test_subfolder(void **state)
{
	static const struct repo_file files[] = { { A "switches/K.json", SWITCH } };
	struct repo_file all[REPO_FILES] = { files[0] };
	struct model m;
	struct repo r;

	repo_init(&r, all);
	r.entries[0].path = "mobile/" A "switches/K.json";
	assert_int_equal(defs_load(&m, &r.tree, NOW, &r.a, &r.d), -1);
	char *said = repo_said(&r);
	assert_string_equal(said, "mobile/" A "app.ini: error: the file is missing: every app has one\n");
	free(said);
	repo_release(&r);
}

static void test_secrets(void **state)
{
	static const struct {
		const char *text;
		bool secret;
	} texts[] = {
		{ PEM, true },
		{ "-----BEGIN RSA PRIVATE KEY-----", true },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----", true },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----", true },
		{ "-----BEGIN PGP PRIVATE KEY BLOCK-----", true },
		{ "{\"k\":\"-----BEGIN EC PRIVATE KEY-----\\n\"}", true },
		{ "-----BEGIN PUBLIC KEY-----\n-----BEGIN PRIVATE KEY-----", true },
		{ "-----BEGIN PUBLIC KEY-----", false },
		{ "-----BEGIN CERTIFICATE-----", false },
		{ "-----BEGIN private key-----", false },
		{ "-----BEGIN PRIVATE KEY", false },
		{ "BEGIN PRIVATE KEY", false },
		{ "", false },
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		print_message("%s\n", texts[i].text);
		assert_int_equal(secret_is_in(slice_of(texts[i].text)), texts[i].secret);
	}
}

/* A key behind the first 64 KiB is another matter: that is a large file of something else. */
static void test_secret_far_behind(void **state)
{
	char *text = calloc(1, SECRET_SCAN + sizeof(PEM));
	struct model m;

	assert_non_null(text);
	for (size_t behind = 0; behind < 2; behind++) {
		size_t at = behind ? SECRET_SCAN : SECRET_SCAN - sizeof(PEM);
		struct repo_file files[] = { { A "app.ini", INI }, { A "README", text } };
		struct repo r;

		memset(text, ' ', at);
		memcpy(text + at, PEM, sizeof(PEM));
		assert_int_equal(load(&m, &r, files, COUNT(files)), behind ? 0 : -1);
		repo_release(&r);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_h5_without_app),
		cmocka_unit_test(test_subfolder),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_secret_far_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
