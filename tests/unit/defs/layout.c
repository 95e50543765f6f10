/* Paths: what each is, and what is said of those that are nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/strbuf.h"
#include "defs/layout.h"
#include "repo.h"

#define A "apps/demo/"
#define EXPECTED                                                                                                       \
	"apps/<dir>/ with app.ini, audience.json, upgrades/, hotpatches/, h5/, quickfixes/, switches/, whitelists/, "  \
	"resources/ and keys/"

static const struct {
	struct repo_file files[4];
	const char *kept; /* `kind name number` of each file that has a place */
	const char *said;
} cases[] = {
	{ { { A "app.ini", "" }, { A "audience.json", "" }, { A "resources/city.json", "" } },
	  "app.ini demo 0\naudience demo 0\nresource city 0\n",
	  "" },
	{ { { A "whitelists/a.txt", "" }, { A "whitelists/a.b.regex", "" }, { A "whitelists/a.ini", "" } },
	  "regex a.b 0\nini a 0\nids a 0\n",
	  "" },
	{ { { A "switches/A B.json", "" }, { A "keys/1.root.json", "" }, { "keys/12.root.json", "" } },
	  "root 1 1\nswitch A B 0\nroot 12 12\n",
	  "" },
	{ { { A "upgrades/android/5.0.0/release.json", "" },
	    { A "upgrades/android/5.0.0/a.apk", "" },
	    { A "upgrades/android/5.0.0/x/b.apk", "" } },
	  "loose " A "upgrades/android/5.0.0 0\nupgrade 5.0.0 0\nloose " A "upgrades/android/5.0.0 0\n",
	  "" },
	/* ignored */
	{ { { "README.md", "" }, { "src/app.ini", "" }, { "appsx/y", "" } }, "", "" },
	{ { { "apps/README.md", "" }, { "apps/readme", "" }, { A "LICENSE-2.0", "" } }, "", "" },
	{ { { A ".gitignore", "" }, { A "switches/.gitattributes", "" }, { "apps/.github/workflows/x.yml", "" } },
	  "",
	  "" },
	{ { { A "OWNERS", "" }, { A "CODEOWNERS", "" }, { "keys/.gitlab-ci.yml", "" } }, "", "" },
	{ { { A "Jenkinsfile", "" }, { A ".circleci/config.yml", "" }, { "keys/README", "" } }, "", "" },
	{ { { A "whitelists/README.txt", "" },
	    { A "whitelists/LICENSED.txt", "" },
	    { A "switches/LICENSE_KEY.json", "" } },
	  "switch LICENSE_KEY 0\nids LICENSED 0\n",
	  "" },
	{ { { A "upgrades/android/5/README.md", "" } }, "", "" },
	/* misspelt */
	{ { { A "app.init", "" } },
	  "",
	  A "app.init: error: no definition has this name; did you mean \"" A "app.ini\"?\n" },
	{ { { A "switch/KEY.json", "" } },
	  "",
	  A "switch/KEY.json: error: no definition has this name; did you mean \"" A "switches/KEY.json\"?\n" },
	{ { { A "switches/KEY.jsn", "" } },
	  "",
	  A "switches/KEY.jsn: error: no definition has this name; did you mean \"" A "switches/KEY.json\"?\n" },
	{ { { A "upgrades/android/5.0/relase.json", "" } },
	  "",
	  A "upgrades/android/5.0/relase.json: error: no definition has this name; did you mean \"" A
	    "upgrades/android/5.0/release.json\"?\n" },
	{ { { A "upgrade/andriod/5.0/release.json", "" } },
	  "",
	  A "upgrade/andriod/5.0/release.json: error: no definition has this name; did you mean \"" A
	    "upgrades/android/5.0/release.json\"?\n" },
	{ { { "keys/1.rot.json", "" } },
	  "",
	  "keys/1.rot.json: error: no definition has this name; did you mean \"keys/1.root.json\"?\n" },
	/* nowhere near */
	{ { { A "whitelists/staff.csv", "" } },
	  "",
	  A "whitelists/staff.csv: error: no definition has this name; expected apps/<dir>/whitelists/<name>.txt or "
	    "apps/<dir>/whitelists/<name>.regex or apps/<dir>/whitelists/<name>.ini\n" },
	{ { { A "switches/android/KEY.json", "" } },
	  "",
	  A
	  "switches/android/KEY.json: error: no definition has this name; expected apps/<dir>/switches/<KEY>.json\n" },
	{ { { A "upgrades/android/release.json", "" } },
	  "",
	  A "upgrades/android/release.json: error: no definition has this name; expected "
	    "apps/<dir>/upgrades/<platform>/<version>/release.json\n" },
	{ { { A "upgrades/android/5/a.apk", "" } },
	  "",
	  A "upgrades/android/5/a.apk: error: no definition has this name; expected "
	    "apps/<dir>/upgrades/<platform>/<version>/release.json\n" },
	{ { { A "notes.txt", "" } }, "", A "notes.txt: error: no definition has this name; expected " EXPECTED "\n" },
	{ { { "apps/app.ini", "" } }, "", "apps/app.ini: error: no definition has this name; expected " EXPECTED "\n" },
	{ { { A "switches/.json", "" } },
	  "",
	  A "switches/.json: error: no definition has this name; expected apps/<dir>/switches/<KEY>.json\n" },
	{ { { "keys/root.pem", "" } },
	  "",
	  "keys/root.pem: error: no definition has this name; expected keys/<N>.root.json\n" },
	/* parts that do not fit */
	{ { { "apps/my app/app.ini", "" }, { "apps/my app/switches/A.json", "" } },
	  "",
	  "apps/my app/app.ini: error: \"my app\" does not fit here: a folder of an app is named with 1 to 64 letters, "
	  "digits, "
	  "\".\", \"_\" and \"-\", a letter or digit first\n" },
	{ { { A "upgrades/andriod/5.0/release.json", "" }, { A "upgrades/andriod/5.0/a.apk", "" } },
	  "",
	  A
	  "upgrades/andriod/5.0/a.apk: error: \"andriod\" does not fit here: a platform is android, ios or harmony\n" },
	{ { { A "upgrades/andriod/5.0/release.json", "" } },
	  "",
	  A "upgrades/andriod/5.0/release.json: error: \"andriod\" does not fit here: a platform is android, ios or "
	    "harmony; did "
	    "you mean \"" A "upgrades/android/5.0/release.json\"?\n" },
	{ { { A "whitelists/-a.txt", "" } },
	  "",
	  A "whitelists/-a.txt: error: \"-a.txt\" does not fit here: a list is named with 1 to 64 letters, digits, "
	    "\".\", \"_\" "
	    "and \"-\", a letter or digit first\n" },
	{ { { A "resources/a b.json", "" } },
	  "",
	  A "resources/a b.json: error: \"a b.json\" does not fit here: an element is named with 1 to 64 letters, "
	    "digits, \".\", "
	    "\"_\" and \"-\", a letter or digit first\n" },
	{ { { "keys/0.root.json", "" }, { "keys/01.root.json", "" }, { "keys/1234567890.root.json", "" } },
	  "",
	  "keys/0.root.json: error: \"0.root.json\" does not fit here: a root is numbered from 1, without leading "
	  "zeros\n"
	  "keys/01.root.json: error: \"01.root.json\" does not fit here: a root is numbered from 1, without leading "
	  "zeros\n"
	  "keys/1234567890.root.json: error: \"1234567890.root.json\" does not fit here: a root is numbered from 1, "
	  "without "
	  "leading zeros\n" },
	/* names */
	{ { { A "switches/\xff.json", "" } }, "", A "switches/?.json: error: the file name is not valid UTF-8\n" },
	{ { { A "switches/a\x01.json", "" } },
	  "",
	  A "switches/a?.json: error: the file name holds a control character\n" },
	{ { { A "switches/a\\b.json", "" } }, "", A "switches/a\\b.json: error: the file name holds a backslash\n" },
	{ { { A "../x.json", "" } }, "", A "../x.json: error: the file name has an empty part, \".\" or \"..\"\n" },
	/* case */
	{ { { A "switches/KEY.json", "" }, { A "switches/Key.json", "" } },
	  "switch KEY 0\nswitch Key 0\n",
	  A "switches/Key.json: error: \"" A "switches/KEY.json\" and \"" A
	    "switches/Key.json\" differ in case alone; not every "
	    "system can hold both\n" },
	{ { { "apps/Demo/app.ini", "" }, { A "app.ini", "" }, { A "audience.json", "" } },
	  "app.ini Demo 0\napp.ini demo 0\naudience demo 0\n",
	  A "app.ini: error: \"apps/Demo\" and \"apps/demo\" differ in case alone; not every system can hold both\n" },
	{ { { "apps/a-b/app.ini", "" }, { "apps/A/app.ini", "" }, { "apps/a/app.ini", "" } },
	  "app.ini A 0\napp.ini a-b 0\napp.ini a 0\n",
	  "apps/a/app.ini: error: \"apps/A\" and \"apps/a\" differ in case alone; not every system can hold both\n" },
	{ { { A "README", "" }, { A "readme", "" } },
	  "",
	  A "readme: error: \"" A "README\" and \"" A
	    "readme\" differ in case alone; not every system can hold both\n" },
	{ { { A "switches/\xc3\x89.json", "" }, { A "switches/e\xcc\x81.json", "" } },
	  "switch e\xcc\x81 0\nswitch \xc3\x89 0\n",
	  A "switches/\xc3\x89.json: error: \"" A "switches/e\xcc\x81.json\" and \"" A
	    "switches/\xc3\x89.json\" differ in case "
	    "or Unicode form alone; not every system can hold both\n" },
	/* no regular files */
	{ { { A "app.ini", NULL }, { A "README", NULL } },
	  "",
	  A "README: error: a symbolic link is not allowed below apps/ and keys/; put the file itself here\n" A
	    "app.ini: error: a symbolic link is not allowed below apps/ and keys/; put the file itself here\n" },
	{ { { A "www", "@" }, { "keys", NULL } },
	  "",
	  A "www: error: a submodule is not allowed below apps/ and keys/; put the files themselves here\n"
	    "keys: error: a symbolic link is not allowed below apps/ and keys/; put the file itself here\n" },
	{ { { "apps", "" }, { "docs", NULL } }, "", "apps: error: must be a folder\n" },
	/* releases of each kind, and what lies beside them */
	{ { { A "upgrades/ios/5/release.json", "" }, { A "upgrades/ios/5/a.ipa", "" } },
	  "loose " A "upgrades/ios/5 0\nupgrade 5 0\n",
	  "" },
	{ { { A "hotpatches/ios/5/1/release.json", "" }, { A "hotpatches/ios/5/1/p.jar", "" } },
	  "loose " A "hotpatches/ios/5/1 0\nhotpatch 1 0\n",
	  "" },
	{ { { A "h5/20171228/app.json", "" },
	    { A "h5/20171228/1/release.json", "" },
	    { A "h5/20171228/1/www/release.json", "" } },
	  "h5 1 0\nloose " A "h5/20171228/1 0\nh5app 20171228 0\n",
	  "" },
	{ { { A "quickfixes/b/1/2/release.json", "" }, { A "quickfixes/b/1/2/ets/e.abc", "" } },
	  "loose " A "quickfixes/b/1/2 0\nquickfix 2 0\n",
	  "" },
	{ { { A "h5/20171228/1/www/index.html", "" } },
	  "",
	  A
	  "h5/20171228/1/www/index.html: error: no definition has this name; expected apps/<dir>/h5/<h5Id>/app.json or "
	  "apps/<dir>/h5/<h5Id>/<h5Version>/release.json\n" },
};

