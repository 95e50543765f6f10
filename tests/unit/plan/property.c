/* For random definitions and random devices, what the plan leads to is what the definitions say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "random.h"

#define PLANS     180
#define DEVICES   115
#define SHARDINGS 12

/* --- the plan, read as a device does ------------------------------------------------------------------------------ */

static uint32_t class_of(const struct plan_fold *f, const struct device *d, struct arena *a)
{
	struct slice text = attr_text(d, f->attribute, f->type);
	uint32_t class_ = f->other;
	struct version v;

	if (text.n == 0 || (f->type == ATTR_VERSION && !version_parse_device(&v, text)))
		return f->missing;
	if (f->type == ATTR_FOLD) {
		text = arena_copy(a, text);
		for (size_t i = 0; i < text.n; i++)
			((char *)(uintptr_t)text.p)[i] |= text.p[i] >= 'A' && text.p[i] <= 'Z' ? 0x20 : 0;
	}
	for (size_t i = 0; i < f->nvalues; i++)
		if (slice_eq(f->values[i].text, text))
			return f->values[i].class_;
	for (size_t i = 0; i < f->ncuts; i++) {
		int cmp = version_cmp(&v, &f->cuts[i].bound);

		if (f->cuts[i].after ? cmp > 0 : cmp >= 0)
			class_ = f->cuts[i].class_;
	}
	return class_;
}

static bool numbered_hold(const struct plan *p, const struct numbers *rules, const struct device *d)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!rule_holds(p->offers.rules.v[rules->v[i]].rule, d))
			return false;
	return true;
}

static bool offer_guards(const struct plan *p, const struct offer *o, const struct device *d)
{
	bool guarded = o->nlists || o->has_from || o->has_window || o->has_percent;

	if ((o->dev && !d->dev) || (d->strict && d->dev && !o->dev) || (o->has_until && !d->early) ||
	    (o->has_above && d->patched && d->patch >= o->above))
		return false;
	for (size_t i = 0; i < o->nunless; i++)
		if (numbered_hold(p, &o->unless[i], d))
			return false;
	return !guarded || lucky(d, o->task ? o->task->id : o->value->id);
}

static const void *from_slot(const struct plan *p, const struct plan_slot *slot, const struct device *d)
{
	for (size_t i = 0; i < slot->n; i++) {
		const struct offer *o = slot->v[i].offer;

		if (numbered_hold(p, &slot->v[i].rules, d) && offer_guards(p, o, d))
			return o->task ? (const void *)o->task : o->value;
	}
	return NULL;
}

static const void *single_by_plan(const struct plan *p, const struct device *d, struct arena *a)
{
	uint32_t state = 0;

	if (p->shape == PLAN_NOTHING)
		return NULL;
	for (size_t i = 0; i < p->nfolds; i++) {
		const struct plan_fold *f = &p->folds[i];
		uint32_t class_ = class_of(f, d, a);

		assert_true(state < f->states && class_ < f->classes);
		state = f->next[(size_t)state * f->classes + class_];
	}
	assert_true(state < p->nmanifests);
	return p->manifests[state].nslots ? from_slot(p, &p->manifests[state].slots[0], d) : NULL;
}

static const struct plan_manifest *unit_of(const struct plan *p, struct slice key, struct digests *hashing)
{
	uint8_t hash[SHA256_SIZE];

	assert_int_equal(digest_sha256(hashing, hash, key), 0);
	for (size_t i = 0; i < p->nmanifests; i++) {
		unsigned bits = p->manifests[i].bits;

		if (bits == 0 || digest_head64(hash) >> (64 - bits) == p->manifests[i].prefix)
			return &p->manifests[i];
	}
	return NULL;
}

static const void *slot_by_plan(const struct plan *p, struct slice key, const struct device *d, struct digests *hashing)
{
	const struct plan_manifest *m = unit_of(p, key, hashing);

	for (size_t i = 0; m && i < m->nslots; i++)
		if (slice_eq(m->slots[i].name, key))
			return from_slot(p, &m->slots[i], d);
	return NULL;
}

/* --- the properties ----------------------------------------------------------------------------------------------- */

static void sorted_and_sound(const struct plan *p)
{
	for (size_t i = 0; i < p->nfolds; i++) {
		const struct plan_fold *f = &p->folds[i];

		for (size_t k = 1; k < f->nvalues; k++)
			assert_true(slice_cmp(f->values[k - 1].text, f->values[k].text) < 0);
		for (size_t k = 1; k < f->ncuts; k++) {
			int cmp = version_cmp(&f->cuts[k - 1].bound, &f->cuts[k].bound);

			assert_true(cmp < 0 || (cmp == 0 && !f->cuts[k - 1].after && f->cuts[k].after));
		}
		for (size_t k = 0; k < (size_t)f->states * f->classes; k++)
			assert_true(f->next[k] < (i + 1 < p->nfolds ? p->folds[i + 1].states : p->nmanifests));
	}
	for (size_t i = 0; i < p->nattrs; i++)
		if (p->attrs[i].choice == CHOICE_FOLDED)
			assert_true(p->attrs[i].after * 4 <= p->attrs[i].before * 3);
	if (p->shape == PLAN_SEGMENTS)
		assert_true(p->nmanifests <= p->app->segments_max);
}

static const uint32_t caps[] = { 1, 4, 16, 256 };

/* --- kinds with one slot ------------------------------------------------------------------------------------------ */

struct tally {
	size_t devices, delivered, rolled_back, coarse;
	size_t ships[2];          /* served to strict devices: prod, dev */
	size_t folded[ATTRS + 1]; /* plans by the number of folds */
	size_t folds[ATTRS];      /* of each attribute */
};

