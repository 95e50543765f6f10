#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "defs/transition.h"
#include "repo.h"

#define RELEASE "apps/demo/upgrades/android/1.0/release.json"
#define ENDED   "{'id':'a','status':'ended','percent':5}"

static const struct {
	const char *before, *now, *want; /* with ' for " */
} cases[] = {
	{ "{'tasks':[" ENDED "]}", "{'tasks':[" ENDED "]}", "" },
	{ "{'tasks':[" ENDED "]}", "{ 'tasks' : [ {'percent':5, 'status':'ended',\n'id':'a'} ], 'memo':'x' }", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'b'}," ENDED "]}", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[]}", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'releasing','percent':6}]}", "1:30 'status'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'b'},{'id':'a','status':'ended','percent':6}]}", "1:59 'percent'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'ended','percent':5,'memo':'x'}]}", "1:57 'memo'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'ended'}]}", "1:11 'percent'" },
	{ "{'tasks':[{'id':'a','status':'paused'}]}", "{'tasks':[" ENDED "]}", "" },
	{ "{'tasks':[{'id':'a'}]}", "{'tasks':[{'id':'a','percent':6}]}", "" },
	{ "{'tasks':{}}", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
	{ "no JSON", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
	{ "", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
};

static char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return copy;
}

static void check(const char *before, const char *now, const char *want)
{
	struct repo old, new;
	struct upgrade upgrade = { .r.origin = { RELEASE, slice_of(now) } };
	struct app app = { .upgrades = &upgrade, .nupgrades = 1 };
	struct model model = { .apps = &app, .napps = 1 };
	char got[256] = "";

	repo_init(&old, (struct repo_file[]){ { RELEASE, before }, { NULL, NULL } });
	repo_init(&new, (struct repo_file[]){ { RELEASE, now }, { NULL, NULL } });
	app_list_releases(&app, &new.a);
	transitions_check(&model, &new.tree, &old.tree, &new.a, &new.d);
	if (new.d.n) {
		char key[32] = "";

		assert_int_equal(sscanf(strstr(new.d.v[0].text, "leave ") + 6, "%31[^ ]", key), 1);
		snprintf(got, sizeof(got), "%u:%u %s", new.d.v[0].at.line, new.d.v[0].at.col, key);
	}
	assert_string_equal(got, want);
	assert_int_equal(old.d.n, 0);
	repo_release(&old);
	repo_release(&new);
}

static void test_cases(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *before = quoted(cases[i].before), *now = quoted(cases[i].now), *want = quoted(cases[i].want);

		print_message("%s -> %s\n", cases[i].before, cases[i].now);
		check(before, now, want);
		free(before);
		free(now);
		free(want);
	}
}

#define H5      "apps/demo/h5/20171228/1.0.0.1/"
#define CONTENT "'version':'1.0.0.1','mainUrl':'/www/i.html','platform':['ios','android']"
#define LIVE    ",'tasks':[{'id':'a'}]"

