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
	return !o->nlists && !o->dev && !o->has_from && !o->has_window && !o->has_percent && !o->has_until &&
	       !o->has_above && !o->nunless;
}

/* --- releases ----------------------------------------------------------------------------------------------------- */

static size_t releasing(const struct release *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ntasks; i++)
		n += r->tasks[i].status == STATUS_RELEASING;
	return n;
}

/* The releasing task that takes the others of its release back; NULL: there is none. */
static const struct task *rollback_of(const struct release *r)
{
	for (size_t i = 0; i < r->ntasks; i++)
		if (r->tasks[i].status == STATUS_RELEASING && r->tasks[i].type == TASK_ROLLBACK)
			return &r->tasks[i];
	return NULL;
}

int task_rank_cmp(const struct task *a, const struct task *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->published_at != b->published_at)
		return a->published_at > b->published_at ? -1 : 1;
	return slice_cmp(b->id, a->id);
}

static int by_rank(const void *x, const void *y)
{
	return task_rank_cmp(*(const struct task *const *)x, *(const struct task *const *)y);
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

static void set_release(struct offer *o, const struct release *r)
{
	if (r->kind == KIND_UPGRADE && upgrade_of(r)->distribution == DIST_TEST_FLIGHT) {
		o->has_until = true;
		o->until = upgrade_of(r)->expires;
	}
	if (r->kind == KIND_QUICKFIX) {
		o->has_above = true;
		o->above = quickfix_of(r)->patch_version_code;
	}
}

static struct offer task_offer(const struct release *r, const struct task *task, int64_t commit_time)
{
	struct offer o = { .release = r, .task = task, .dev = task->dev };

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
	if (task->type != TASK_ROLLBACK)
		set_release(&o, r);
	return o;
}

static struct rule *version_rule(struct arena *a, enum rule_op op)
{
	struct rule *rule = ARENA_NEW(a, struct rule);

	rule->element = SLICE("appVersion");
	rule->type = ATTR_VERSION;
	rule->op = op;
	return rule;
}

/* version > appVersion */
static const struct rule *older_than(struct arena *a, const struct version *v)
{
	struct rule *rule = version_rule(a, RULE_IN);

	rule->has_upper = true;
	rule->upper = *v;
	rule->exclusive = true;
	return rule;
}

static const struct rule *in_range(struct arena *a, const struct client_range *range)
{
	struct rule *rule = version_rule(a, RULE_IN);

	rule->has_lower = true;
	rule->lower = range->min;
	rule->has_upper = range->has_max;
	rule->upper = range->max;
	return rule;
}

static const struct rule *same_product(struct arena *a, const struct hotpatch *h)
{
	struct rule *rule = version_rule(a, RULE_CONTAINS);

	rule->values = ARENA_NEW(a, struct slice);
	rule->nvalues = 1;
	if (h->version_key.n) {
		rule->element = SLICE("versionKey");
		rule->type = ATTR_EXACT;
		*rule->values = h->version_key;
	} else {
		*rule->values = h->product_text;
		rule->versions = ARENA_NEW(a, struct version);
		*rule->versions = h->product;
	}
	return rule;
}

/* What every offer of a release asks of a device beside its task's own rules; NULL: the slot says it all. */
static const struct rule *condition(struct arena *a, const struct release *r, enum platform p)
{
	switch (r->kind) {
	case KIND_UPGRADE:
		return older_than(a, &upgrade_of(r)->version);
	case KIND_HOTPATCH:
		return same_product(a, hotpatch_of(r));
	case KIND_H5:
		return in_range(a, &h5_of(r)->client[p]);
	case KIND_QUICKFIX:
	case KIND_SWITCH:
	case KIND_COUNT:
		break;
	}
	return NULL;
}

static const struct task **ranked_tasks(struct arena *a, const struct release *r, size_t n)
{
	const struct task **tasks = ARENA_ARRAY(a, const struct task *, n);
	size_t found = 0;

	for (size_t i = 0; i < r->ntasks; i++)
		if (r->tasks[i].status == STATUS_RELEASING)
			tasks[found++] = &r->tasks[i];
	qsort(tasks, n, sizeof(struct task *), by_rank);
	return tasks;
}

static void add_release(struct offers *out, struct arena *a, const struct release *r, int64_t commit_time)
{
	size_t n = releasing(r);
	const struct task **tasks;
	struct numbers *unless;
	const struct rule *own;

	if (n == 0 || rollback_of(r))
		return;
	tasks = ranked_tasks(a, r, n);
	own = condition(a, r, out->platform);
	unless = ARENA_ARRAY(a, struct numbers, r->nunless);
	for (size_t i = 0; i < r->nunless; i++)
		unless[i] = add_rules(&out->rules, &r->unless[i], NULL);
	for (size_t i = 0; i < n; i++) {
		struct offer o = task_offer(r, tasks[i], commit_time);

		o.slot = (uint32_t)out->nslots;
		o.rules = add_rules(&out->rules, &tasks[i]->rules, own);
		o.unless = unless;
		o.nunless = r->nunless;
		o.free = has_no_guard(&o);
		out->v[out->n++] = o;
	}
}

static void add_rollback(struct offers *out, struct arena *a, const struct release *r, int64_t commit_time)
{
	static const struct rules none = { NULL, 0 };
	const struct task *task = rollback_of(r);
	struct offer o;

	if (!task)
		return;
	o = task_offer(r, task, commit_time);
	o.slot = (uint32_t)out->nslots;
	o.rules = add_rules(&out->rules, &none, condition(a, r, out->platform));
	o.free = has_no_guard(&o);
	out->v[out->n++] = o;
}

/* The releases v[0..n-1] are those of one slot, ascending. */
static void add_slot(struct offers *out, struct arena *a, const struct release **v, size_t n, int64_t commit_time)
{
	size_t first = out->n;

	for (size_t i = n; i-- > 0;)
		if (v[i]->platforms[out->platform])
			add_release(out, a, v[i], commit_time);
	for (size_t i = n; i-- > 0;)
		if (v[i]->platforms[out->platform])
			add_rollback(out, a, v[i], commit_time);
	if (out->n > first)
		out->slots[out->nslots++] =
			(struct offer_slot){ v[0]->slot, (uint32_t)first, (uint32_t)(out->n - first) };
}

void offers_releases(struct offers *out, struct arena *a, const struct app *app, enum platform p, enum kind k,
		     int64_t commit_time)
{
	const struct release **v = app->releases[k];
	size_t n = 0, nslots = 0;

	*out = (struct offers){ .platform = p, .kind = k };
	rules_init(&out->rules, a);
	for (size_t i = 0; i < app->nreleases[k]; i++) {
		n += v[i]->platforms[p] ? releasing(v[i]) : 0;
		nslots += i == 0 || !slice_eq(v[i]->slot, v[i - 1]->slot);
	}
	out->v = ARENA_ARRAY(a, struct offer, n);
	out->slots = ARENA_ARRAY(a, struct offer_slot, nslots);
	for (size_t i = 0, end; i < app->nreleases[k]; i = end) {
		for (end = i + 1; end < app->nreleases[k] && slice_eq(v[end]->slot, v[i]->slot);)
			end++;
		add_slot(out, a, v + i, end - i, commit_time);
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

bool offer_is_dev_ship(const struct offer *o)
{
	return o->dev && o->release && o->release->kind == KIND_HOTPATCH && hotpatch_of(o->release)->version_key.n > 0;
}

bool offer_closes(const struct offer *closer)
{
	return !closer->nlists && !closer->has_from && !closer->has_window && !closer->has_until &&
	       !closer->has_percent;
}

bool offer_guards_cover(const struct offer *closer, const struct offer *o)
{
	return (!closer->dev || o->dev) && (closer->dev || !offer_is_dev_ship(o)) &&
	       (!closer->has_above || (o->has_above && o->above <= closer->above));
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
