/* Files made in memory: what is listed, and what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cmd.h"
#include "cmd/payloads.h"

const struct command *const commands[] = { NULL }; /* the table of the program */
const size_t ncommands = 0;

struct test {
	struct arena mem;
	struct diags d;
	struct digests *digests;
	struct app app;
	struct payloads p;
	struct objects objects;
};

static void init(struct test *t)
{
	*t = (struct test){ .mem = ARENA_INIT, .d = DIAGS_INIT, .objects = OBJECTS_INIT };
	assert_int_equal(digests_new(&t->digests), 0);
	t->app.origin.path = "app.ini";
	t->p = (struct payloads){ .app = &t->app, .maker = { .digests = t->digests, .a = &t->mem, .d = &t->d } };
}

static void release(struct test *t)
{
	payloads_release(&t->p);
	objects_release(&t->objects);
	digests_free(t->digests);
	diags_release(&t->d);
	arena_release(&t->mem);
}

static void test_listed(void **state)
{
	char path[] = "pages/b.html", bytes[] = "page";
	struct test t;

	(void)state;
	init(&t);
	assert_int_equal(payloads_list(&t.p, &t.objects), 0);
	assert_int_equal(t.objects.n, 0); /* nothing is listed nowhere */
	assert_int_equal(payloads_add(&t.p, slice_of(path), slice_of(bytes)), 0);
	assert_int_equal(payloads_add(&t.p, SLICE("pages/a.html"), (struct slice){ NULL, 0 }), 0);
	memset(path, 'x', sizeof(path) - 1);
	assert_int_equal(payloads_list(&t.p, &t.objects), 0);
	assert_int_equal(t.objects.n, 1);
	assert_string_equal(
		t.objects.v[0].data.p,
		"{\"files\":{\"pages/a.html\":[\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",0],"
		"\"pages/"
		"b.html\":[\"3660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c23274\",4]},\"format\":1}");
	release(&t);
}

static void test_refused(void **state)
{
	static const struct {
		const char *paths[3];
		const char *said;
	} cases[] = {
		{ { "pages/a", "pages/b", "pages/a" }, "two files of the tree are named pages/a" },
		{ { "index.html" }, "cannot write index.html: a path is in no folder" },
		{ { "targets/a" },
		  "cannot write targets/a: a path is in the place of metadata/, targets/ or build.json" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;
		int bad = 0;

		print_message("%s\n", cases[i].said);
		init(&t);
		for (size_t k = 0; k < COUNT(cases[i].paths) && cases[i].paths[k] && !bad; k++)
			bad = payloads_add(&t.p, slice_of(cases[i].paths[k]), SLICE("x"));
		assert_int_equal(bad ? bad : payloads_list(&t.p, &t.objects), -1);
		assert_string_equal(t.d.v[0].text, cases[i].said);
		assert_int_equal(diags_exit(&t.d), 3);
		release(&t);
	}
}

/* No live offer refers to the release; the preset does, and so its files are listed. */
static void test_presets(void **state)
{
	struct slice base = SLICE("https://b/");
	struct h5_app h5_app = { .id = SLICE("20171228") };
	struct task task = { .type = TASK_OFFICIAL, .status = STATUS_RELEASING };
	struct h5_release releases[] = {
		{ .r = { .version_text = SLICE("1"), .platforms = { true }, .tasks = &task, .ntasks = 1 },
		  .app = &h5_app },
		{ .r = { .version_text = SLICE("2"), .platforms = { true } }, .app = &h5_app },
	};
	struct listed_file files[] = { { .path = SLICE("h5/1") }, { .path = SLICE("h5/2") } };
	struct h5_package packages[] = { { .release = &releases[0], .files = { &files[0], 1 } },
					 { .release = &releases[1], .files = { &files[1], 1 } } };
	bool live[] = { false, false };
	struct test t;

	(void)state;
	init(&t);
	t.app.bases = &base;
	t.app.h5_apps = &h5_app;
	t.app.nh5_apps = 1;
	t.app.h5 = releases;
	t.app.nh5 = COUNT(releases);
	t.p.h5 = packages;
	t.p.nh5 = COUNT(packages);
	t.p.live = live;
	assert_int_equal(payloads_presets(&t.p, 0), 0);
	assert_int_equal(payloads_list(&t.p, &t.objects), 0);
	assert_int_equal(t.p.listed.n, 2);
	assert_true(slice_eqs(t.p.listed.v[0].path, "h5/1"));
	assert_true(slice_eqs(t.p.listed.v[1].path, "h5/preset/android/h5_json.json"));
	release(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_listed), cmocka_unit_test(test_refused),
						   cmocka_unit_test(test_presets) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
