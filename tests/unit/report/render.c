/* Renders of small models. Forms of lines are in tests/golden (the example uses all of them), and the property compares what they
 * say with what devices get; here is what these have little of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../plan/make.h"
#include "report/render.h"

#define COMMIT_TIME 1000

static void is_text(const struct app *app, const struct filetree *tree, const char *path, const char *want)
{
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;
	struct render r;
	size_t found = 0;

	assert_int_equal(render_app(&r, app, COMMIT_TIME, tree, &a, &d), 0);
	for (size_t i = 0; i < r.n; i++) {
		assert_true(render_is_path(slice_of(r.v[i].path)));
		if (strcmp(r.v[i].path, path) != 0)
			continue;
		found++;
		assert_string_equal(strchr(r.v[i].text.p, '\n') + 1, want);
	}
	assert_int_equal(found, want != NULL);
	arena_release(&a);
	diags_release(&d);
}

static const struct filetree no_files = { .v = NULL };

/* --- one file for all platforms ------------------------------------------------------------------------------------------- */

static struct switch_value value(const char *text, bool android, bool ios, const struct rules *rules)
{
	struct switch_value v = { .id = slice_of(text), .value = slice_of(text) };

	v.platforms[PLATFORM_ANDROID] = android;
	v.platforms[PLATFORM_IOS] = ios;
	if (rules)
		v.rules = *rules;
	return v;
}

static void test_switch(void **state)
{
	struct arena a = ARENA_INIT;
	struct rule city = make_list(&a, "city", RULE_EXCLUDES, "x");
	const struct rules rules = { &city, 1 };
	struct switch_value values[] = { value("a", false, true, NULL), value("b", true, true, &rules),
					 value("c", true, true, NULL), value("d", true, false, NULL) };
	struct switch_def sw[] = { { .key = SLICE("Off"), .values = values, .nvalues = 4 },
				   { .key = SLICE("On"), .active = true, .values = values, .nvalues = 4 } };
	struct app app = { .app_code = SLICE("A"), .switches = sw, .nswitches = 2 };

	is_text(&app, &no_files, "switch/On.txt",
		"\nvalue a\n    id a\n    on ios\n"
		"\nvalue b\n    id b\n    on android\n    when city is none of\n        x\n"
		"\nvalue c\n    id c\n    on android\n");
	is_text(&app, &no_files, "switch/Off.txt", NULL);
	arena_release(&a);
}

/* Two releases with two tasks each, on platforms of their own: the order is that of ranks, not of platforms. */
static void test_h5(void **state)
{
	struct arena a = ARENA_INIT;
	struct h5_app of = { .id = SLICE("10000001"), .name = SLICE("Main") };
	struct h5_release h5[2];
	struct app app = { .app_code = SLICE("A"), .h5_apps = &of, .nh5_apps = 1, .h5 = h5, .nh5 = 2 };
	struct task tasks[] = { make_task("late", TASK_PERCENTAGE, 900), make_task("early", TASK_PERCENTAGE, 800) };

	for (size_t i = 0; i < 2; i++) {
		h5[i] = (struct h5_release){ .r = make_release(&a, KIND_H5, "10000001", i ? "2" : "1", tasks, 2),
					     .app = &of };
		h5[i].r.platforms[PLATFORM_IOS] = i == 0;
		h5[i].r.platforms[PLATFORM_ANDROID] = i == 1;
		for (size_t k = 0; k < 2; k++)
			h5[i].r.tasks[k].rules.n = 0;
		h5[i].client[PLATFORM_IOS].min = make_version("1");
		h5[i].client[PLATFORM_ANDROID].min = make_version("3");
		h5[i].client[PLATFORM_ANDROID].has_max = true;
		h5[i].client[PLATFORM_ANDROID].max = make_version("4.0");
	}
	app_list_releases(&app, &a);
#define GETS                                                                                                           \
	"    for 50 % of users or devices\n    gets\n        name Main\n        autoInstall wifi\n        "            \
	"installType lazy\n"
	is_text(&app, &no_files, "h5/10000001.txt",
		"\nrelease 2, task late: gray by percentage\n    on android, appVersion from 3 to 4\n" GETS
		"\nrelease 2, task early: gray by percentage\n    on android, appVersion from 3 to 4\n" GETS
		"\nrelease 1, task late: gray by percentage\n    on ios, appVersion at least 1\n" GETS
		"\nrelease 1, task early: gray by percentage\n    on ios, appVersion at least 1\n" GETS);
	arena_release(&a);
}

