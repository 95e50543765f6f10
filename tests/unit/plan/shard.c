#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "plan/budget.h"
#include "plan/plan.h"

/* `n` switches k0, k1 … with one value of `bytes` each; every third is out of use. */
static void make_switches(struct app *app, struct arena *a, size_t n, int bytes)
{
	app->switches = ARENA_ARRAY(a, struct switch_def, n);
	app->nswitches = n;
	for (size_t i = 0; i < n; i++) {
		struct switch_value *v = ARENA_NEW(a, struct switch_value);

		v->value = arena_printf(a, "%0*zu", bytes, i);
		v->platforms[PLATFORM_IOS] = true;
		app->switches[i] = (struct switch_def){
			.key = arena_printf(a, "k%05zu", i), .active = i % 3 > 0, .values = v, .nvalues = 1
		};
	}
}

static void plan_switches(struct plan *p, struct arena *a, const struct app *app)
{
	struct arena scratch = ARENA_INIT;
	struct digests *hashing = NULL;

	assert_int_equal(digests_new(&hashing), 0);
	assert_int_equal(plan_make(p, a, &scratch, app, PLATFORM_IOS, KIND_SWITCH, 0, hashing), 0);
	digests_free(hashing);
	arena_release(&scratch);
}

static const struct {
	const char *name;
	size_t switches;
	int bytes;
	enum plan_shape shape;
	size_t least, most; /* manifests */
	uint64_t shard;
} cases[] = {
	{ "none", 1, 1, PLAN_NOTHING, 0, 0, 0 },
	{ "small", 100, 100, PLAN_INLINE, 1, 1, SHARD_BYTES },
	{ "one huge slot", 2, 100000, PLAN_INLINE, 1, 1, SHARD_BYTES },
	{ "two leaves at least", 450, 100, PLAN_UNITS, 2, 4, SHARD_BYTES },
	{ "huge slots", 30, 50000, PLAN_UNITS, 20, 20, SHARD_BYTES },
	{ "many", 12000, 300, PLAN_UNITS, 32, 128, 4 * SHARD_BYTES },
};

static void shapes(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct app app = { .segments_max = 256 };
		size_t slots = 0;
		struct plan p;

		make_switches(&app, &a, cases[i].switches, cases[i].bytes);
		plan_switches(&p, &a, &app);
		print_message("%s: %zu manifests, shards of %u\n", cases[i].name, p.nmanifests,
			      (unsigned)p.shard_bytes);
		assert_int_equal(p.shape, cases[i].shape);
		assert_in_range(p.nmanifests, cases[i].least, cases[i].most);
		assert_int_equal(p.shard_bytes, cases[i].shard);
		for (size_t k = 0; k < p.nmanifests; k++) {
			const struct plan_manifest *m = &p.manifests[k];

			slots += m->nslots;
			assert_true(m->bytes <= p.shard_bytes || m->nslots == 1);
			for (size_t s = 1; s < m->nslots; s++)
				assert_true(slice_cmp(m->slots[s - 1].name, m->slots[s].name) < 0);
			if (k > 0) /* prefix-free and ascending */
				assert_true((uint64_t)m[-1].prefix << (32 - m[-1].bits) < (uint64_t)m->prefix
												  << (32 - m->bits));
		}
		assert_int_equal(slots, cases[i].switches - (cases[i].switches + 2) / 3);
		arena_release(&a);
	}
}

/* One more key touches one leaf, or splits it. */
static void stable(void **state)
{
	struct arena a = ARENA_INIT;
	struct app app = { .segments_max = 256 };
	struct plan before, after;
	size_t same = 0;

	make_switches(&app, &a, 1000, 100);
	app.nswitches = 999;
	app.switches[999].active = true;
	plan_switches(&before, &a, &app);
	app.nswitches = 1000;
	plan_switches(&after, &a, &app);
	for (size_t i = 0; i < before.nmanifests; i++)
		for (size_t k = 0; k < after.nmanifests; k++)
			same += before.manifests[i].bits == after.manifests[k].bits &&
				before.manifests[i].prefix == after.manifests[k].prefix &&
				before.manifests[i].nslots == after.manifests[k].nslots;
	assert_int_equal(same, before.nmanifests - 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shapes), cmocka_unit_test(stable) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
