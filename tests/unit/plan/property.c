/* For random definitions and random devices, what the plan leads to is what the definitions say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "direct.h"
#include "make.h"
#include "plan/plan.h"

#define PLANS   180
#define DEVICES 115

/* --- randomness --------------------------------------------------------------------------------------------------- */

static uint64_t seed = 0x5eed5eed5eedu;

static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 32) % n);
}

static bool one_in(uint32_t n)
{
	return below(n) == 0;
}

/* --- random definitions ------------------------------------------------------------------------------------------- */

static const char *const texts[ATTRS][8] = {
	{ "1.0", "2.0.0", "2.5", "3", "4.1", "5.0.1", "6.2", "7" },
	{ "9", "10.0", "11", "11.1", "12", "13", "14", "15" },
	{ "WIFI", "4g", "5G", "3G", "2G", "Eth", "Sat", "Lan" },
	{ "Beijing", "Hangzhou", "Xi'an", "beijing", "Ürümqi", "Lhasa", "Wuhan", "Jinan" },
	{ "P40", "mi 9", "PIXEL", "x1", "x2", "X3", "y1", "y2" },
	{ "gold", "silver", "bronze", "Gold", "tin", "iron", "zinc", "lead" },
};

/* Long values make folding worth its price. */
static struct slice pad(struct arena *a, const char *text, uint32_t width)
{
	return arena_printf(a, "%s%0*d", text, (int)width + 1, 0);
}

/* What the definitions of one round have in common. */
struct style {
	uint32_t width;       /* of texts */
	uint32_t first, span; /* attributes that rules look at */
	bool sharp;           /* each rule names a value or two: then folding pays twice */
};

static struct style random_style(void)
{
	struct style style = { .width = below(3) * 400, .span = 6 };

	if (!one_in(3)) {
		style.first = 1 + below(3);
		style.span = 2;
		style.sharp = one_in(2);
		style.width = style.sharp ? 1000 : style.width;
	}
	return style;
}

static struct rule random_list(struct arena *a, uint32_t attr, enum rule_op op, const struct style *style)
{
	struct rule r = { .element = slice_of(names[attr]), .type = make_type(names[attr]), .op = op };

	r.values = ARENA_ARRAY(a, struct slice, 8);
	r.versions = ARENA_ARRAY(a, struct version, 8);
	while (r.nvalues == 0)
		for (size_t i = 0; i < 8; i++) {
			if (!one_in(style->sharp ? 8 : 4))
				continue;
			r.values[r.nvalues] = r.type == ATTR_VERSION ? slice_of(texts[attr][i])
								     : pad(a, texts[attr][i], style->width);
			if (r.type == ATTR_VERSION)
				r.versions[r.nvalues] = make_version(texts[attr][i]);
			r.nvalues++;
		}
	return r;
}

static struct rule random_rule(struct arena *a, const struct style *style, uint32_t number)
{
	uint32_t attr = style->first + (style->sharp ? number : below(style->span)), lower = below(8),
		 upper = lower + below(8 - lower);
	struct rule r;

	if (attr > 1 || one_in(2))
		r = random_list(a, attr, !style->sharp && one_in(4) ? RULE_EXCLUDES : RULE_CONTAINS, style);
	else
		r = make_range(names[attr], one_in(3) ? RULE_OUT : RULE_IN, one_in(3) ? NULL : texts[attr][lower],
			       texts[attr][upper], one_in(3));
	r.default_result = !style->sharp && one_in(4);
	return r;
}

static struct rules random_rules(struct arena *a, uint32_t most, const struct style *style)
{
	struct rules rules = { ARENA_ARRAY(a, struct rule, most), style->sharp ? most : below(most + 1) };

	for (size_t i = 0; i < rules.n; i++)
		rules.v[i] = random_rule(a, style, (uint32_t)i);
	return rules;
}

static struct whitelist lists[2] = { { .name = { "wl0", 3 } }, { .name = { "wl1", 3 } } };
static struct whitelist *list_pointers[2] = { &lists[0], &lists[1] };

