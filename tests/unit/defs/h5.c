/* What of an h5 app reaches the model. What is refused is in tests/cli/check/h5.test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "defs/defs.h"
#include "repo.h"

#define APP    "apps/demo/"
#define SHOP   APP "h5/20171228/"
#define SHARED APP "h5/10000001/"
#define INI    "[app]\nappId = D\nworkspaceId = w\n[cdn]\nbaseUrl = https://h/\n[h5]\nvhost = v.com\nglobalHost = g.com\n"
#define NORMAL "{\"name\":\"shop\",\"resourceType\":\"normal\"}"
#define GLOBAL "{\"name\":\"shared\",\"resourceType\":\"global\"}"
#define TASKS  "\"tasks\":[{\"id\":\"t\",\"type\":\"official\",\"publishedAt\":\"2026-11-18T08:00:00Z\"}]"

/* A release.json; `more` ends in a comma. */
#define RELEASE(version, more) "{" more "\"version\":\"" version "\"," TASKS "}"
#define PAGE                   "\"mainUrl\":\"/www/index.html\","
#define IOS                    "\"platform\":[\"ios\"],\"clientVersion\":{\"ios\":{\"min\":\"1.0\"}},"

static const struct repo_file files[REPO_FILES] = {
	{ APP "app.ini", INI },
	{ SHARED "app.json", GLOBAL },
	{ SHARED "2.0/release.json",
	  RELEASE("2.0",
		  "\"repeatNebula\":true,\"platform\":\"all\",\"clientVersion\":{\"android\":{\"min\":\"1\",\"max\":"
		  "\"2\"},\"ios\":{\"min\":\"1\",\"max\":\"3\"},\"harmony\":{\"min\":\"1\",\"max\":\"1.0\"}},") },
	{ SHARED "2.0/files/lib/a.js", "1" },
	{ SHOP "app.json", NORMAL },
	{ SHOP "1.0.0.10/release.json",
	  RELEASE("1.0.0.10",
		  PAGE IOS "\"memo\":\"m\",\"autoInstall\":\"any\",\"installType\":\"preload\",\"extendInfo\":"
			   "{\"b\\u001f\":[1, {}],\"a\":{\"z\":null,\"y\":\"\\/\\n\\u00e4\\\\u001F\"}},") },
	{ SHOP "1.0.0.10/www/index.html", "x" },
	{ SHOP "1.0.0.9/release.json",
	  RELEASE("1.0.0.9", PAGE IOS "\"autoInstall\":\"wifi\",\"installType\":\"lazy\",\"extendInfo\":{},") },
	{ SHOP "1.0.0.9/package.zip", "not looked into here" },
};

static void add_range(struct strbuf *out, const struct h5_release *h, enum platform p)
{
	const struct client_range *range = &h->client[p];

	if (!h->r.platforms[p])
		return;
	strbuf_addf(out, " %s ", platform_name(p));
	version_format(out, &range->min);
	strbuf_adds(out, "..");
	if (range->has_max)
		version_format(out, &range->max);
}

static void add_release(struct strbuf *out, const struct release *r)
{
	const struct h5_release *h = h5_of(r);

	strbuf_addf(out, SLICE_FMT " " SLICE_FMT " of " SLICE_FMT "%s:", SLICE_ARG(r->slot), SLICE_ARG(r->version_text),
		    SLICE_ARG(h->app->name), h->app->global ? " (global)" : "");
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		add_range(out, h, (enum platform)p);
	strbuf_addf(out,
		    "; %s " SLICE_FMT "; page " SLICE_FMT "; %s %s %s; info " SLICE_FMT "; memo " SLICE_FMT
		    "; %zu task\n",
		    h->is_folder ? "folder" : "zip", SLICE_ARG(slice_from(h->input, r->folder.n + 1)),
		    SLICE_ARG(h->main_url), h->any_network ? "any" : "wifi", h->preload ? "preload" : "lazy",
		    h->repeat_nebula ? "repeat" : "once", SLICE_ARG(h->extend_info), SLICE_ARG(r->memo), r->ntasks);
}

static void test_model(void **state)
{
	static const char want[] =
		"10000001 2.0 of shared (global): android 1..2 ios 1..3 harmony 1..1; folder files; page ; wifi lazy "
		"repeat; "
		"info ; memo ; 1 task\n"
		"20171228 1.0.0.9 of shop: ios 1..; zip package.zip; page /www/index.html; wifi lazy once; info {}; "
		"memo ; 1 "
		"task\n"
		"20171228 1.0.0.10 of shop: ios 1..; folder www; page /www/index.html; any preload once; info "
		"{\"a\":{\"y\":\"/\\n\xc3\xa4\\\\u001F\",\"z\":null},\"b\\u001f\":[1,{}]}; memo m; 1 task\n";
	struct strbuf got = STRBUF_INIT;
	struct model model;
	struct repo r;

	repo_init(&r, files);
	int result = defs_load(&model, &r.tree, 1795248000, &r.a, &r.d);
	char *said = repo_said(&r);
	assert_string_equal(said, "");
	assert_int_equal(result, 0);
	assert_int_equal(model.apps[0].nh5_apps, 2);
	assert_int_equal(model.apps[0].nreleases[KIND_H5], 3);
	for (size_t i = 0; i < 3; i++)
		add_release(&got, model.apps[0].releases[KIND_H5][i]);
	assert_string_equal(got.p, want);
	free(said);
	strbuf_release(&got);
	repo_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