static const struct {
	const char *release[2], *file[2]; /* before, now; the file is www/i.html */
	bool frozen;
} published[] = {
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE "}" }, { "1", "1" }, false },
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE "}" }, { "1", "2" }, true },
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE ",'memo':'x','clientVersion':{},'repeatNebula':true}" },
	  { "1", "1" },
	  false },
	{ { "{" CONTENT LIVE "}", "{" CONTENT ",'tasks':[]}" }, { "1", "1" }, false },
	{ { "{" CONTENT LIVE "}", "{" CONTENT ",'tasks':[]}" }, { "1", "2" }, true },
	{ { "{" CONTENT ",'tasks':[]}", "{" CONTENT LIVE "}" }, { "1", "2" }, false },
	{ { "{" CONTENT "}", "{" CONTENT LIVE "}" }, { "1", "2" }, false },
	{ { "{" CONTENT ",'tasks':[{'status':'pending'}]}", "{" CONTENT LIVE "}" }, { "1", "2" }, false },
	{ { "{" CONTENT ",'tasks':[{'status':'pending'},{'status':'ended'}]}", "{" CONTENT LIVE "}" },
	  { "1", "2" },
	  true },
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE ",'autoInstall':'wifi','installType':'lazy'}" },
	  { "1", "1" },
	  false },
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE ",'autoInstall':'any'}" }, { "1", "1" }, true },
	{ { "{" CONTENT LIVE ",'installType':'preload'}", "{" CONTENT LIVE "}" }, { "1", "1" }, true },
	{ { "{" CONTENT LIVE "}", "{" CONTENT LIVE ",'extendInfo':{'a':'1'}}" }, { "1", "1" }, true },
	{ { "{" CONTENT LIVE ",'extendInfo':{'a':'1','b':[2]}}", "{" CONTENT LIVE ",'extendInfo':{'b':[2],'a':'1'}}" },
	  { "1", "1" },
	  false },
	{ { "{'platform':'all'" LIVE "}", "{'platform':['ios','harmony','android']" LIVE "}" }, { "1", "1" }, false },
	{ { "{'platform':'all'" LIVE "}", "{'platform':['ios','harmony']" LIVE "}" }, { "1", "1" }, true },
	{ { "{'platform':['ios']" LIVE "}", "{'platform':['android']" LIVE "}" }, { "1", "1" }, true },
	{ { "no JSON", "{" CONTENT LIVE "}" }, { "1", "2" }, false },
	{ { "[]", "{" CONTENT LIVE "}" }, { "1", "2" }, false },
};

static bool is_frozen(char *const release[2], const char *const file[2])
{
	struct h5_release h5 = { .r = { .kind = KIND_H5,
					.origin = { H5 "release.json", slice_of(release[1]) },
					.folder = slice_of("apps/demo/h5/20171228/1.0.0.1"),
					.version_text = SLICE("1.0.0.1") } };
	struct app app = { .h5 = &h5, .nh5 = 1 };
	struct model model = { .apps = &app, .napps = 1 };
	struct repo r[2];

	for (size_t i = 0; i < 2; i++)
		repo_init(&r[i], (struct repo_file[]){ { H5 "release.json", release[i] },
						       { H5 "www/i.html", file[i] },
						       { NULL, NULL } });
	app_list_releases(&app, &r[1].a);
	transitions_check(&model, &r[1].tree, &r[0].tree, &r[1].a, &r[1].d);
	bool frozen = r[1].d.errors == 1;
	if (frozen)
		assert_string_equal(r[1].d.v[0].text,
				    "version 1.0.0.1 is published with other content; raise the version");
	repo_release(&r[0]);
	repo_release(&r[1]);
	return frozen;
}

static void test_published(void **state)
{
	for (size_t i = 0; i < COUNT(published); i++) {
		char *release[2] = { quoted(published[i].release[0]), quoted(published[i].release[1]) };

		print_message("%s -> %s\n", published[i].release[0], published[i].release[1]);
		assert_int_equal(is_frozen(release, published[i].file), published[i].frozen);
		free(release[0]);
		free(release[1]);
	}
}

/* The same git object is not read; a file that is new or no regular file allows everything. */
static void test_absent(void **state)
{
	struct upgrade upgrade = { .r.origin = { RELEASE, SLICE("{}") } };
	struct app app = { .upgrades = &upgrade, .nupgrades = 1 };
	struct model model = { .apps = &app, .napps = 1 };
	struct repo empty, link, new;

	repo_init(&empty, (struct repo_file[]){ { NULL, NULL } });
	repo_init(&link, (struct repo_file[]){ { RELEASE, NULL }, { NULL, NULL } });
	repo_init(&new, (struct repo_file[]){ { RELEASE, "{}" }, { NULL, NULL } });
	app_list_releases(&app, &new.a);
	transitions_check(&model, &new.tree, &empty.tree, &new.a, &new.d);
	transitions_check(&model, &new.tree, &link.tree, &new.a, &new.d);
	assert_int_equal(new.d.n, 0);
	repo_release(&empty);
	repo_release(&link);
	repo_release(&new);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases), cmocka_unit_test(test_published),
					    cmocka_unit_test(test_absent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
