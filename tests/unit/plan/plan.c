#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "plan/plan.h"

#define COMMIT_TIME 1000

/* Ten releases: the third has an official task, the others canaries with a rule each; long texts make folding pay. */
static void make_app(struct app *app, struct arena *a, uint32_t thousandths, int64_t window_end)
{
	app->nupgrades = 10;
	app->upgrades = ARENA_ARRAY(a, struct upgrade, app->nupgrades);
	app->segments_max = 256;
	for (size_t i = 0; i < app->nupgrades; i++) {
		struct task t[2] = { make_task("canary", i % 2 ? TASK_PERCENTAGE : TASK_WINDOW, 1),
				     make_task("full", TASK_OFFICIAL, 1) };
		struct rule rule =
			make_list(a, i % 3 ? "city" : "netType", RULE_CONTAINS, arena_printf(a, "%0300zu", i).p);

		t[0].rules = make_rules(a, &rule, 1);
		t[0].thousandths = thousandths;
		t[0].window = (struct window){ .start = 1, .end = window_end, .users = 100, .audience = 10000000 };
		app->upgrades[i] = make_upgrade(a, arena_printf(a, "1.%zu", i).p, t, i == 2 ? 2 : 1);
	}
	app_list_releases(app, a);
}

static void plan_app(struct plan *p, struct arena *a, const struct app *app)
{
	struct arena scratch = ARENA_INIT;

	assert_int_equal(plan_make(p, a, &scratch, app, PLATFORM_ANDROID, KIND_UPGRADE, COMMIT_TIME, NULL), 0);
	arena_release(&scratch);
}

static void same_fold(const struct plan_fold *x, const struct plan_fold *y)
{
	assert_true(slice_eq(x->attribute, y->attribute));
	assert_int_equal(x->classes, y->classes);
	assert_int_equal(x->states, y->states);
	assert_int_equal(x->nvalues, y->nvalues);
	assert_int_equal(x->ncuts, y->ncuts);
	assert_memory_equal(x->next, y->next, (size_t)x->classes * x->states * sizeof(*x->next));
}

/* The shape of a tree does not depend on percentages between 0 and 100, nor on times. */
static void structural(void **state)
{
	struct arena a = ARENA_INIT;
	struct app x = { .nupgrades = 0 }, y = { .nupgrades = 0 };
	struct plan p, q;

	make_app(&x, &a, 50000, 2000);
	make_app(&y, &a, 12345, 999999999);
	plan_app(&p, &a, &x);
	plan_app(&q, &a, &y);
	assert_int_equal(p.shape, PLAN_SEGMENTS);
	assert_int_equal(p.nfolds, q.nfolds);
	assert_int_equal(p.nmanifests, q.nmanifests);
	for (size_t i = 0; i < p.nfolds; i++)
		same_fold(&p.folds[i], &q.folds[i]);
	for (size_t i = 0; i < p.nmanifests; i++) {
		assert_int_equal(p.manifests[i].bytes, q.manifests[i].bytes);
		assert_int_equal(p.manifests[i].nslots, q.manifests[i].nslots);
	}
	make_app(&y, &a, 100000, 2000); /* now canaries are free, and fewer live */
	plan_app(&q, &a, &y);
	assert_true(q.nlive <= p.nlive);
	arena_release(&a);
}

/* Folded rules are gone from the manifests, the newest version is offered nothing, limits are there. */
static void contents(void **state)
{
	struct arena a = ARENA_INIT;
	struct app app = { .nupgrades = 0 };
	size_t empty = 0, limits = 0;
	struct plan p;

	make_app(&app, &a, 50000, 2000);
	plan_app(&p, &a, &app);
	assert_int_equal(p.nfolds, 1);
	assert_true(slice_eqs(p.folds[0].attribute, "appVersion"));
	for (size_t i = 0; i < p.nmanifests; i++) {
		const struct plan_slot *slot = p.manifests[i].slots;

		empty += p.manifests[i].nslots == 0;
		for (size_t k = 0; p.manifests[i].nslots && k < slot->n; k++) {
			const struct offer *o = slot->v[k].offer;

			assert_int_equal(slot->v[k].rules.n, o->rules.n - 1);
			assert_int_equal(o->has_limit, o->task->type == TASK_WINDOW);
			if (o->has_limit)
				assert_true(o->limit == 0x00007a15698eb103);
			limits += o->has_limit;
		}
	}
	assert_int_equal(empty, 1);
	assert_true(limits > 0);
	assert_int_equal(p.manifests[p.folds[0].next[p.folds[0].missing]].nslots, 0);
	assert_int_equal(p.offers.v[p.offers.n - 1].fate, OFFER_CLOSED);
	arena_release(&a);
}

static void nothing(void **state)
{
	struct arena a = ARENA_INIT;
	const struct task nobody = { .id = SLICE("t"), .type = TASK_PERCENTAGE, .status = STATUS_RELEASING };
	struct upgrade u = make_upgrade(&a, "1", &nobody, 1);
	struct app app = { .upgrades = &u, .nupgrades = 0, .segments_max = 256 };
	struct plan p;

	plan_app(&p, &a, &app);
	assert_int_equal(p.shape, PLAN_NOTHING);
	app.nupgrades = 1;
	app_list_releases(&app, &a);
	plan_app(&p, &a, &app);
	assert_int_equal(p.shape, PLAN_NOTHING);
	assert_int_equal(p.offers.n, 1);
	assert_string_equal(offer_fate_text(p.offers.v[0].fate), "its percentage is 0");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(structural), cmocka_unit_test(contents),
					    cmocka_unit_test(nothing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
