/* What the command line does not show easily: several platforms, rollbacks, the kinds beside upgrades. tests/cli/check/
 * warnings.test has the rest, with places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../plan/make.h"
#include "build/warnings.h"
#include "world.h"

static struct h5_app pay = { .id = { "10000001", 8 }, .name = { "Pay", 3 } };

static void say(struct world *w, const char *want)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		w->app.audience[p] = 1;
	app_list_releases(&w->app, &w->mem);
	warnings_check(&w->app, 1000, &w->d);
	assert_string_equal(world_said(w), want);
	world_release(w);
}

static struct h5_release package(struct world *w, const char *version, enum platform limited, const char *max,
				 const struct task *t)
{
	struct h5_release h = { .r = make_release(&w->mem, KIND_H5, "10000001", version, t, 1), .app = &pay };

	h.r.origin = (struct origin){ arena_printf(&w->mem, "h5/%s", version).p, SLICE("{\n \"tasks\": [{}] }") };
	h.version = make_version(version);
	h.r.platforms[PLATFORM_IOS] = true;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		h.client[p] = (struct client_range){ .has_max = p == (size_t)limited && *max };
	if (*max)
		h.client[limited].max = make_version(max);
	return h;
}

/* Hidden on one platform, and on the other only where the newer version is for all clients. */
static void test_platforms(void **state)
{
	static const struct {
		enum platform limited;
		const char *max, *want;
	} cases[] = {
		{ PLATFORM_IOS, "",
		  "h5/1.0.0.1:2:12: warning: this task reaches nobody: official task \"new\" of release 1.0.0.2, "
		  "published before it, takes every device that it could reach\n" },
		{ PLATFORM_IOS, "5.0", "" },
		{ PLATFORM_ANDROID, "5.0", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct task old = make_task("old", TASK_OFFICIAL, 20), new = make_task("new", TASK_OFFICIAL, 10);
		struct world w;

		world_init(&w);
		struct h5_release v[] = { package(&w, "1.0.0.1", PLATFORM_IOS, "", &old),
					  package(&w, "1.0.0.2", cases[i].limited, cases[i].max, &new) };
		w.app.h5 = v;
		w.app.nh5 = 2;
		say(&w, cases[i].want);
	}
}

/* Patches 1 and 2 of one product. */
static void test_rollback(void **state)
{
	static const struct {
		const char *name;
		enum task_type first, second;
		int64_t published;
		const char *want;
	} cases[] = {
		{ "the lower patch takes over", TASK_OFFICIAL, TASK_ROLLBACK, 20, "" },
		{ "both taken back", TASK_ROLLBACK, TASK_ROLLBACK, 20, "" },
		{ "a lower patch taken back behind a newer one", TASK_ROLLBACK, TASK_OFFICIAL, 20, "" },
		{ "a lower patch that nobody gets", TASK_PERCENTAGE, TASK_OFFICIAL, 20,
		  "patch:2:12: warning: this task reaches nobody: official task \"t\" of release 5.0/2, published "
		  "before "
		  "it, takes every device that it could reach\n" },
		{ "and was given before", TASK_PERCENTAGE, TASK_OFFICIAL, 5, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct task t[] = { make_task("t", cases[i].first, cases[i].published),
				    make_task("t", cases[i].second, 10) };
		struct hotpatch v[2];
		struct world w;

		print_message("%s\n", cases[i].name);
		world_init(&w);
		for (uint32_t k = 0; k < 2; k++) {
			v[k] = (struct hotpatch){ .r = make_release(&w.mem, KIND_HOTPATCH, "android",
								    k ? "5.0/2" : "5.0/1", &t[k], 1),
						  .product = make_version("5.0"),
						  .product_text = SLICE("5.0"),
						  .patch_number = 1 + k };
			v[k].r.origin = (struct origin){ "patch", SLICE("{\n \"tasks\": [{}] }") };
		}
		w.app.hotpatches = v;
		w.app.nhotpatches = 2;
		say(&w, cases[i].want);
	}
}

/* A quick fix is given below its patchVersionCode alone: a higher one hides it, a lower one does not. */
static void test_quickfixes(void **state)
{
	struct task t[] = { make_task("gray", TASK_PERCENTAGE, 20), make_task("full", TASK_OFFICIAL, 10),
			    make_task("part", TASK_PERCENTAGE, 30) };
	struct quickfix v[3];
	struct world w;

	(void)state;
	world_init(&w);
	for (uint32_t k = 0; k < 3; k++) {
		v[k] = (struct quickfix){ .r = make_release(&w.mem, KIND_QUICKFIX, "com.example.demo/7",
							    arena_printf(&w.mem, "%u", k + 1).p, &t[k], 1),
					  .patch_version_code = k + 1 };
		v[k].r.platforms[PLATFORM_ANDROID] = false;
		v[k].r.platforms[PLATFORM_HARMONY] = true;
		v[k].r.origin = (struct origin){ "fix", SLICE("{\n \"tasks\": [{}] }") };
	}
	w.app.quickfixes = v;
	w.app.nquickfixes = 3;
	say(&w,
	    "fix:2:12: warning: this task reaches nobody: official task \"full\" of release 2, published before it, "
	    "takes every device that it could reach\n");
}

/* Patches 1 and 2: the lower one came out while the higher one was, or after it. */
static void test_lower_quickfix(void **state)
{
#define LOWER                                                                                                          \
	"1:2:12: warning: a device that has patch 2, which was out before, keeps it: it takes no lower one; roll "     \
	"that "                                                                                                        \
	"one back, or give this one a higher patchVersionCode\n"
	static const struct {
		const char *name;
		enum task_type type;
		enum task_status status;
		bool dev;
		int64_t published; /* of the higher one; the lower one's is 20 */
		const char *want;
	} cases[] = {
		{ "ended before", TASK_OFFICIAL, STATUS_ENDED, false, 10, LOWER },
		{ "paused before", TASK_PERCENTAGE, STATUS_PAUSED, false, 10, LOWER },
		{ "at the same time", TASK_OFFICIAL, STATUS_ENDED, false, 20, "" },
		{ "later", TASK_OFFICIAL, STATUS_ENDED, false, 30, "" },
		{ "never out", TASK_OFFICIAL, STATUS_PENDING, false, 0, "" },
		{ "for developers", TASK_OFFICIAL, STATUS_ENDED, true, 10, "" },
		{ "rolled back", TASK_ROLLBACK, STATUS_RELEASING, false, 10, "" },
		{ "still out for some", TASK_PERCENTAGE, STATUS_RELEASING, false, 10, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct task t[] = { make_task("low", TASK_OFFICIAL, 20),
				    make_task("high", cases[i].type, cases[i].published) };
		struct quickfix v[2];
		struct world w;

		print_message("%s\n", cases[i].name);
		t[1].status = cases[i].status;
		t[1].dev = cases[i].dev;
		world_init(&w);
		for (uint32_t k = 0; k < 2; k++) {
			v[k] = (struct quickfix){ .r = make_release(&w.mem, KIND_QUICKFIX, "com.example.demo/7",
								    k ? "2" : "1", &t[k], 1),
						  .patch_version_code = k + 1 };
			v[k].r.platforms[PLATFORM_ANDROID] = false;
			v[k].r.platforms[PLATFORM_HARMONY] = true;
			v[k].r.origin = (struct origin){ k ? "2" : "1", SLICE("{\n \"tasks\": [{}] }") };
		}
		w.app.quickfixes = v;
		w.app.nquickfixes = 2;
		say(&w, cases[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_rollback),
		cmocka_unit_test(test_quickfixes),
		cmocka_unit_test(test_lower_quickfix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