static struct task random_task(struct arena *a, size_t number, const struct style *style)
{
	struct task t = { .id = arena_printf(a, "t%zu", number), .status = STATUS_RELEASING };

	t.published_at = COMMIT_TIME - 10 + below(12);
	t.dev = one_in(12);
	if (one_in(30))
		return t;
	t.type = TASK_WHITELIST + below(3);
	t.rules = random_rules(a, 3, style);
	t.thousandths = one_in(3) ? 100000 : below(3) * 25000;
	t.whitelists = list_pointers;
	t.nwhitelists = t.type == TASK_WHITELIST ? 1 + below(2) : 0;
	t.window = (struct window){ .start = 0, .end = 2000, .users = 10, .audience = one_in(2) ? 10 : 100 };
	if (one_in(10))
		t.status = one_in(2) ? STATUS_PAUSED : STATUS_ENDED;
	return t;
}

static void random_upgrades(struct app *app, struct arena *a, const struct style *style)
{
	uint32_t releases = one_in(3) ? 40 : 6, tasks = one_in(2) ? 14 : 4;

	app->nupgrades = releases;
	app->upgrades = ARENA_ARRAY(a, struct upgrade, releases);
	for (uint32_t i = 0; i < releases; i++) {
		struct upgrade *u = &app->upgrades[i];

		u->version_text = arena_printf(a, "%u.%u", 1 + i / 5, i % 5);
		u->version = make_version(u->version_text.p);
		u->ntasks = releases == 40 ? 1 : below(tasks + 1);
		u->tasks = ARENA_ARRAY(a, struct task, u->ntasks);
		for (size_t k = 0; k < u->ntasks; k++)
			u->tasks[k] = random_task(a, i * 100 + k, style);
		u->nunless = one_in(6);
		u->unless = ARENA_ARRAY(a, struct rules, 1);
		u->unless[0] = random_rules(a, 1, style);
		u->nunless = u->unless[0].n ? u->nunless : 0;
	}
}

static void random_switches(struct app *app, struct arena *a)
{
	const struct style style = { .span = ATTRS };
	uint32_t payload = below(3) * 300;

	app->nswitches = 60;
	app->switches = ARENA_ARRAY(a, struct switch_def, app->nswitches);
	for (size_t i = 0; i < app->nswitches; i++) {
		struct switch_def *sw = &app->switches[i];

		sw->key = arena_printf(a, "key_%03zu", i);
		sw->active = !one_in(10);
		sw->nvalues = below(5);
		sw->values = ARENA_ARRAY(a, struct switch_value, sw->nvalues);
		for (size_t k = 0; k < sw->nvalues; k++) {
			struct switch_value *v = &sw->values[k];

			v->id = arena_printf(a, "%zu-%zu", i, k);
			v->value = pad(a, "v", payload);
			v->platforms[PLATFORM_ANDROID] = !one_in(8);
			v->type = below(3);
			v->whitelists = list_pointers;
			v->nwhitelists = v->type == SWITCH_WHITELIST;
			v->thousandths = one_in(3) ? 100000 : below(3) * 25000;
			v->rules = random_rules(a, 2, &style);
		}
	}
}

/* --- random devices ----------------------------------------------------------------------------------------------- */

static struct slice other_case(struct arena *a, struct slice text)
{
	char *p = arena_str(a, text);

	for (size_t i = 0; i < text.n; i++)
		p[i] ^= (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ? 0x20 : 0;
	return (struct slice){ p, text.n };
}

static struct device random_device(struct arena *a, uint32_t width)
{
	static const char *const broken[] = { "", "  ", "14-beta", "Android 14", "v", "1..2" };
	static const char *const around[] = { "0", "2.0", "v3.0", " 4.1.0 ", "4.1.0.1", "99", "V11", "1.3", "4.4" };
	struct device d = { .luck = (uint64_t)below(UINT32_MAX) };