static void count_plan(struct tally *t, const struct plan *p)
{
	t->folded[p->nfolds]++;
	for (size_t k = 0; k < p->nattrs; k++)
		t->coarse += p->attrs[k].choice == CHOICE_FOLDED && p->attrs[k].columns < p->attrs[k].classes / 2;
	for (size_t k = 0; k < p->nfolds; k++)
		t->folds[attr_number(p->folds[k].attribute)]++;
}

static void same_answer(struct tally *t, const struct app *app, const struct plan *p, const struct device *d,
			struct arena *scratch)
{
	const struct task *expected = release_directly(app, p->kind, SLICE("android"), d);

	assert_ptr_equal(expected, single_by_plan(p, d, scratch));
	if (d->strict) {
		t->ships[d->dev] += expected != NULL;
		return;
	}
	t->devices++;
	t->delivered += expected != NULL;
	t->rolled_back += expected && expected->type == TASK_ROLLBACK;
}

static void one_slot(struct tally *t, enum kind kind, size_t number, struct digests *hashing)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct app app = { .segments_max = caps[number % COUNT(caps)] };
	struct style style = random_style();
	struct plan p;

	if (kind == KIND_UPGRADE)
		random_upgrades(&app, &a, &style);
	else
		random_hotpatches(&app, &a, &style);
	assert_int_equal(plan_make(&p, &a, &scratch, &app, PLATFORM_ANDROID, kind, COMMIT_TIME, hashing), 0);
	sorted_and_sound(&p);
	count_plan(t, &p);
	for (size_t k = 0; k < DEVICES; k++) {
		struct device d = random_device(&a, PLATFORM_ANDROID, style.width);

		same_answer(t, &app, &p, &d, &scratch);
		if (kind != KIND_HOTPATCH)
			continue;
		d.strict = true;
		d.value[0] = (struct slice){ NULL, 0 }; /* appVersion */
		same_answer(t, &app, &p, &d, &scratch);
	}
	arena_release(&a);
	arena_release(&scratch);
}

static struct tally single(enum kind kind)
{
	CLEANUP(digests_free_at) struct digests *hashing = NULL;
	struct tally t = { .devices = 0 };

	assert_int_equal(digests_new(&hashing), 0);
	for (size_t i = 0; i < PLANS; i++)
		one_slot(&t, kind, i, hashing);
	print_message("%zu devices, %zu served, %zu told to roll back; plans with 0, 1, 2 folds: %zu %zu %zu; coarse "
		      "tables: %zu; folds of versionKey: %zu\n",
		      t.devices, t.delivered, t.rolled_back, t.folded[0], t.folded[1], t.folded[2], t.coarse,
		      t.folds[RULED]);
	return t;
}

static void upgrades(void **state)
{
	struct tally t = single(KIND_UPGRADE);

	assert_true(t.devices >= 20000 && t.folded[0] && t.folded[1] && t.folded[2] && t.coarse);
}

static void hotpatches(void **state)
{
	struct tally t = single(KIND_HOTPATCH);

	print_message("%zu prod ships, %zu dev ships\n", t.ships[false], t.ships[true]);
	assert_true(t.ships[false] > 500 && t.ships[true] > 100);
	assert_true(t.devices >= 20000 && t.rolled_back > 100 && t.folded[0] && t.folded[1] && t.folds[RULED]);
}

/* --- kinds with many slots ---------------------------------------------------------------------------------------- */

static void sharding(enum kind kind, enum platform platform, void (*fill)(struct app *app, struct arena *a))
{
	CLEANUP(digests_free_at) struct digests *hashing = NULL;
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	size_t sharded = 0, served = 0;

	assert_int_equal(digests_new(&hashing), 0);
	for (size_t i = 0; i < SHARDINGS; i++, arena_reset(&a), arena_reset(&scratch)) {
		struct app app = { .segments_max = 256 };
		struct plan p;

		fill(&app, &a);
		assert_int_equal(plan_make(&p, &a, &scratch, &app, platform, kind, COMMIT_TIME, hashing), 0);
		sharded += p.shape == PLAN_UNITS;
		for (size_t k = 0; k < 20; k++) {
			struct device d = random_device(&a, platform, 0);

			for (size_t s = 0; s < app.nswitches; s++)
				assert_ptr_equal(switch_directly(&app.switches[s], &d),
						 slot_by_plan(&p, app.switches[s].key, &d, hashing));
			for (size_t r = 0; r < app.nreleases[kind]; r++) {
				struct slice slot = app.releases[kind][r]->slot;
				const void *expected = release_directly(&app, kind, slot, &d);

				assert_ptr_equal(expected, slot_by_plan(&p, slot, &d, hashing));
				served += expected != NULL;
			}
		}
	}
	arena_release(&a);
	arena_release(&scratch);
	print_message("%zu of %d sharded, %zu served\n", sharded, SHARDINGS, served);
	assert_true(sharded > 0 && sharded < SHARDINGS);
}

static void switches(void **state)
{
	sharding(KIND_SWITCH, PLATFORM_ANDROID, random_switches);
}

static void packages(void **state)
{
	sharding(KIND_H5, PLATFORM_IOS, random_h5);
}

static void quickfixes(void **state)
{
	sharding(KIND_QUICKFIX, PLATFORM_HARMONY, random_quickfixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(upgrades), cmocka_unit_test(hotpatches),
					    cmocka_unit_test(switches), cmocka_unit_test(packages),
					    cmocka_unit_test(quickfixes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
