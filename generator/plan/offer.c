#include "plan/offer.h"

#include <stdlib.h>

#define EVERYBODY 100000u /* thousandths */

/* --- what kinds share --------------------------------------------------------------------------------------------- */

static struct numbers add_rules(struct rule_table *t, const struct rules *rules, const struct rule *own)
{
	uint32_t *v = ARENA_ARRAY(t->mem, uint32_t, rules->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		v[n++] = rules_add(t, &rules->v[i]);
	if (own)
		v[n++] = rules_add(t, own);
	return (struct numbers){ v, n };
}

static void set_percent(struct offer *o, uint32_t thousandths)
{
	o->has_percent = thousandths > 0 && thousandths < EVERYBODY;
	o->thousandths = o->has_percent ? thousandths : 0;
	if (thousandths == 0)
		o->fate = OFFER_NOBODY;
}

static bool has_no_guard(const struct offer *o)
{
	return !o->nlists && !o->dev && !o->has_from && !o->has_window && !o->has_percent && !o->nunless;
}

/* --- upgrades ----------------------------------------------------------------------------------------------------- */

static size_t releasing(const struct upgrade *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->ntasks; i++)
		n += u->tasks[i].status == STATUS_RELEASING;
	return n;
}

/* Best first. Total: ids are unique in a release. */
static int by_rank(const void *x, const void *y)
{
	const struct task *a = *(const struct task *const *)x, *b = *(const struct task *const *)y;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->published_at != b->published_at)
		return a->published_at > b->published_at ? -1 : 1;
	return slice_cmp(b->id, a->id);
}

static void set_window(struct offer *o, const struct window *w)
{
	o->has_window = true;
	o->start = w->start;
	o->end = w->end;
	o->has_limit = w->audience > 0 && w->users < (uint64_t)w->audience;
	o->ramp = w->ramp;
	o->nramp = w->nramp;
}

static struct offer task_offer(const struct upgrade *u, const struct task *task, int64_t commit_time)
{
	struct offer o = { .upgrade = u, .task = task, .dev = task->dev };

	if (task->type == TASK_WHITELIST) {
		o.lists = task->whitelists;
		o.nlists = task->nwhitelists;
	}
	if (task->type == TASK_PERCENTAGE)
		set_percent(&o, task->thousandths);
	if (task->type == TASK_WINDOW)
		set_window(&o, &task->window);
	if (task->published_at > commit_time) {
		o.has_from = true;
		o.from = task->published_at;
	}
	return o;
}

/* version > appVersion */
static const struct rule *newer_than_installed(struct arena *a, const struct upgrade *u)
{
	struct rule *r = ARENA_NEW(a, struct rule);

	r->element = SLICE("appVersion");
	r->type = ATTR_VERSION;
	r->op = RULE_IN;
	r->has_upper = true;
	r->upper = u->version;
	r->exclusive = true;
	return r;
}

static void add_release(struct offers *out, struct arena *a, const struct upgrade *u, int64_t commit_time)
{
	size_t n = releasing(u), found = 0;
	const struct task **tasks = ARENA_ARRAY(a, const struct task *, n);
	struct numbers *unless = ARENA_ARRAY(a, struct numbers, u->nunless);
	const struct rule *own = newer_than_installed(a, u);

	for (size_t i = 0; i < u->ntasks; i++)
		if (u->tasks[i].status == STATUS_RELEASING)
			tasks[found++] = &u->tasks[i];
	if (n > 1)
		qsort(tasks, n, sizeof(struct task *), by_rank);
	for (size_t i = 0; n > 0 && i < u->nunless; i++)
		unless[i] = add_rules(&out->rules, &u->unless[i], NULL);
	for (size_t i = 0; i < n; i++) {
		struct offer o = task_offer(u, tasks[i], commit_time);

		o.rules = add_rules(&out->rules, &tasks[i]->rules, own);
		o.unless = unless;
		o.nunless = u->nunless;
		o.free = has_no_guard(&o);
		out->v[out->n++] = o;
	}
}

void offers_upgrade(struct offers *out, struct arena *a, const struct app *app, enum platform p, int64_t commit_time)
{
	size_t n = 0;

	*out = (struct offers){ .platform = p, .kind = KIND_UPGRADE };
	rules_init(&out->rules, a);
	for (size_t i = 0; i < app->nupgrades; i++)
		n += app->upgrades[i].platform == p ? releasing(&app->upgrades[i]) : 0;
	out->v = ARENA_ARRAY(a, struct offer, n);
	for (size_t i = app->nupgrades; i-- > 0;)
		if (app->upgrades[i].platform == p)
			add_release(out, a, &app->upgrades[i], commit_time);
	if (out->n > 0) {
		out->slots = ARENA_NEW(a, struct offer_slot);
		out->slots[out->nslots++] = (struct offer_slot){ slice_of(platform_name(p)), 0, (uint32_t)out->n };
	}
	rules_close(&out->rules);
}

/* --- switches ----------------------------------------------------------------------------------------------------- */

static struct offer value_offer(const struct switch_def *sw, const struct switch_value *value)
{
	struct offer o = { .sw = sw, .value = value, .dev = value->dev };

	if (value->type == SWITCH_WHITELIST) {
		o.lists = value->whitelists;
		o.nlists = value->nwhitelists;
	}
	if (value->type == SWITCH_PERCENTAGE)
		set_percent(&o, value->thousandths);
	o.free = has_no_guard(&o);
	return o;
}

static void add_switch(struct offers *out, const struct switch_def *sw)
{
	size_t first = out->n;

	for (size_t i = 0; i < sw->nvalues; i++) {
		struct offer o;

		if (!sw->values[i].platforms[out->platform])
			continue;
		o = value_offer(sw, &sw->values[i]);
		o.slot = (uint32_t)out->nslots;
		o.rules = add_rules(&out->rules, &sw->values[i].rules, NULL);
		out->v[out->n++] = o;
	}
	if (out->n > first)
		out->slots[out->nslots++] = (struct offer_slot){ sw->key, (uint32_t)first, (uint32_t)(out->n - first) };
}

void offers_switch(struct offers *out, struct arena *a, const struct app *app, enum platform p)
{
	size_t n = 0;

	*out = (struct offers){ .platform = p, .kind = KIND_SWITCH };
	rules_init(&out->rules, a);
	for (size_t i = 0; i < app->nswitches; i++)
		n += app->switches[i].active ? app->switches[i].nvalues : 0;
	out->v = ARENA_ARRAY(a, struct offer, n);
	out->slots = ARENA_ARRAY(a, struct offer_slot, app->nswitches);
	for (size_t i = 0; i < app->nswitches; i++)
		if (app->switches[i].active)
			add_switch(out, &app->switches[i]);
	rules_close(&out->rules);
}

const char *offer_fate_text(enum offer_fate fate)
{
	static const char *const texts[] = {
		[OFFER_LIVE] = "",
		[OFFER_NOBODY] = "its percentage is 0",
		[OFFER_NEVER] = "no device satisfies all its rules",
		[OFFER_CLOSED] = "an earlier offer takes every device that it could reach",
	};

	return texts[fate];
}