static void add_kept(struct strbuf *out, const struct layout_app *files)
{
	static const char *const names[] = {
		[LAYOUT_APP_INI] = "app.ini",       [LAYOUT_AUDIENCE] = "audience",
		[LAYOUT_RESOURCE] = "resource",     [LAYOUT_WHITELIST_IDS] = "ids",
		[LAYOUT_WHITELIST_REGEX] = "regex", [LAYOUT_WHITELIST_INI] = "ini",
		[LAYOUT_SWITCH] = "switch",         [LAYOUT_ROOT] = "root",
		[LAYOUT_H5_APP] = "h5app",          [LAYOUT_UPGRADE] = "upgrade",
		[LAYOUT_HOTPATCH] = "hotpatch",     [LAYOUT_H5] = "h5",
		[LAYOUT_QUICKFIX] = "quickfix",     [LAYOUT_LOOSE] = "loose",
	};

	for (size_t i = 0; i < files->n; i++)
		strbuf_addf(out, "%s " SLICE_FMT " %u\n", names[files->files[i].kind], SLICE_ARG(files->files[i].name),
			    (unsigned)files->files[i].number);
}

static void test_paths(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct repo_file files[REPO_FILES] = { { NULL, NULL } };
		struct strbuf kept = STRBUF_INIT;
		struct layout layout;
		struct repo r;

		memcpy(files, cases[i].files, sizeof(cases[i].files));
		print_message("case %zu: %s\n", i, files[0].path);
		repo_init(&r, files);
		layout_read(&layout, &r.tree, &r.a, &r.d);
		for (size_t k = 0; k < layout.napps; k++)
			add_kept(&kept, &layout.apps[k]);
		add_kept(&kept, &layout.keys);
		char *said = repo_said(&r);
		assert_string_equal(said, cases[i].said);
		assert_string_equal(kept.p ? kept.p : "", cases[i].kept);
		free(said);
		strbuf_release(&kept);
		repo_release(&r);
	}
}

