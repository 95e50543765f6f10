#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "plan/budget.h"
#include "plan/prune.h"
#include "plan/state.h"

/* --- classes ------------------------------------------------------------------------------------------------------ */

/* Offers of one switch, one rule each; `live` is all of them. */
struct fixture {
	struct arena a, scratch;
	struct switch_value values[8];
	struct switch_def sw;
	struct app app;
	struct offers offers;
	uint32_t live[8];
	struct offer_list list;
};

static void prepare(struct fixture *x, const struct rule *rules, size_t n, bool guarded)
{
	*x = (struct fixture){ .sw = { .key = SLICE("K"), .active = true, .values = x->values, .nvalues = n } };
	x->app = (struct app){ .switches = &x->sw, .nswitches = 1 };
	for (size_t i = 0; i < n; i++) {
		x->values[i].platforms[PLATFORM_ANDROID] = true;
		x->values[i].type = guarded ? SWITCH_PERCENTAGE : SWITCH_FULL;
		x->values[i].thousandths = 50000;
		x->values[i].rules = make_rules(&x->a, &rules[i], 1);
		x->live[i] = (uint32_t)i;
	}
	offers_switch(&x->offers, &x->a, &x->app, PLATFORM_ANDROID);
	offers_prune(&x->offers, &x->a, &x->scratch);
	x->list = (struct offer_list){ &x->offers, x->live, n };
}

static void finish(struct fixture *x)
{
	arena_release(&x->a);
	arena_release(&x->scratch);
}

static void text_classes(void **state)
{
	static const uint64_t masks[] = { 4, 4, 5, 7, 0 }; /* missing, other, a, b, c */
	struct arena a = ARENA_INIT;
	struct rule rules[] = { make_list(&a, "city", RULE_CONTAINS, "a b d"),
				make_list(&a, "city", RULE_CONTAINS, "b"), make_list(&a, "city", RULE_EXCLUDES, "c") };
	struct classes c;
	struct fixture x;

	rules[2].default_result = true;
	prepare(&x, rules, COUNT(rules), true);
	assert_true(classes_any(&x.list, 0));
	assert_int_equal(classes_make(&c, &x.scratch, &x.list, 0, 256), CHOICE_FOLDED);
	assert_int_equal(c.n, COUNT(masks));
	for (size_t i = 0; i < COUNT(masks); i++)
		assert_int_equal(c.masks[i], masks[i]);
	assert_int_equal(c.nruns, 6); /* d is a class with a */
	assert_int_equal(c.runs[4].class_, 2);
	assert_int_equal(classes_make(&c, &x.scratch, &x.list, 0, 5), CHOICE_FOLDED);
	assert_int_equal(classes_make(&c, &x.scratch, &x.list, 0, 4), CHOICE_MANY_CLASSES);
	finish(&x);
	arena_release(&a);
}

static void version_classes(void **state)
{
	static const struct {
		uint32_t region;
		uint64_t mask;
	} expected[] = { { 0, 0 }, { 1, 2 }, { 2, 3 }, { 5, 1 }, { 7, 0 } }; /* missing; below 1; 1; above 2; above 3 */
	struct arena a = ARENA_INIT;
	struct rule rules[] = { make_range("appVersion", RULE_IN, "1", "3", false),
				make_range("appVersion", RULE_IN, NULL, "2", false) };
	struct classes c;
	struct fixture x;

	prepare(&x, rules, COUNT(rules), true);
	assert_int_equal(classes_make(&c, &x.scratch, &x.list, 0, 1), CHOICE_FOLDED); /* versions can be grouped */
	assert_int_equal(c.n, COUNT(expected));
	assert_int_equal(c.nruns, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_int_equal(c.runs[i].region, expected[i].region);
		assert_int_equal(c.masks[c.runs[i].class_], expected[i].mask);
	}
	finish(&x);
	arena_release(&a);
}

/* --- hiding ------------------------------------------------------------------------------------------------------- */

