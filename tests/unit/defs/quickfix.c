/* What of a quick fix reaches the model. What is refused is in tests/cli/check/quickfixes.test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "defs/defs.h"
#include "repo.h"

#define APP "apps/demo/"
#define FIX APP "quickfixes/com.example.demo/"
#define INI                                                                                                            \
	"[app]\nappId = D\nworkspaceId = w\n[cdn]\nbaseUrl = https://h/\n[harmony]\naudience = 1\nbundleName = "       \
	"com.example.demo\n"
#define TASKS "\"tasks\":[{\"id\":\"t\",\"type\":\"rollback\",\"publishedAt\":\"2026-11-18T08:00:00Z\"}]"
#define HASH  "0F1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

static const struct repo_file files[REPO_FILES] = {
	{ APP "app.ini", INI },
	{ FIX "0/10/release.json", "{\"hqf\":[\"b.hqf\",\"sub/a.hqf\"]," TASKS "}" },
	{ FIX "0/10/b.hqf", "not looked into here" },
	{ FIX "0/10/sub/a.hqf", "nor here" },
	{ FIX "0/9/release.json", "{\"$schema\":\"s\",\"appqf\":\"x.appqf\"," TASKS "}" },
	{ FIX "0/9/x.appqf", "nor here" },
	{ FIX "2147483647/2147483647/release.json",
	  "{\"modules\":[{\"patch\":\"e/patch.json\",\"base\":\"e/e.hap\",\"ets\":\"e/ets\",\"libs\":\"e/libs\"},"
	  "{\"patch\":\"tv.json\",\"base\":\"e/e.hap\",\"libs\":\"e/libs\"}]," TASKS "}" },
	{ FIX "2147483647/2147483647/e/patch.json",
	  "{\"app\":{\"bundleName\":\"com.example.demo\",\"versionCode\":2147483647,\"versionName\":\"1\","
	  "\"patchVersionCode\":2147483647,\"patchVersionName\":\"2\"},\"module\":{\"name\":\"entry\",\"type\":"
	  "\"patch\","
	  "\"deviceTypes\":[\"phone\",\"tablet\"],\"originalModuleHash\":\"" HASH "\"}}" },
	{ FIX "2147483647/2147483647/tv.json",
	  "{\"app\":{\"bundleName\":\"com.example.demo\",\"versionCode\":2147483647,\"versionName\":\"1\","
	  "\"patchVersionCode\":2147483647,\"patchVersionName\":\"2\"},\"module\":{\"name\":\"entry\",\"type\":"
	  "\"patch\","
	  "\"deviceTypes\":[\"tv\"],\"originalModuleHash\":\"" HASH "\"}}" },
	{ FIX "2147483647/2147483647/e/e.hap", "nor here" },
	{ FIX "2147483647/2147483647/e/ets/modules.abc", "x" },
	{ FIX "2147483647/2147483647/e/libs/arm64-v8a/l.so", "x" },
};

static void add_path(struct strbuf *out, struct slice folder, const char *what, struct slice path)
{
	if (path.n)
		strbuf_addf(out, " %s " SLICE_FMT, what, SLICE_ARG(slice_from(path, folder.n + 1)));
}

static void add_release(struct strbuf *out, const struct release *r)
{
	static const char *const inputs[] = { "hqf", "appqf", "modules" };
	const struct quickfix *q = quickfix_of(r);

	strbuf_addf(out, SLICE_FMT " " SLICE_FMT " (" SLICE_FMT " %u %u%s) %s:", SLICE_ARG(r->slot),
		    SLICE_ARG(r->version_text), SLICE_ARG(q->bundle_name), (unsigned)q->version_code,
		    (unsigned)q->patch_version_code, r->platforms[PLATFORM_HARMONY] ? " harmony" : "",
		    inputs[q->input]);
	for (size_t i = 0; i < q->nsources; i++) {
		add_path(out, r->folder, "file", q->sources[i].file);
		add_path(out, r->folder, "base", q->sources[i].base);
		add_path(out, r->folder, "ets", q->sources[i].ets);
		add_path(out, r->folder, "libs", q->sources[i].libs);
		strbuf_adds(out, i + 1 < q->nsources ? ";" : "\n");
	}
}

static void test_model(void **state)
{
	static const char want[] =
		"com.example.demo/0 9 (com.example.demo 0 9 harmony) appqf: file x.appqf\n"
		"com.example.demo/0 10 (com.example.demo 0 10 harmony) hqf: file b.hqf; file sub/a.hqf\n"
		"com.example.demo/2147483647 2147483647 (com.example.demo 2147483647 2147483647 harmony) modules:"
		" file e/patch.json base e/e.hap ets e/ets libs e/libs; file tv.json base e/e.hap libs e/libs\n";
	struct strbuf got = STRBUF_INIT;
	struct model model;
	struct repo r;

	repo_init(&r, files);
	int result = defs_load(&model, &r.tree, 1795248000, &r.a, &r.d);
	char *said = repo_said(&r);
	assert_string_equal(said, "");
	assert_int_equal(result, 0);
	assert_int_equal(model.apps[0].nreleases[KIND_QUICKFIX], 3);
	for (size_t i = 0; i < 3; i++)
		add_release(&got, model.apps[0].releases[KIND_QUICKFIX][i]);
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
