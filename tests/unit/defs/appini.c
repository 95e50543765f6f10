/* app.ini: each trap of inih, each rule of each value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/appini.h"
#include "repo.h"

#define HEAD "[app]\nappId = DEMO01\nworkspaceId = default\n"
#define CDN  "[cdn]\nbaseUrl = https://cdn.example.com/a/\n"
#define GOOD HEAD CDN /* 5 lines */
#define X10  "xxxxxxxxxx"
#define X50  X10 X10 X10 X10 X10

static const struct {
	const char *text, *said; /* lines without the path */
} cases[] = {
	{ GOOD, "" },
	{ "; a comment\n# another\n\n" GOOD "  ; indented comment\n", "" },
	{ "[app]\r\nappId = A\r\nworkspaceId: b ; why\r\n" CDN, "" },
	/* lines */
	{ "\xef\xbb\xbf" GOOD, "1:1: error: the file begins with a byte order mark; save it as UTF-8 without one\n" },
	{ GOOD "; \xff\n", "6:1: error: the line is not valid UTF-8\n" },
	{ GOOD "; a\x01\n", "6:1: error: the line holds a control character\n" },
	{ GOOD "; a\rb\n", "6:1: error: the line holds a control character\n" },
	{ GOOD ";" X50 X50 X50 X10 X10 X10 "123456789\n", "" }, /* 190 bytes */
	{ GOOD ";" X50 X50 X50 X10 X10 X10 "1234567890\n",
	  "6:1: error: the line is 191 bytes long; at most 190 are allowed\n" },
	{ GOOD "; " X50 X50 X50 X50 " max=1\n", "6:1: error: the line is 208 bytes long; at most 190 are allowed\n" },
	{ GOOD "  mirror1 = https://b/\n", "6:1: error: a key or section must begin in the first column\n" },
	{ GOOD "\t[delta]\n", "6:1: error: a key or section must begin in the first column\n" },
	{ GOOD "pointerMaxAge\nfrom\n", "6:1: error: expected \"key = value\" or \"[section]\"\n"
					"7:1: error: expected \"key = value\" or \"[section]\"\n" },
	{ GOOD "pointerMaxAge ;= 5", "6:1: error: expected \"key = value\" or \"[section]\"\n" },
	/* sections */
	{ GOOD "[delta] junk\nfrom = 3\n", "6:1: error: a section is written [name], alone in its line\n" },
	{ GOOD "[delta\n", "6:1: error: a section is written [name], alone in its line\n" },
	{ GOOD "[delta] ; fine\nfrom = 3\n", "" },
	{ GOOD "[detla]\nfrom = x\n", "6:1: error: unknown section [detla]; did you mean [delta]?\n" },
	{ GOOD "[ delta ]\n", "6:1: error: unknown section [ delta ]; did you mean [delta]?\n" },
	{ GOOD "[zzzzzz]\n", "6:1: error: unknown section [zzzzzz]\n" },
	{ GOOD "[" X50 "]\na = b\n", "6:1: error: unknown section [" X50 "]\n" },
	{ GOOD "[app]\nname = x\n", "6:1: error: duplicate section [app]; it begins in line 1\n" },
	{ "appId = x\n" GOOD, "1:1: error: key \"appId\" stands before the first section\n" },
	/* keys */
	{ GOOD "baseurl = x\n", "6:1: error: unknown key \"baseurl\" in [cdn]; did you mean \"baseUrl\"?\n" },
	{ GOOD "audience = 3\n", "6:1: error: unknown key \"audience\" in [cdn]; it belongs to [android]\n" },
	{ GOOD "zzzzzz = 3\n", "6:1: error: unknown key \"zzzzzz\" in [cdn]\n" },
	{ GOOD "pointerMaxAge = 1\npointerMaxAge = 2\n",
	  "7:1: error: duplicate key \"pointerMaxAge\"; it is set in line 6\n" },
	{ GOOD "pointerMaxAge =\n", "6:1: error: \"pointerMaxAge\" has no value; leave the line out or give one\n" },
	{ "", "error: the required key \"appId\" of [app] is missing\n"
	      "error: the required key \"baseUrl\" of [cdn] is missing\n"
	      "error: the required key \"workspaceId\" of [app] is missing\n" },
	{ "[app]\nappId = x\n[cdn]\n", "1:1: error: the required key \"workspaceId\" of [app] is missing\n"
				       "3:1: error: the required key \"baseUrl\" of [cdn] is missing\n" },
	/* [app] */
	{ "[app]\nappId = -x\nworkspaceId = a b\n" CDN,
	  "2:1: error: appId \"-x\" must be 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begin with a letter "
	  "or digit\n"
	  "3:1: error: workspaceId \"a b\" must be 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begin with a "
	  "letter or digit\n" },
	/* [cdn] */
	{ HEAD "[cdn]\nbaseUrl = http://cdn.example.com/\n", "5:1: error: baseUrl \"http://cdn.example.com/\" must "
							     "begin with \"https://\"; http is for loopback hosts\n" },
	{ HEAD "[cdn]\nbaseUrl = http://127.0.0.1:8080/a/\n", "" },
	{ HEAD "[cdn]\nbaseUrl = https://a/b\n",
	  "5:1: error: baseUrl \"https://a/b\" must end in \"/\": paths are appended to it\n" },
	{ HEAD "[cdn]\nbaseUrl = https://a/?b=/\n",
	  "5:1: error: baseUrl \"https://a/?b=/\" must not hold \"?\" or \"#\": paths are appended to it\n" },
	{ GOOD "mirror1 = https://b/\nmirror2 = https://c/\n", "" },
	{ GOOD "mirror2 = https://b/\n", "6:1: error: mirror2 \"https://b/\" leaves a gap: there is no \"mirror1\"\n" },
	{ GOOD "mirror1 = https://cdn.example.com/a/\n",
	  "6:1: error: mirror1 \"https://cdn.example.com/a/\" repeats an address from above\n" },
	{ GOOD "mirror10 = https://b/\n",
	  "6:1: error: unknown key \"mirror10\" in [cdn]; did you mean \"mirror1\"?\n" },
	{ GOOD "pointerMaxAge = 1m\n", "6:1: error: pointerMaxAge \"1m\" must be a whole number, in digits alone\n" },
	{ GOOD "pointerMaxAge = 86401\n", "6:1: error: pointerMaxAge \"86401\" must lie in 0..86400\n" },
	/* platforms */
	{ GOOD "[android]\naudience = -1\n", "7:1: error: audience \"-1\" must be a whole number, in digits alone\n" },
	{ GOOD "[ios]\naudience = 100000000001\n",
	  "7:1: error: audience \"100000000001\" must lie in 0..100000000000\n" },
	{ GOOD "[harmony]\naudience = 1.5\n",
	  "7:1: error: audience \"1.5\" must be a whole number, in digits alone\n" },
	{ GOOD "[android]\npackageName = com.example.demo_1\n[ios]\nbundleId = "
	       "com.ex-ample.Demo\n[harmony]\nbundleName = a.b\n",
	  "" },
	{ GOOD "[android]\npackageName = demo\n",
	  "7:1: error: packageName \"demo\" must be a package name such as com.example.demo\n" },
	{ GOOD "[android]\npackageName = com..demo\n",
	  "7:1: error: packageName \"com..demo\" must be a package name such as com.example.demo\n" },
	{ GOOD "[android]\npackageName = com.1x\n",
	  "7:1: error: packageName \"com.1x\" must be a package name such as com.example.demo\n" },
	{ GOOD "[ios]\nbundleId = com.ex_ample\n",
	  "7:1: error: bundleId \"com.ex_ample\" must be a bundle identifier such as com.example.demo\n" },
	{ GOOD "[harmony]\nbundleName = com.a-b\n",
	  "7:1: error: bundleName \"com.a-b\" must be a package name such as com.example.demo\n" },
	/* [h5] [delta] */
	{ GOOD "[h5]\nvhost = h5app.com\nglobalHost = cdn.example.com\n[delta]\nfrom = 0\nmaxRatio = 0.7\n", "" },
	{ GOOD "[h5]\nvhost = https://h5app.com\nglobalHost = a..b\n",
	  "7:1: error: vhost \"https://h5app.com\" must be a plain host name, without scheme, port and path\n"
	  "8:1: error: globalHost \"a..b\" must be a plain host name, without scheme, port and path\n" },
	{ GOOD "[h5]\nvhost = -a.com\n",
	  "7:1: error: vhost \"-a.com\" must be a plain host name, without scheme, port and path\n" },
	{ GOOD "[delta]\nfrom = 51\nmaxRatio = 1.1\n",
	  "7:1: error: from \"51\" must lie in 0..50\n"
	  "8:1: error: maxRatio \"1.1\" must be a decimal number above 0, at most 1, with at most 6 decimals\n" },
	{ GOOD "[delta]\nmaxRatio = 0\n",
	  "7:1: error: maxRatio \"0\" must be a decimal number above 0, at most 1, with at most 6 decimals\n" },
	/* [segments] [filter] [policy] */
	{ GOOD "[segments]\nmax = 0\n", "7:1: error: max \"0\" must lie in 1..65536\n" },
	{ GOOD "[filter]\nfpr = 0.0001\n", "" },
	{ GOOD "[filter]\nfpr = 0.000000000001\n", "" },
	{ GOOD "[filter]\nfpr = 0.000000000000999\n",
	  "7:1: error: fpr \"0.000000000000999\" must lie in 1e-12..0.0001\n" },
	{ GOOD "[filter]\nfpr = 0.000100000000001\n",
	  "7:1: error: fpr \"0.000100000000001\" must lie in 1e-12..0.0001\n" },
	{ GOOD "[filter]\nfpr = 1e-12\n", "" },
	{ GOOD "[filter]\nfpr = 1.5E-6\n", "" },
	{ GOOD "[filter]\nfpr = 1e-13\n", "7:1: error: fpr \"1e-13\" must lie in 1e-12..0.0001\n" },
	{ GOOD "[filter]\nfpr = 0.1e-15\n",
	  "7:1: error: fpr \"0.1e-15\" must be a decimal number such as 0.000001 or 1e-6, with at most 15 decimals\n" },
	{ GOOD "[filter]\nfpr = 1e6\n",
	  "7:1: error: fpr \"1e6\" must be a decimal number such as 0.000001 or 1e-6, with at most 15 decimals\n" },
	{ GOOD "[filter]\nfpr = 1e-\n",
	  "7:1: error: fpr \"1e-\" must be a decimal number such as 0.000001 or 1e-6, with at most 15 decimals\n" },
	{ GOOD "[filter]\nfpr = 0.0000010000000001\n", "7:1: error: fpr \"0.0000010000000001\" must be a decimal "
						       "number such as 0.000001 or 1e-6, with at most 15 decimals\n" },
	{ GOOD "[policy]\nstrictResources = yes\nrequireCanary = True\n",
	  "7:1: error: strictResources \"yes\" must be true or false\n"
	  "8:1: error: requireCanary \"True\" must be true or false\n" },
	{ GOOD "[policy]\nmaxConcurrentTasks = 0\nmaxWindowDays = 366\n",
	  "7:1: error: maxConcurrentTasks \"0\" must lie in 1..1000\n"
	  "8:1: error: maxWindowDays \"366\" must lie in 1..365\n" },
};

