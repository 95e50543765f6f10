/* Random definitions of every kind, and random devices. */
#ifndef UNIT_PLAN_RANDOM_H
#define UNIT_PLAN_RANDOM_H

#include <stdio.h>

#include "direct.h"
#include "make.h"

/* --- randomness --------------------------------------------------------------------------------------------------- */

static uint64_t seed = 0x5eed5eed5eedu;

static inline uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 32) % n);
}

static inline bool one_in(uint32_t n)
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
	{ "k", "K", " k", "k ", "two words", "k\t", "v1", "1.0" },
};

/* Long values make folding worth its price. */
static inline struct slice pad(struct arena *a, const char *text, uint32_t width)
{
	return arena_printf(a, "%s%0*d", text, (int)width + 1, 0);
}

/* What the definitions of one round have in common. */
struct style {
	uint32_t width;       /* of texts */
	uint32_t first, span; /* attributes that rules look at */
	bool sharp;           /* each rule names a value or two: then folding pays twice */
	uint32_t official;    /* one task in so many */
};

static inline struct style random_style(void)
{
	struct style style = { .width = below(3) * 400, .span = RULED, .official = 30 };

	if (!one_in(3)) {
		style.first = 1 + below(3);
		style.span = 2;
		style.sharp = one_in(2);
		style.width = style.sharp ? 1000 : style.width;
	}
	return style;
}

static inline struct rule random_list(struct arena *a, uint32_t attr, enum rule_op op, const struct style *style)
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

static inline struct rule random_rule(struct arena *a, const struct style *style, uint32_t number)
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

static inline struct rules random_rules(struct arena *a, uint32_t most, const struct style *style)
{
	struct rules rules = { ARENA_ARRAY(a, struct rule, most), style->sharp ? most : below(most + 1) };

	for (size_t i = 0; i < rules.n; i++)
		rules.v[i] = random_rule(a, style, (uint32_t)i);
	return rules;
}

static struct whitelist lists[2] = { { .name = { "wl0", 3 } }, { .name = { "wl1", 3 } } };
static struct whitelist *list_pointers[2] = { &lists[0], &lists[1] };