static void test_loose(void **state)
{
	static const struct {
		enum layout_kind beside;
		const char *folder, *said;
	} loose[] = {
		{ LAYOUT_UPGRADE, A "upgrades/android/5", "name it as its package, or remove it" },
		{ LAYOUT_UPGRADE, A "upgrades/harmony/5", "name it as its package, or remove it" },
		{ LAYOUT_UPGRADE, A "upgrades/ios/5", "name it as its package, icon or symbols, or remove it" },
		{ LAYOUT_HOTPATCH, A "hotpatches/ios/5/1", "name it as its package, or remove it" },
		{ LAYOUT_QUICKFIX, A "quickfixes/b/1/2", "name it among its inputs, or remove it" },
		{ LAYOUT_H5, A "h5/20171228/1", "and nothing else; remove this file" },
	};

	for (size_t i = 0; i < COUNT(loose); i++) {
		const struct repo_file files[REPO_FILES] = { { A "x", "" } };
		struct repo r;

		print_message("%s\n", loose[i].folder);
		repo_init(&r, files);
		layout_report_loose(&(struct layout_file){ .entry = &r.entries[0],
							   .kind = LAYOUT_LOOSE,
							   .name = slice_of(loose[i].folder),
							   .beside = loose[i].beside },
				    &r.d);
		char *said = repo_said(&r);
		assert_non_null(strstr(said, loose[i].said));
		free(said);
		repo_release(&r);
	}
}

/* 20,000 files, half of them nothing: far below a second. The bound only tells this from a quadratic scan, valgrind included. */
static void test_many(void **state)
{
	enum { N = 20000 };
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;
	struct file_entry *v = ARENA_ARRAY(&a, struct file_entry, N);
	struct layout layout;

	for (unsigned i = 0; i < N; i++) {
		struct slice path = arena_printf(&a, A "switches/KEY_%06u.%s", i, i % 2 ? "json" : "txt");
		v[i] = (struct file_entry){ .path = path.p, .rel = path, .kind = FILE_REGULAR };
	}
	struct filetree tree = { .v = v, .n = N };
	clock_t start = clock();
	layout_read(&layout, &tree, &a, &d);
	print_message("%d ms\n", (int)((clock() - start) * 1000 / CLOCKS_PER_SEC));
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
	assert_int_equal(layout.napps, 1);
	assert_int_equal(layout.apps[0].n, N / 2);
	assert_int_equal(d.errors, N / 2);
	diags_release(&d);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_loose),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