static struct srcpos read_into(struct app *app, struct repo *r, const char *text)
{
	static const struct repo_file none[] = { { NULL, NULL } };

	repo_init(r, none);
	*app = (struct app){ .dir = SLICE("apps/x") };
	return appini_read(app, &r->a, &r->d, (struct origin){ "i", slice_of(text) });
}

/* The same lines, each with the file before it. */
static char *with_path(struct arena *a, const char *said)
{
	struct slice out = SLICE("");

	for (struct slice rest = slice_of(said), line; rest.n;) {
		line = slice_cut(&rest, '\n');
		out = arena_printf(a, SLICE_FMT "i:%s" SLICE_FMT "\n", SLICE_ARG(out),
				   slice_starts(line, "error") ? " " : "", SLICE_ARG(line));
	}
	return arena_str(a, out);
}

static void test_messages(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct app app;
		struct repo r;

		print_message("case %zu: %s\n", i, cases[i].said);
		read_into(&app, &r, cases[i].text);
		char *said = repo_said(&r);
		assert_string_equal(said, with_path(&r.a, cases[i].said));
		free(said);
		repo_release(&r);
	}
}

static void test_defaults(void **state)
{
	struct app app;
	struct repo r;
	struct srcpos at = read_into(&app, &r, GOOD);

	assert_int_equal(at.line, 2);
	assert_int_equal(at.col, 1);
	assert_true(slice_eqs(app.app_code, "DEMO01-default"));
	assert_int_equal(app.nbases, 1);
	assert_true(slice_eqs(app.bases[0], "https://cdn.example.com/a/"));
	assert_int_equal(app.pointer_max_age, 60);
	assert_int_equal(app.segments_max, 256);
	assert_int_equal(app.max_concurrent_tasks, 10);
	assert_int_equal(app.max_window_days, 7);
	assert_false(app.strict_resources);
	assert_false(app.require_canary);
	assert_int_equal(app.filter_fpr.n, 0);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		assert_int_equal(app.audience[p], AUDIENCE_UNKNOWN);
	repo_release(&r);
}

