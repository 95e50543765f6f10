#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "build/pagelist.h"

#define NOW 1000

static struct slice bases[] = { { "https://cdn.example.com/demo/", 29 } };
static const struct app app = { .app_id = { "DEMO01", 6 },
				.app_code = { "DEMO01-default", 14 },
				.name = { "A & B", 5 },
				.bases = bases,
				.nbases = 1 };

struct world {
	struct arena mem;
	struct digests *digests;
	struct page_maker maker;
	struct compiled *compiled;
};

static int setup(void **state)
{
	static struct world w;

	w = (struct world){ .mem = ARENA_INIT };
	if (digests_new(&w.digests))
		return -1;
	w.maker = (struct page_maker){ &app, w.digests, &w.mem };
	w.compiled = ARENA_NEW(&w.mem, struct compiled);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	digests_free(w->digests);
	arena_release(&w->mem);
	return 0;
}

static struct upgrade *make_upgrade(struct world *w, enum platform platform, const char *version, struct task *tasks,
				    size_t ntasks)
{
	struct upgrade *u = ARENA_NEW(&w->mem, struct upgrade);

	*u = (struct upgrade){
		.r = { .kind = KIND_UPGRADE, .version_text = slice_of(version), .tasks = tasks, .ntasks = ntasks },
		.platform = platform
	};
	u->r.platforms[platform] = true;
	u->package = (struct package){ .rel = SLICE("a.apk"), .file = SLICE("a.apk"), .size = 2000000 };
	return u;
}

/* --- one release ---------------------------------------------------------------------------------------------------------- */

#define TASKS 3
static const struct {
	const char *name;
	struct task tasks[TASKS];
	size_t ntasks;
	bool listed;
	int64_t published;
} cases[] = {
	{ "official", { { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = 500 } }, 1, true, 500 },
	{ "official at the commit's time",
	  { { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = NOW } },
	  1,
	  true,
	  NOW },
	{ "official later on",
	  { { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = NOW + 1 } },
	  1,
	  false,
	  NOW + 1 },
	{ "official for developers",
	  { { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = 500, .dev = true } },
	  1,
	  false,
	  500 },
	{ "gray, and official but paused",
	  { { .type = TASK_PERCENTAGE, .status = STATUS_RELEASING, .published_at = 700 },
	    { .type = TASK_OFFICIAL, .status = STATUS_PAUSED, .published_at = 500 },
	    { .type = TASK_OFFICIAL, .status = STATUS_PENDING } },
	  3,
	  false,
	  700 },
	{ "gray before it was official",
	  { { .type = TASK_WHITELIST, .status = STATUS_RELEASING, .published_at = 100 },
	    { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = 600 },
	    { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = 500 } },
	  3,
	  true,
	  500 },
	{ "gray twice",
	  { { .type = TASK_WHITELIST, .status = STATUS_RELEASING, .published_at = 300 },
	    { .type = TASK_WINDOW, .status = STATUS_RELEASING, .published_at = 200 },
	    { .type = TASK_WINDOW, .status = STATUS_ENDED, .published_at = 100 } },
	  3,
	  false,
	  200 },
};

static void test_one(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct task tasks[TASKS];
		struct offer offer;
		struct pagelist list;
		const char *why = "";

		print_message("%s\n", cases[i].name);
		memcpy(tasks, cases[i].tasks, sizeof(tasks));
		offer = (struct offer){ .fate = OFFER_LIVE,
					.release =
						&make_upgrade(w, PLATFORM_ANDROID, "5.0", tasks, cases[i].ntasks)->r };
		w->compiled->n = 1;
		w->compiled->v[0].plan.kind = KIND_UPGRADE;
		w->compiled->v[0].plan.offers = (struct offers){ .v = &offer, .n = 1 };
		assert_int_equal(pagelist_collect(&list, &w->maker, w->compiled, NOW, &why), 0);
		assert_int_equal(list.n, 1);
		assert_int_equal(list.v[0].listed, cases[i].listed);
		assert_int_equal(list.v[0].published, cases[i].published);
		assert_int_equal(slice_eqs(list.v[0].path, "pages/android/5.0.html"), cases[i].listed);
	}
}

