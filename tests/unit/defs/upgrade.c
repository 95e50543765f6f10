#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/upgrade.h"
#include "world.h"

#define ANDROID "up/android/5.0.0/release.json"
#define SHA     "0000000000000000000000000000000000000000000000000000000000000000"
/* The package begins in line 2. */
#define PACKAGE(text) "{'platform':'android','version':'5.0.0','tasks':[],'package':\n" text "}"

static void test_messages(void **state)
{
	static const struct {
		const char *rel, *text, *said;
	} cases[] = {
		{ ANDROID,
		  "{'platform':'ios','version':'5.0.1','package':{'file':'app.apk'},'tasks':[],'distribution':1,'"
		  "symbols':2}",
		  "1:13: error: 'platform' is 'ios', but the folder is named 'android'\n"
		  "1:29: error: 'version' is '5.0.1', but the folder is named '5.0.0'\n"
		  "1:77: error: 'distribution' belongs to ios; this release is for android\n"
		  "1:94: error: 'symbols' belongs to ios; this release is for android\n" },
		{ ANDROID, "{'platform':'android','version':'5.0','package':{'file':'app.apk'},'tasks':[]}",
		  "1:33: error: 'version' is '5.0', but the folder is named '5.0.0'\n" },
		{ ANDROID, "{'platform':'android','version':'5.0.x','package':{'file':'app.apk'},'tasks':[]}",
		  "1:33: error: '5.0.x' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n" },
		{ ANDROID,
		  "{'platform':'android','version':'5.0.0','package':{'file':'app.apk'},'tasks':[],'memo':0,'"
		  "downloadVerification':'yes','distribtion':1}",
		  "1:88: error: 'memo' must be a string, not a number\n"
		  "1:113: error: 'downloadVerification' must be true or false, not a string\n"
		  "1:119: error: unknown key 'distribtion'\n" },
		{ ANDROID, PACKAGE("'app.apk'"), "2:1: error: 'package' must be an object, not a string\n" },
		{ ANDROID, PACKAGE("{}"), "2:1: error: missing key 'file' or 'url'\n" },
		{ ANDROID, PACKAGE("{'file':'app.apk','size':1}"),
		  "2:19: error: 'size' belongs to a package kept elsewhere; this one names a 'file'\n" },
		{ ANDROID, PACKAGE("{'file':'aap.apk'}"),
		  "2:9: error: there is no file 'aap.apk' in this folder; did you mean 'app.apk'?\n" },
		{ ANDROID, PACKAGE("{'file':'sub/b.apk'}"), "" },
		{ ANDROID, PACKAGE("{'file':'../app.apk'}"),
		  "2:9: error: 'file' is '../app.apk'; it must not leave the release's folder\n" },
		{ ANDROID, PACKAGE("{'file':'/app.apk'}"),
		  "2:9: error: 'file' is '/app.apk'; it must be relative to the release's folder\n" },
		{ ANDROID, PACKAGE("{'file':'sub\\\\b.apk'}"),
		  "2:9: error: 'file' is 'sub\\b.apk'; it must separate folders by '/'\n" },
		{ ANDROID, PACKAGE("{'file':'sub//b.apk'}"),
		  "2:9: error: 'file' is 'sub//b.apk'; it must not have empty parts or '.'\n" },
		{ ANDROID, PACKAGE("{'file':'./app.apk'}"),
		  "2:9: error: 'file' is './app.apk'; it must not have empty parts or '.'\n" },
		{ ANDROID, PACKAGE("{'file':''}"), "2:9: error: 'file' is ''; it must not be empty\n" },
		{ ANDROID, PACKAGE("{'file':'release.json'}"),
		  "2:9: error: 'file' is 'release.json'; it must end in '.apk'\n" },
		{ ANDROID, PACKAGE("{'file':1}"), "2:9: error: 'file' must be a string, not a number\n" },
		{ ANDROID, PACKAGE("{'file':'a\\nb.apk'}"),
		  "2:9: error: 'file' is 'a?b.apk'; it must not hold control characters\n" },
		{ ANDROID, PACKAGE("{'url':'https://h/x.apk','size':1,'sha256':'" SHA "'}"), "" },
		{ ANDROID,
		  PACKAGE("{'url':'https://h/x.apk','size':1,'sha256':'" SHA
			  "','md5':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}"),
		  "" },
		{ ANDROID, PACKAGE("{'url':'http://h/x.apk','size':0,'sha256':'A','md5':'x'}"),
		  "2:8: error: 'url' is 'http://h/x.apk'; it must begin with 'https://'; http is for loopback hosts\n"
		  "2:32: error: size is 0; it must be at least 1\n"
		  "2:43: error: 'sha256' must be 64 lower-case hex digits\n"
		  "2:53: error: 'md5' must be 32 lower-case hex digits\n" },
		{ ANDROID, PACKAGE("{'url':'http://127.0.0.1:80/x','size':-1,'sha256':1}"),
		  "2:39: error: size is -1; it must be at least 1\n"
		  "2:51: error: 'sha256' must be a string, not a number\n" },
		{ ANDROID, PACKAGE("{'url':'ftp://h','sha265':''}"),
		  "2:1: error: missing key 'sha256'\n"
		  "2:1: error: missing key 'size'\n"
		  "2:8: error: 'url' is 'ftp://h'; it must begin with 'https://'\n"
		  "2:18: error: unknown key 'sha265'; did you mean 'sha256'?\n" },
		{ ANDROID, PACKAGE("{'url':'https://u@h/','size':1,'sha256':'" SHA "'}"),
		  "2:8: error: 'url' is 'https://u@h/'; it must not name a user\n" },
		{ ANDROID, PACKAGE("{'url':'https://h/a b','size':1,'sha256':'" SHA "'}"),
		  "2:8: error: 'url' is 'https://h/a b'; it must be printable ASCII, everything else "
		  "percent-encoded\n" },
		{ ANDROID, PACKAGE("{'url':'https:///x','size':1,'sha256':'" SHA "'}"),
		  "2:8: error: 'url' is 'https:///x'; it must name a host, and at most a port behind it\n" },
		{ ANDROID, PACKAGE("{'size':1,'sha256':'','flie':1}"),
		  "2:1: error: missing key 'file' or 'url'\n"
		  "2:23: error: unknown key 'flie'; did you mean 'file'?\n" },
		{ "up/andriod/1/release.json", "{'platform':'andriod'}",
		  "1:13: error: the folder 'andriod' is not a platform: android, ios or harmony\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct upgrade u;
		world_init(&w);
		print_message("%s\n", cases[i].text);
		(void)!upgrade_read(&u, &w.s, world_origin(&w, cases[i].text), slice_of(cases[i].rel));
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_model(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	assert_int_equal(
		upgrade_read(&u, &w.s,
			     world_origin(&w, "{'$schema':'x','platform':'android','version':'5.0.0','memo':'m',"
					      "'package':{'file':'sub/b.apk'},'downloadVerification':true,"
					      "'needClientNetType':['wifi','4g'],'tasks':[]}"),
			     SLICE(ANDROID)),
		0);
	assert_int_equal(w.d.n, 0);
	assert_true(u.platform == PLATFORM_ANDROID && slice_eqs(u.r.version_text, "5.0.0") && u.version.n == 1);
	assert_true(slice_eqs(u.r.memo, "m") && u.download_verification && u.nneed_client_net_type == 2);
	assert_true(slice_eqs(u.need_client_net_type[1], "4g"));
	assert_true(slice_eqs(u.package.file, "sub/b.apk") && slice_eqs(u.package.rel, "up/android/5.0.0/sub/b.apk"));
	assert_true(scope_is_named(&w.s, SLICE("up/android/5.0.0/sub/b.apk")));
	assert_false(scope_is_named(&w.s, SLICE("up/android/5.0.0/app.apk")));
	world_release(&w);
}

static void test_url_package(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	assert_int_equal(
		upgrade_read(
			&u, &w.s,
			world_origin(&w, PACKAGE("{'url':'https://h/a.apk','size':9007199254740993,'sha256':'ff" SHA
						 "','md5':'0123456789abcdef0123456789abcdef'}")),
			SLICE(ANDROID)),
		0);
	assert_int_equal(w.d.n, 1); /* 66 digits */
	world_release(&w);

	world_init(&w);
	assert_int_equal(
		upgrade_read(&u, &w.s,
			     world_origin(&w, PACKAGE("{'url':'https://h/a.apk','size':9007199254740993,'sha256':'" SHA
						      "','md5':'0123456789abcdef0123456789abcdef'}")),
			     SLICE(ANDROID)),
		0);
	assert_int_equal(w.d.n, 0);
	assert_true(slice_eqs(u.package.url, "https://h/a.apk") && !u.package.rel.n);
	assert_true(u.package.size == 9007199254740993 && u.package.has_md5 && u.package.md5[1] == 0x23);
	world_release(&w);
}

/* Strict resources speak of rules, not of what is handed to the client. */
static void test_net_types_not_listed(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	w.app.strict_resources = true;
	assert_int_equal(
		upgrade_read(&u, &w.s,
			     world_origin(&w, "{'platform':'android','version':'5.0.0','package':{'file':'app.apk'},"
					      "'needClientNetType':['wifi'],'tasks':[]}"),
			     SLICE(ANDROID)),
		0);
	assert_int_equal(w.d.n, 0);
	world_release(&w);
}

#define IOS(distribution)                                                                                              \
	"{'platform':'ios','version':'5.0.0','symbols':'d/dsym.tgz','tasks':[],'distribution':" distribution "}"

static void read_ios(struct upgrade *u, struct world *w, const char *text)
{
	world_init(w);
	w->app.package_name[PLATFORM_IOS] = SLICE("com.example.demo");
	assert_int_equal(upgrade_read(u, &w->s, world_origin(w, text), SLICE("up/ios/5.0.0/release.json")), 0);
	assert_int_equal(w->d.n, 0);
	assert_true(u->platform == PLATFORM_IOS && u->r.platforms[PLATFORM_IOS] && !u->r.platforms[PLATFORM_ANDROID]);
	assert_true(slice_eqs(u->r.slot, "ios") && slice_eqs(u->r.folder, "up/ios/5.0.0"));
	assert_true(slice_eqs(u->symbols, "up/ios/5.0.0/d/dsym.tgz"));
	assert_true(scope_is_named(&w->s, u->symbols));
}

static void test_distributions(void **state)
{
	struct world w;
	struct upgrade u;

	read_ios(&u, &w, IOS("{'type':'appStore','url':'https://apps.apple.com/app/id1'}"));
	assert_true(u.distribution == DIST_APP_STORE && slice_eqs(u.link, "https://apps.apple.com/app/id1"));
	assert_true(!u.bundle_id.n && !u.package.url.n && !u.expires && !u.max_testers);
	world_release(&w);

	read_ios(&u, &w,
		 IOS("{'type':'enterprise','icon':'icon.png','package':{'url':'https://h/a.ipa','size':7,'sha256':'" SHA
		     "'}}"));
	assert_true(u.distribution == DIST_ENTERPRISE && !u.link.n && u.package.size == 7);
	assert_true(slice_eqs(u.icon, "up/ios/5.0.0/icon.png") && slice_eqs(u.bundle_id, "com.example.demo"));
	world_release(&w);

	read_ios(&u, &w,
		 IOS("{'type':'enterprise','bundleId':'com.in-house','package':{'url':'https://h/a.ipa','size':7,"
		     "'sha256':'" SHA "'}}"));
	assert_true(slice_eqs(u.bundle_id, "com.in-house") && !u.icon.n);
	world_release(&w);

	read_ios(&u, &w,
		 IOS("{'type':'testFlight','publicLink':'https://h/j','expires':'2026-11-21T08:00:00Z',"
		     "'maxTesters':10000}"));
	assert_true(u.distribution == DIST_TEST_FLIGHT && slice_eqs(u.link, "https://h/j"));
	assert_true(u.max_testers == 10000 && u.expires == w.s.commit_time);
	world_release(&w);
}

static void test_harmony(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	assert_int_equal(upgrade_read(&u, &w.s,
				      world_origin(&w, "{'platform':'harmony','version':'5','tasks':[],'package':"
						       "{'url':'https://h/a.hap','size':7,'sha256':'" SHA "'}}"),
				      SLICE("up/harmony/5/release.json")),
			 0);
	assert_int_equal(w.d.n, 0);
	assert_true(u.platform == PLATFORM_HARMONY && u.distribution == DIST_PACKAGE && u.package.size == 7);
	world_release(&w);
}

/* The folder counts where a key says something else: a copied folder is one error, not also a version that is there twice. */
static void test_folder_counts(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	assert_int_equal(upgrade_read(&u, &w.s,
				      world_origin(&w, "{'platform':'android','version':'4.9','package':{'file':"
						       "'app.apk'},'tasks':[]}"),
				      SLICE(ANDROID)),
			 0);
	assert_int_equal(w.d.n, 1);
	assert_true(slice_eqs(u.r.version_text, "5.0.0") && u.version.part[0] == 5);
	world_release(&w);
}

static struct upgrade numbered(struct world *w, const char *text)
{
	struct upgrade u = { .r = { .slot = SLICE("android"), .version_text = slice_of(text) } };

	u.r.origin = (struct origin){ arena_printf(&w->a, "%s.json", text).p,
				      arena_printf(&w->a, "{\"version\": \"%s\"}", text) };
	assert_true(version_parse(&u.version, u.r.version_text));
	return u;
}

static void test_finish(void **state)
{
	struct world w;

	world_init(&w);
	struct upgrade v[] = { numbered(&w, "5.0.0"), numbered(&w, "9.9.0"), numbered(&w, "5"), numbered(&w, "9.9"),
			       numbered(&w, "5.0") };
	v[1].platform = PLATFORM_IOS;
	v[1].r.slot = SLICE("ios");
	w.app.upgrades = v;
	w.app.nupgrades = COUNT(v);
	upgrades_finish(&w.app, &w.s);
	assert_true(slice_eqs(v[0].r.version_text, "5") && slice_eqs(v[2].r.version_text, "5.0.0"));
	assert_true(slice_eqs(v[3].r.version_text, "9.9") && slice_eqs(v[4].r.version_text, "9.9.0"));
	char *said = world_said(&w);
	assert_string_equal(said, "5.0.0.json:1:13: error: '5.0.0' is the same version as '5' of 5.json\n"
				  "5.0.json:1:13: error: '5.0' is the same version as '5' of 5.json\n");
	free(said);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),      cmocka_unit_test(test_model),
		cmocka_unit_test(test_url_package),   cmocka_unit_test(test_net_types_not_listed),
		cmocka_unit_test(test_distributions), cmocka_unit_test(test_harmony),
		cmocka_unit_test(test_folder_counts), cmocka_unit_test(test_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