static void test_values(void **state)
{
	struct app app;
	struct repo r;

	read_into(&app, &r,
		  HEAD "tenantId = T1\nname = D\xc3\xa9mo; x ; comment\n" CDN
		       "mirror1 = https://b/\npointerMaxAge = 0\n[android]\naudience = 1200000\npackageName = a.b\n"
		       "[ios]\naudience = 0\nbundleId = c\n[harmony]\naudience = 100000000000\nbundleName = d.e\n"
		       "[segments]\nmax = 65536\n[filter]\nfpr = 0.000001\n[policy]\nstrictResources = true\n"
		       "maxConcurrentTasks = 1\nmaxWindowDays = 365\nrequireCanary = true\n");
	assert_int_equal(r.d.n, 0);
	assert_true(slice_eqs(app.tenant_id, "T1"));
	assert_true(slice_eqs(app.name, "D\xc3\xa9mo; x"));
	assert_int_equal(app.nbases, 2);
	assert_true(slice_eqs(app.bases[1], "https://b/"));
	assert_int_equal(app.pointer_max_age, 0);
	assert_int_equal(app.audience[PLATFORM_ANDROID], 1200000);
	assert_int_equal(app.audience[PLATFORM_IOS], 0);
	assert_true(app.audience[PLATFORM_HARMONY] == INT64_C(100000000000));
	assert_true(slice_eqs(app.package_name[PLATFORM_ANDROID], "a.b"));
	assert_true(slice_eqs(app.package_name[PLATFORM_IOS], "c"));
	assert_true(slice_eqs(app.package_name[PLATFORM_HARMONY], "d.e"));
	assert_int_equal(app.segments_max, 65536);
	assert_true(slice_eqs(app.filter_fpr, "0.000001"));
	assert_true(app.strict_resources);
	assert_true(app.require_canary);
	assert_int_equal(app.max_concurrent_tasks, 1);
	assert_int_equal(app.max_window_days, 365);
	repo_release(&r);
}

/* A key that two lines set, and one that is refused, keep what is sane. */
static void test_errors_keep_defaults(void **state)
{
	struct app app;
	struct repo r;

	read_into(&app, &r, "[app]\nappId = !\nworkspaceId = w\n" CDN "[policy]\nmaxWindowDays = 0\n");
	assert_int_equal(app.app_code.n, 0);
	assert_int_equal(app.max_window_days, 7);
	repo_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors_keep_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