static inline struct task random_task(struct arena *a, size_t number, const struct style *style)
{
	struct task t = { .id = arena_printf(a, "t%zu", number), .status = STATUS_RELEASING };

	t.published_at = COMMIT_TIME - 10 + below(12);
	t.dev = one_in(12);
	if (one_in(style->official))
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

static inline void random_tasks(struct release *r, struct arena *a, size_t n, size_t number, const struct style *style)
{
	r->ntasks = n;
	r->tasks = ARENA_ARRAY(a, struct task, n + 1);
	for (size_t i = 0; i < n; i++)
		r->tasks[i] = random_task(a, number * 100 + i, style);
}

static inline void random_unless(struct release *r, struct arena *a, const struct style *style)
{
	r->unless = ARENA_ARRAY(a, struct rules, 1);
	r->unless[0] = random_rules(a, 1, style);
	r->nunless = one_in(6) && r->unless[0].n;
}

/* Of some releases a task that takes them back. */
static inline void random_rollback(struct release *r)
{
	if (!one_in(5))
		return;
	r->tasks[r->ntasks++] = (struct task){ .id = SLICE("back"),
					       .type = TASK_ROLLBACK,
					       .status = one_in(3) ? STATUS_ENDED : STATUS_RELEASING };
}

static inline void random_upgrades(struct app *app, struct arena *a, const struct style *style)
{
	uint32_t releases = one_in(3) ? 40 : 6, tasks = one_in(2) ? 14 : 4;

	app->nupgrades = releases;
	app->upgrades = ARENA_ARRAY(a, struct upgrade, releases);
	for (uint32_t i = 0; i < releases; i++) {
		struct upgrade *u = &app->upgrades[i];

		*u = make_upgrade(a, arena_printf(a, "%u.%u", 1 + i / 5, i % 5).p, NULL, 0);
		random_tasks(&u->r, a, releases == 40 ? 1 : below(tasks + 1), i, style);
		random_unless(&u->r, a, style);
		if (one_in(8)) {
			u->distribution = DIST_TEST_FLIGHT;
			u->expires = 5000;
		}
	}
	app_list_releases(app, a);
}

/* Up to three patches of each of eight products, some of which have a versionKey. */
static inline void random_hotpatches(struct app *app, struct arena *a, const struct style *style)
{
	uint32_t keyed = below(256), most = one_in(2) ? 4 : 10;

	app->hotpatches = ARENA_ARRAY(a, struct hotpatch, 24);
	for (uint32_t i = 0; i < 24; i++) {
		struct hotpatch *h = &app->hotpatches[app->nhotpatches];
		uint32_t product = i % 8, number = 1 + i / 8;
		struct slice version = arena_printf(a, "%s/%u", texts[0][product], number);

		if (one_in(4))
			continue;
		*h = (struct hotpatch){ .r = make_release(a, KIND_HOTPATCH, "android", version.p, NULL, 0),
					.product = make_version(texts[0][product]),
					.product_text = slice_of(texts[0][product]),
					.patch_number = number };
		if (keyed >> product & 1)
			h->version_key = slice_of(texts[RULED][product]);
		random_tasks(&h->r, a, below(most), i, style);
		random_unless(&h->r, a, style);
		random_rollback(&h->r);
		app->nhotpatches++;
	}
	app_list_releases(app, a);
}

static inline struct h5_release random_package(struct arena *a, const struct h5_app *of, uint32_t number,
					       uint32_t payload)
{
	const struct style style = { .span = RULED, .official = 3 };
	uint32_t min = below(8);
	struct h5_release h = { .r = make_release(a, KIND_H5, of->id.p, arena_printf(a, "1.0.0.%u", number).p, NULL, 0),
				.app = of };

	h.version = make_version(h.r.version_text.p);
	h.r.platforms[PLATFORM_IOS] = !one_in(6);
	h.r.memo = pad(a, "", payload);
	h.client[PLATFORM_IOS].min = make_version(texts[0][min]);
	h.client[PLATFORM_IOS].has_max = one_in(3);
	h.client[PLATFORM_IOS].max = make_version(texts[0][min + below(8 - min)]);
	random_tasks(&h.r, a, below(4), number, &style);
	return h;
}

static inline void random_h5(struct app *app, struct arena *a)
{
	uint32_t payload = below(3) * 300;

	app->nh5_apps = 40;
	app->h5_apps = ARENA_ARRAY(a, struct h5_app, app->nh5_apps);
	app->h5 = ARENA_ARRAY(a, struct h5_release, 4 * app->nh5_apps);
	for (size_t i = 0; i < app->nh5_apps; i++) {
		app->h5_apps[i].id = arena_printf(a, "100000%02zu", i);
		for (uint32_t k = 0; k < i % 5; k++)
			app->h5[app->nh5++] = random_package(a, &app->h5_apps[i], k, payload);
	}
	app_list_releases(app, a);
}

static inline void random_quickfixes(struct app *app, struct arena *a)
{
	const struct style style = { .span = RULED, .official = 3 };
	uint32_t modules = below(3) * 3;

	app->quickfixes = ARENA_ARRAY(a, struct quickfix, 160);
	for (uint32_t i = 0; i < 40; i++) {
		for (uint32_t k = 0; k < i % 5; k++) {
			struct quickfix *q = &app->quickfixes[app->nquickfixes++];

			q->patch_version_code = 1 + 2 * k;
			q->r = make_release(a, KIND_QUICKFIX, arena_printf(a, "com.b%02u/7", i).p,
					    arena_printf(a, "%u", 1 + 2 * k).p, NULL, 0);
			q->r.platforms[PLATFORM_ANDROID] = false;
			q->r.platforms[PLATFORM_HARMONY] = true;
			q->nmodules = modules;
			random_tasks(&q->r, a, below(5), k, &style);
			random_rollback(&q->r);
		}
	}
	app_list_releases(app, a);
}

static inline void random_switches(struct app *app, struct arena *a)
{
	const struct style style = { .span = RULED };
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
			v->dev = one_in(6);
		}
	}
}

/* --- random devices ----------------------------------------------------------------------------------------------- */

static inline struct slice other_case(struct arena *a, struct slice text)
{
	char *p = arena_str(a, text);

	for (size_t i = 0; i < text.n; i++)
		p[i] ^= (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ? 0x20 : 0;
	return (struct slice){ p, text.n };
}

static inline struct slice random_text(struct arena *a, uint32_t attr, uint32_t width)
{
	static const char *const broken[] = { "", "  ", "14-beta", "Android 14", "v", "1..2" };
	static const char *const around[] = { "0", "2.0", "v3.0", " 4.1.0 ", "4.1.0.1", "99", "V11", "1.3", "4.4" };
	struct slice text;

	if (one_in(12))
		return slice_of(broken[below(COUNT(broken))]);
	if (attr < 2)
		return slice_of(one_in(2) ? texts[attr][below(8)] : around[below(COUNT(around))]);
	if (attr == RULED)
		return slice_of(texts[attr][below(8)]);
	text = pad(a, one_in(8) ? "elsewhere" : texts[attr][below(8)], one_in(6) ? 1 : width);
	if (one_in(4))
		text = arena_printf(a, " " SLICE_FMT "\t", SLICE_ARG(text));
	return one_in(3) ? other_case(a, text) : text;
}

static inline struct device random_device(struct arena *a, enum platform platform, uint32_t width)
{
	struct device d = { .platform = platform,
			    .luck = (uint64_t)below(UINT32_MAX),
			    .dev = one_in(4),
			    .early = one_in(2),
			    .patched = one_in(2),
			    .patch = below(10) };

	for (uint32_t i = 0; i < ATTRS; i++)
		if (!one_in(8))
			d.value[i] = random_text(a, i, width);
	return d;
}

#endif
