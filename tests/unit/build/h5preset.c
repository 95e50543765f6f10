/* Which packages an app is shipped with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "build/h5preset.h"
#include "world.h"

#define NOW 1000

enum { BOTH, ANDROID, IOS };

/* One release of an app for each row, ascending; *: what android and ios have. */
static const struct {
	const char *what;
	struct {
		const char *id, *version;
		int platforms;
		struct task task;
	} v[3];
	const char *android, *ios; /* "id version id version" */
} cases[] = {
	{ "nothing", { { 0 } }, "", "" },
	{ "an official one",
	  { { "1", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } } },
	  "1 1.0 ",
	  "1 1.0 " },
	{ "the newest of each app, once",
	  { { "1", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } },
	    { "1", "1.1", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } },
	    { "2", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } } },
	  "1 1.1 2 1.0 ",
	  "1 1.1 2 1.0 " },
	{ "by platform",
	  { { "1", "1.0", ANDROID, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } },
	    { "1", "1.1", IOS, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } },
	    { "2", "1.0", ANDROID, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } } },
	  "1 1.0 2 1.0 ",
	  "1 1.1 " },
	{ "a gray one does not count",
	  { { "1", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING } },
	    { "1", "1.1", BOTH, { .type = TASK_WHITELIST, .status = STATUS_RELEASING } } },
	  "1 1.0 ",
	  "1 1.0 " },
	{ "nor an ended, a pending or a paused one",
	  { { "1", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_ENDED } },
	    { "1", "1.1", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_PENDING } },
	    { "1", "1.2", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_PAUSED } } },
	  "",
	  "" },
	{ "nor one for developers, or of tomorrow",
	  { { "1", "1.0", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = NOW } },
	    { "1", "1.1", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .dev = true } },
	    { "1", "1.2", BOTH, { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = NOW + 1 } } },
	  "1 1.0 ",
	  "1 1.0 " },
};

static void expect(struct world *w, enum platform p, const char *expected)
{
	struct strbuf json = STRBUF_INIT, seen = STRBUF_INIT;
	json_t *data, *entry;
	size_t i;

	assert_int_equal(h5_preset(&json, &w->app, p, NOW), 0);
	if (json.n) {
		json_t *all = json_loads(json.p, 0, NULL);

		data = json_object_get(all, "data");
		json_array_foreach(data, i, entry)
			strbuf_addf(&seen, "%s %s ", json_string_value(json_object_get(entry, "app_id")),
				    json_string_value(json_object_get(entry, "version")));
		assert_int_equal(json_integer_value(json_object_get(all, "resultCode")), 100);
		assert_true(json_array_size(data) > 0);
		json_decref(all);
	}
	assert_string_equal(seen.n ? seen.p : "", expected);
	strbuf_release(&json);
	strbuf_release(&seen);
}

static void test_presets(void **state)
{
	static struct slice base[] = { { "https://b/", 10 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct h5_app apps[] = { { .id = SLICE("1") }, { .id = SLICE("2") } };
		struct h5_release releases[COUNT(cases[i].v)];
		struct task tasks[COUNT(cases[i].v)];
		struct world w;
		size_t n = 0;

		print_message("%s\n", cases[i].what);
		world_init(&w);
		for (; n < COUNT(releases) && cases[i].v[n].id; n++) {
			tasks[n] = cases[i].v[n].task;
			releases[n] = (struct h5_release){ .r = { .version_text = slice_of(cases[i].v[n].version),
								  .tasks = &tasks[n],
								  .ntasks = 1 },
							   .app = &apps[cases[i].v[n].id[0] - '1'] };
			releases[n].r.platforms[PLATFORM_ANDROID] = cases[i].v[n].platforms != IOS;
			releases[n].r.platforms[PLATFORM_IOS] = cases[i].v[n].platforms != ANDROID;
		}
		w.app.bases = base;
		w.app.nbases = 1;
		w.app.h5_apps = apps;
		w.app.nh5_apps = COUNT(apps);
		w.app.h5 = releases;
		w.app.nh5 = n;
		expect(&w, PLATFORM_ANDROID, cases[i].android);
		expect(&w, PLATFORM_IOS, cases[i].ios);
		expect(&w, PLATFORM_HARMONY, "");
		world_release(&w);
	}
}

static void test_path(void **state)
{
	struct strbuf path = STRBUF_INIT;

	(void)state;
	h5_preset_path(&path, PLATFORM_HARMONY);
	assert_string_equal(path.p, "h5/preset/harmony/h5_json.json");
	strbuf_release(&path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_presets), cmocka_unit_test(test_path) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