/* --- windows -------------------------------------------------------------------------------------------------------------- */

static void test_shares(void **state)
{
	static const struct {
		uint64_t users;
		int64_t audience;
		const char *want;
	} cases[] = {
		{ 10, 10, "10 of 10 devices: 100 %" },
		{ 11, 10, "11 of 10 devices: 100 %" },
		{ 9, 10, "9 of 10 devices: 50.11872336 %" },
		{ 2, 3, "2 of 3 devices: 10 %" },
		{ 1, 1000, "1 of 1000 devices: 0.004542370421 %" },
		{ 1, 2000000, "1 of 2000000 devices: 0.00000227010143 %" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct task task = make_task("w", TASK_WINDOW, 900);
		struct upgrade u;
		struct app app = { .app_code = SLICE("A"), .upgrades = &u, .nupgrades = 1 };
		struct diags d = DIAGS_INIT;
		struct render r;
		char line[100];

		task.window = (struct window){ .end = 2000, .users = cases[i].users, .audience = cases[i].audience };
		u = make_upgrade(&a, "1", &task, 1);
		u.distribution = DIST_APP_STORE;
		app_list_releases(&app, &a);
		assert_int_equal(render_app(&r, &app, COMMIT_TIME, &no_files, &a, &d), 0);
		print_message("%s\n", cases[i].want);
		snprintf(line, sizeof(line), "\n    for %s\n    gets\n", cases[i].want);
		assert_non_null(strstr(r.v[0].text.p, line));
		arena_release(&a);
		diags_release(&d);
	}
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */

static int locate(void *ctx, struct file_place *out, const struct file_entry *e, struct arena *a, struct diags *d)
{
	const uint64_t *sizes = ctx;

	out->size = sizes[e->path[0] - 'a'];
	return out->size ? 0 : diag_error(d, SRCPOS_FILE(e->path), "not a regular file");
}

static void test_files(void **state)
{
	static const struct file_entry entries[] = {
		{ .path = "a", .rel = { "patch/1/patch.json", 18 } },
		{ .path = "b", .rel = { "patch/base.hap", 14 } },
		{ .path = "c", .rel = { "patch/ets/x", 11 } },
		{ .path = "d", .rel = { "patch/ets/y", 11 } },
	};
	uint64_t sizes[] = { 1, 20, 300, 4000 };
	const struct filetree tree = { entries, COUNT(entries), sizes, NULL, locate };
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;
	struct quickfix_source source = {
		SLICE("patch/1/patch.json"), SLICE("patch/base.hap"), SLICE("patch/ets"), { NULL, 0 }
	};
	struct task task = make_task("all", TASK_OFFICIAL, 900);
	struct quickfix q = { .r = make_release(&a, KIND_QUICKFIX, "com.example/1", "7", &task, 1),
			      .patch_version_code = 7,
			      .input = QUICKFIX_MODULES,
			      .sources = &source,
			      .nsources = 1 };
	struct app app = { .app_code = SLICE("A"), .quickfixes = &q, .nquickfixes = 1 };
	struct render r;

	app_list_releases(&app, &a);
	is_text(&app, &tree, "quickfix/com.example/1.txt",
		"\nrelease 7, task all: official\n    when patchVersionCode below 7 (or not known)\n    gets\n"
		"        patch patch/1/patch.json, 1 byte\n        base patch/base.hap, 20 bytes\n"
		"        ets patch/ets/, 2 files of 4300 bytes\n");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint64_t size = sizes[i];

		sizes[i] = 0;
		assert_int_equal(render_app(&r, &app, COMMIT_TIME, &tree, &a, &d), -1);
		assert_int_equal(d.errors, i + 1);
		sizes[i] = size;
	}
	arena_release(&a);
	diags_release(&d);
}

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		bool ours;
	} cases[] = {
		{ "upgrade/android.txt", true },
		{ "quickfix/a/1.txt", true },
		{ "switch/K.txt", true },
		{ "upgrade/android.json", false },
		{ "upgrade", false },
		{ "other/android.txt", false },
		{ "android.txt", false },
		{ "", false },
		{ "upgrades/android.txt", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("\"%s\"\n", cases[i].path);
		assert_int_equal(render_is_path(slice_of(cases[i].path)), cases[i].ours);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_switch), cmocka_unit_test(test_h5),
					    cmocka_unit_test(test_shares), cmocka_unit_test(test_files),
					    cmocka_unit_test(test_paths) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