	for (uint32_t i = 0; i < ATTRS; i++) {
		if (one_in(8))
			continue;
		if (one_in(12))
			d.value[i] = slice_of(broken[below(COUNT(broken))]);
		else if (i < 2)
			d.value[i] = one_in(2) ? slice_of(texts[i][below(8)]) : slice_of(around[below(COUNT(around))]);
		else
			d.value[i] = pad(a, one_in(8) ? "elsewhere" : texts[i][below(8)], one_in(6) ? 1 : width);
		if (i >= 2 && one_in(4))
			d.value[i] = arena_printf(a, " " SLICE_FMT "\t", SLICE_ARG(d.value[i]));
		if (i >= 2 && one_in(3))
			d.value[i] = other_case(a, d.value[i]);
	}
	return d;
}

/* --- the plan, read as a device does ------------------------------------------------------------------------------ */

static uint32_t class_of(const struct plan_fold *f, const struct device *d, struct arena *a)
{
	struct slice text = slice_trim(d->value[attr_number(f->attribute)]);
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
	bool guarded = o->nlists || o->dev || o->has_from || o->has_window || o->has_percent;

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

static const void *upgrade_by_plan(const struct plan *p, const struct device *d, struct arena *a)
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

static const void *switch_by_plan(const struct plan *p, struct slice key, const struct device *d,
				  struct digests *hashing)
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

static void upgrades(void **state)
{
	CLEANUP(digests_free_at) struct digests *hashing = NULL;
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	size_t devices = 0, delivered = 0, folded[ATTRS + 1] = { 0 }, coarse = 0;

	assert_int_equal(digests_new(&hashing), 0);
	for (size_t i = 0; i < PLANS; i++, arena_reset(&a), arena_reset(&scratch)) {
		struct app app = { .segments_max = caps[i % COUNT(caps)] };
		struct style style = random_style();
		struct plan p;

		random_upgrades(&app, &a, &style);
		assert_int_equal(
			plan_make(&p, &a, &scratch, &app, PLATFORM_ANDROID, KIND_UPGRADE, COMMIT_TIME, hashing), 0);
		sorted_and_sound(&p);
		folded[p.nfolds]++;
		for (size_t k = 0; k < p.nattrs; k++)
			coarse += p.attrs[k].choice == CHOICE_FOLDED && p.attrs[k].columns < p.attrs[k].classes / 2;
		for (size_t k = 0; k < DEVICES; k++) {
			struct device d = random_device(&a, style.width);
			const void *expected = upgrade_directly(&app, &d), *found = upgrade_by_plan(&p, &d, &scratch);

			if (expected != found)
				print_message("definitions %zu, device %zu\n", i, k);
			assert_ptr_equal(expected, found);
			devices++;
			delivered += expected != NULL;
		}
	}
	arena_release(&a);
	arena_release(&scratch);
	print_message("%zu devices, %zu upgraded; plans with 0, 1, 2 folds: %zu %zu %zu; coarse tables: %zu\n", devices,
		      delivered, folded[0], folded[1], folded[2], coarse);
	assert_true(devices >= 20000 && folded[0] && folded[1] && folded[2] && coarse);
}

static void switches(void **state)
{
	CLEANUP(digests_free_at) struct digests *hashing = NULL;
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	size_t sharded = 0;

	assert_int_equal(digests_new(&hashing), 0);
	for (size_t i = 0; i < 12; i++, arena_reset(&a), arena_reset(&scratch)) {
		struct app app = { .segments_max = 256 };
		struct plan p;

		random_switches(&app, &a);
		assert_int_equal(plan_make(&p, &a, &scratch, &app, PLATFORM_ANDROID, KIND_SWITCH, COMMIT_TIME, hashing),
				 0);
		sharded += p.shape == PLAN_UNITS;
		for (size_t k = 0; k < 20; k++) {
			struct device d = random_device(&a, 0);

			for (size_t s = 0; s < app.nswitches; s++)
				assert_ptr_equal(switch_directly(&app.switches[s], &d),
						 switch_by_plan(&p, app.switches[s].key, &d, hashing));
		}
	}
	arena_release(&a);
	arena_release(&scratch);
	assert_true(sharded > 0 && sharded < 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(upgrades), cmocka_unit_test(switches) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
