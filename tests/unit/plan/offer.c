#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "plan/offer.h"

#define COMMIT_TIME 1000

static void ranking(void **state)
{
	static const char *const expected[] = { "2.10/gray",  "2.9/o",  "2.9/w",  "2.9/win",
						"2.9/p-late", "2.9/p2", "2.9/p1", "1/o" };
	struct arena a = ARENA_INIT;
	const struct task one[] = { make_task("o", TASK_OFFICIAL, 1) };
	const struct task gray[] = { make_task("gray", TASK_PERCENTAGE, 1) };
	struct task many[] = { make_task("p1", TASK_PERCENTAGE, 5),   make_task("p-late", TASK_PERCENTAGE, 6),
			       make_task("paused", TASK_OFFICIAL, 9), make_task("win", TASK_WINDOW, 5),
			       make_task("w", TASK_WHITELIST, 5),     make_task("p2", TASK_PERCENTAGE, 5),
			       make_task("o", TASK_OFFICIAL, 1) };
	struct upgrade v[] = { make_upgrade(&a, "1", one, 1), make_upgrade(&a, "2.9", many, COUNT(many)),
			       make_upgrade(&a, "2.10", gray, 1), make_upgrade(&a, "3", one, 1) };
	struct app app = { .upgrades = v, .nupgrades = COUNT(v) };
	struct offers o;

	v[1].r.tasks[2].status = STATUS_PAUSED;
	v[3].r.platforms[PLATFORM_ANDROID] = false;
	app_list_releases(&app, &a);
	offers_releases(&o, &a, &app, PLATFORM_ANDROID, KIND_UPGRADE, COMMIT_TIME);
	assert_int_equal(o.n, COUNT(expected));
	assert_int_equal(o.nslots, 1);
	assert_true(slice_eqs(o.slots[0].name, "android"));
	for (size_t i = 0; i < o.n; i++) {
		struct slice name = arena_printf(&a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(o.v[i].release->version_text),
						 SLICE_ARG(o.v[i].task->id));
		assert_string_equal(name.p, expected[i]);
	}
	arena_release(&a);
}

/* One task, changed in one way: is it free, and which guards are there? */
static void guards(void **state)
{
	static const char *const names[] = { "official", "100 %",     "50 %", "0 %",      "whitelist",
					     "window",   "all users", "dev",  "tomorrow", "unless" };
	static struct whitelist list = { .name = { "l", 1 } };
	static struct whitelist *lists[] = { &list };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct arena a = ARENA_INIT;
		struct task t = make_task("t",
					  i == 4             ? TASK_WHITELIST
					  : i == 5 || i == 6 ? TASK_WINDOW
					  : i                ? TASK_PERCENTAGE
							     : TASK_OFFICIAL,
					  1);
		struct rule rule = make_list(&a, "city", RULE_CONTAINS, "a");
		struct rules unless = make_rules(&a, &rule, 1);
		struct upgrade u;
		struct app app = { .upgrades = &u, .nupgrades = 1 };
		const struct offer *f;
		struct offers o;

		print_message("%s\n", names[i]);
		t.thousandths = i == 2 ? 50000 : i == 3 ? 0 : 100000;
		t.whitelists = lists;
		t.nwhitelists = i == 4;
		t.window = (struct window){ .start = 5, .end = 9, .users = 10, .audience = i == 5 ? 11 : 10 };
		t.dev = i == 7;
		t.published_at = i == 8 ? COMMIT_TIME + 1 : COMMIT_TIME;
		u = make_upgrade(&a, "1.5", &t, 1);
		u.r.unless = &unless;
		u.r.nunless = i == 9;
		app_list_releases(&app, &a);
		offers_releases(&o, &a, &app, PLATFORM_ANDROID, KIND_UPGRADE, COMMIT_TIME);
		f = &o.v[0];
		assert_int_equal(f->free, i < 2 || i == 3);
		assert_int_equal(f->has_percent, i == 2);
		assert_int_equal(f->fate, i == 3 ? OFFER_NOBODY : OFFER_LIVE);
		assert_int_equal(f->nlists, i == 4);
		assert_int_equal(f->has_window, i == 5 || i == 6);
		assert_int_equal(f->has_limit, i == 5);
		assert_int_equal(f->dev, i == 7);
		assert_int_equal(f->has_from, i == 8);
		assert_int_equal(f->nunless, i == 9);
		assert_int_equal(f->rules.n, 1);
		assert_int_equal(version_cmp(&o.rules.v[f->rules.v[0]].rule->upper, &u.version), 0);
		arena_release(&a);
	}
}

static void switch_values(void **state)
{
	struct arena a = ARENA_INIT;
	struct switch_value values[] = { { .type = SWITCH_PERCENTAGE, .platforms = { true, false, false } },
					 { .type = SWITCH_FULL, .platforms = { false, true, false } },
					 { .type = SWITCH_FULL, .platforms = { true, true, false } } };
	struct switch_def v[] = { { .key = SLICE("A"), .active = true, .values = values, .nvalues = 3 },
				  { .key = SLICE("B"), .active = false, .values = values, .nvalues = 3 },
				  { .key = SLICE("C"), .active = true, .values = values + 1, .nvalues = 1 },
				  { .key = SLICE("D"), .active = true, .values = values + 2, .nvalues = 1 } };
	struct app app = { .switches = v, .nswitches = COUNT(v) };
	struct offers o;

	offers_switch(&o, &a, &app, PLATFORM_ANDROID);
	assert_int_equal(o.n, 3);
	assert_int_equal(o.nslots, 2);
	assert_true(slice_eqs(o.slots[0].name, "A") && slice_eqs(o.slots[1].name, "D"));
	assert_int_equal(o.slots[0].n, 2);
	assert_int_equal(o.slots[1].first, 2);
	assert_ptr_equal(o.v[1].value, &values[2]);
	assert_int_equal(o.v[0].fate, OFFER_NOBODY);
	assert_int_equal(o.v[2].slot, 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ranking), cmocka_unit_test(guards),
					    cmocka_unit_test(switch_values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