/* A free offer hides what is behind it where it holds for sure, and not where it only may hold, nor dev offers of ships. */
static void hiding(void **state)
{
	static const uint32_t together[] = { 0, 1, 1, 1, 1 }, apart[] = { 0, 1, 2, 3, 4 };
	struct arena a = ARENA_INIT;
	const struct rule rules[] = { make_range("osVersion", RULE_IN, "2", NULL, false),
				      make_range("osVersion", RULE_IN, "1", "3", false) };
	bool folded[1] = { true };
	uint64_t closing = 1, ships = 0, one[2] = { 0, 0 }, may[2] = { 0, 3 }, must[2] = { 0, 0 };
	struct folding f = {
		.words = 1, .max = 16, .folded = folded, .closing = &closing, .apart = &ships, .state = one
	};
	struct states first = { .n = 0 }, next = { .n = 0 };
	struct columns columns = { 2, may, must, together };
	struct classes c;
	struct fixture x;

	prepare(&x, rules, COUNT(rules), false);
	assert_int_equal(x.offers.v[1].fate, OFFER_LIVE);
	f.mem = &x.scratch;
	f.list = &x.list;
	sizes_init(&f.sizes, &x.scratch, &x.offers, x.live, 2, true);
	assert_int_equal(classes_make(&c, &x.scratch, &x.list, 0, 16), CHOICE_FOLDED);
	assert_int_equal(c.n, 5); /* missing; below 1; from 1: second; from 2: both; above 3: first */
	states_first(&first, &f);
	f.limit = 1000000;
	assert_int_equal(states_next(&next, &f, &first, x.offers.rules.attrs[0], &c, &columns), CHOICE_FOLDED);
	assert_int_equal(next.n, 2);
	assert_int_equal(next.masks[2], 3); /* both may */
	assert_int_equal(next.masks[3], 0);
	columns = (struct columns){ c.n, c.masks, c.masks, apart };
	assert_int_equal(states_next(&next, &f, &first, x.offers.rules.attrs[0], &c, &columns), CHOICE_FOLDED);
	assert_int_equal(next.n, 3); /* nothing, the second, the first alone: twice */
	assert_int_equal(next.next[next.of_class[3]], next.next[next.of_class[4]]);
	ships = 2;
	assert_int_equal(states_next(&next, &f, &first, x.offers.rules.attrs[0], &c, &columns), CHOICE_FOLDED);
	assert_int_equal(next.n, 4);
	assert_int_equal(next.masks[2 * next.next[next.of_class[3]]], 3);
	finish(&x);
	arena_release(&a);
}

/* --- decisions ---------------------------------------------------------------------------------------------------- */

static struct slice long_text(struct arena *a, size_t i, int width)
{
	return arena_printf(a, "v%0*zu", width, i);
}

/* Releases 1.0, 1.1 …, each with a canary for one city whose name has `width` letters. */
static void plan_canaries(struct plan *p, struct app *app, struct arena *a, struct arena *scratch, size_t releases,
			  int width)
{
	app->upgrades = ARENA_ARRAY(a, struct upgrade, releases);
	app->nupgrades = releases;
	for (size_t i = 0; i < releases; i++) {
		struct task t = make_task("t", TASK_PERCENTAGE, 1);
		struct rule r = make_list(a, "city", RULE_CONTAINS, long_text(a, i, width).p);

		t.rules = make_rules(a, &r, 1);
		app->upgrades[i] = make_upgrade(a, arena_printf(a, "1.%zu", i).p, &t, 1);
	}
	app_list_releases(app, a);
	assert_int_equal(plan_make(p, a, scratch, app, PLATFORM_ANDROID, KIND_UPGRADE, 1000, NULL), 0);
}

static const struct {
	const char *name;
	size_t releases;
	int width;
	uint32_t max;
	enum plan_choice version, city;
	uint32_t columns; /* of appVersion */
} decisions[] = {
	{ "small", 4, 10, 256, CHOICE_SMALL, CHOICE_SMALL, 0 },
	{ "versions fold", 12, 400, 256, CHOICE_FOLDED, CHOICE_NO_GAIN, 13 },
	{ "grouped by the budget", 100, 100, 64, CHOICE_FOLDED, CHOICE_MANY_CLASSES, 17 },
	{ "no segments allowed", 12, 400, 1, CHOICE_MANY_CLASSES, CHOICE_MANY_CLASSES, 0 },
	{ "large manifests", 60, 50000, 256, CHOICE_MANY_BYTES, CHOICE_NO_GAIN, 0 },
};

static void choices(void **state)
{
	for (size_t i = 0; i < COUNT(decisions); i++) {
		struct arena a = ARENA_INIT, scratch = ARENA_INIT;
		struct app app = { .segments_max = decisions[i].max };
		struct plan p;

		plan_canaries(&p, &app, &a, &scratch, decisions[i].releases, decisions[i].width);
		print_message("%s: appVersion %s (%u classes, %u columns), city %s; %zu manifests\n", decisions[i].name,
			      plan_choice_text(p.attrs[0].choice), p.attrs[0].classes, p.attrs[0].columns,
			      plan_choice_text(p.attrs[1].choice), p.nmanifests);
		assert_int_equal(p.nattrs, 2);
		assert_int_equal(p.attrs[0].choice, decisions[i].version);
		assert_int_equal(p.attrs[1].choice, decisions[i].city);
		assert_int_equal(p.shape, p.nfolds ? PLAN_SEGMENTS : PLAN_INLINE);
		assert_true(p.nmanifests <= decisions[i].max);
		assert_int_equal(p.attrs[0].columns, decisions[i].columns);
		if (p.nfolds == 1) /* the newest version loads nothing, however coarse the groups are */
			assert_int_equal(
				p.manifests[p.folds[0].next[p.folds[0].cuts[p.folds[0].ncuts - 1].class_]].nslots, 0);
		for (size_t k = 0; k < p.nattrs; k++)
			if (p.attrs[k].choice == CHOICE_FOLDED)
				assert_true(p.attrs[k].after * 4 <= p.attrs[k].before * 3);
		arena_release(&a);
		arena_release(&scratch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(text_classes), cmocka_unit_test(version_classes),
					    cmocka_unit_test(hiding), cmocka_unit_test(choices) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