/* --- which ---------------------------------------------------------------------------------------------------------------- */

static struct task official[] = { { .type = TASK_OFFICIAL, .status = STATUS_RELEASING, .published_at = 500 } };
static struct task gray[] = { { .type = TASK_WHITELIST, .status = STATUS_RELEASING, .published_at = 500 } };

static struct offer make_offer(const struct upgrade *u, enum offer_fate fate)
{
	return (struct offer){ .fate = fate, .release = &u->r };
}

static int collect(struct pagelist *out, struct world *w)
{
	struct offer *v = ARENA_ARRAY(&w->mem, struct offer, 10);
	const struct upgrade *beta = make_upgrade(w, PLATFORM_IOS, "9.9", gray, 1);
	const struct upgrade *newer = make_upgrade(w, PLATFORM_ANDROID, "5.0", official, 1);
	const char *why = "";
	size_t n = 0;

	v[n++] = make_offer(make_upgrade(w, PLATFORM_ANDROID, "6.0", gray, 1), OFFER_LIVE);
	v[n++] = make_offer(newer, OFFER_LIVE);
	v[n++] = make_offer(newer, OFFER_LIVE);
	v[n++] = make_offer(make_upgrade(w, PLATFORM_ANDROID, "4.0", official, 1), OFFER_LIVE);
	v[n++] = make_offer(make_upgrade(w, PLATFORM_ANDROID, "3.0", official, 1), OFFER_CLOSED);
	v[n++] = make_offer(beta, OFFER_LIVE);
	v[n - 1].has_until = true;
	v[n - 1].until = NOW;
	v[n++] = make_offer(beta, OFFER_NOBODY);
	w->compiled->n = 2;
	w->compiled->v[0].plan.kind = KIND_UPGRADE;
	w->compiled->v[0].plan.offers = (struct offers){ .v = v, .n = n };
	w->compiled->v[1].plan.kind = KIND_SWITCH;
	w->compiled->v[1].plan.offers = (struct offers){ .v = v, .n = n };
	return pagelist_collect(out, &w->maker, w->compiled, NOW, &why);
}

static void test_which(void **state)
{
	static const char *const versions[] = { "6.0", "5.0", "4.0" };
	struct world *w = *state;
	struct pagelist list;

	assert_int_equal(collect(&list, w), 0);
	assert_int_equal(list.n, COUNT(versions));
	for (size_t i = 0; i < COUNT(versions); i++)
		assert_true(slice_eqs(list.v[i].upgrade->r.version_text, versions[i]));
	w->compiled->n = 0;
	assert_int_equal(pagelist_collect(&list, &w->maker, w->compiled, NOW, &(const char *){ "" }), 0);
	assert_int_equal(list.n, 0);
}

static void test_list(void **state)
{
	struct world *w = *state;
	struct pagelist list;
	struct slice html;
	const char *why = "";

	assert_int_equal(collect(&list, w), 0);
	for (size_t i = 0; i < list.n; i++)
		list.v[i].state = "state <1>";
	assert_int_equal(pagelist_html(&html, &w->maker, &list, &why), 0);
	assert_non_null(strstr(html.p, "<h1 dir=\"auto\">A &amp; B</h1>"));
	assert_non_null(strstr(html.p,
			       "<h2>Android</h2>\n<ul class=\"list\">\n"
			       "<li><a href=\"android/5.0.html\"><strong>5.0</strong><span>state &lt;1&gt; · "
			       "<time datetime=\"1970-01-01T00:08:20Z\">1970-01-01</time> · 2.0 MB</span></a></li>\n"
			       "<li><a href=\"android/4.0.html\">"));
	assert_null(strstr(html.p, "6.0"));
	assert_null(strstr(html.p, "iOS"));
	assert_null(strstr(html.p, "No version"));
	assert_non_null(strstr(html.p, "src=\"index.svg\""));

	list.n = 1; /* 6.0 alone */
	assert_int_equal(pagelist_html(&html, &w->maker, &list, &why), 0);
	assert_non_null(strstr(html.p, "<p>No version is out for everybody at the moment.</p>"));
	assert_null(strstr(html.p, "<ul"));
	assert_null(strstr(html.p, "6.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_which, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
