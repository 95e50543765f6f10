/* How many devices: of segments, and in all of each answer. */
#include "report/diff_parts.h"

#include <stdlib.h>

#define COUNTED_MAX 4096 /* segments of one revision that totals are added up from */

/* --- the census ------------------------------------------------------------------------------------------------------------------ */

static const struct census *census_of(const struct app *app, enum platform p, struct slice attribute)
{
	for (size_t i = 0; i < app->ncensus[p]; i++)
		if (slice_eq(app->census[p][i].element->name, attribute))
			return &app->census[p][i];
	return NULL;
}

static uint64_t census_sum(const struct census *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; c && i < c->n; i++)
		sum += c->v[i].devices;
	return sum;
}

uint64_t platform_devices(const struct app *app, enum platform p)
{
	uint64_t most = 0;

	if (app->audience[p] > 0)
		return (uint64_t)app->audience[p];
	for (size_t i = 0; i < app->ncensus[p]; i++)
		if (census_sum(&app->census[p][i]) > most)
			most = census_sum(&app->census[p][i]);
	return most;
}

/* Marks the values that rules of the slot's offers ask for. */
static void mark_wanted(bool *wanted, const struct partition *p, size_t attr, const struct slot_side *side)
{
	for (uint32_t i = 0; side->offers && i < side->slot->n; i++) {
		const struct numbers *rules = &side->offers->v[side->slot->first + i].rules;

		for (size_t k = 0; k < rules->n; k++) {
			const struct rule *rule = side->offers->rules.v[rules->v[k]].rule;

			if (rule->op != RULE_CONTAINS || !slice_eq(rule->element, p->attrs[attr]->name))
				continue;
			for (size_t v = 0; v < rule->nvalues; v++)
				wanted[partition_region(p, attr, rule->values[v])] = true;
		}
	}
}

/* Regions in which devices may be that the census does not name. */
static bool *open_regions(const struct segment_maker *m, const struct partition *p, size_t attr, const bool *named,
			  bool for_total)
{
	uint32_t regions = p->attrs[attr]->regions;
	bool *open = ARENA_ARRAY(m->a, bool, regions);

	if (for_total) {
		mark_wanted(open, p, attr, m->before);
		mark_wanted(open, p, attr, m->after);
	}
	for (uint32_t region = 0; region < regions; region++)
		open[region] = (open[region] || !for_total) && !named[region];
	return open;
}

static struct estimate_census attribute_census(const struct segment_maker *m, const struct partition *p, size_t attr,
					       bool for_total)
{
	const struct attribute *attribute = p->attrs[attr];
	const struct census *census = census_of(m->app, m->platform, attribute->name);
	uint64_t *devices = ARENA_ARRAY(m->a, uint64_t, attribute->regions);
	bool *named = ARENA_ARRAY(m->a, bool, attribute->regions);

	for (size_t i = 0; census && i < census->n; i++) {
		uint32_t region = partition_region(p, attr, census->v[i].value);

		devices[region] += census->v[i].devices;
		named[region] = true;
	}
	return (struct estimate_census){
		.type = attribute->type,
		.regions = attribute->regions,
		.devices = devices,
		.open = open_regions(m, p, attr, named, for_total),
		.sum = census_sum(census),
		.total = platform_devices(m->app, m->platform),
	};
}

/* Nobody counts which bundles of a quick fix are installed. */
struct estimate *segments_count(const struct segment_maker *m, const struct partition *p, bool for_total)
{
	struct estimate_census *census = ARENA_ARRAY(m->a, struct estimate_census, p->nattrs);
	struct estimate *out = ARENA_ARRAY(m->a, struct estimate, p->nsegments);

	for (size_t i = 0; i < p->nattrs; i++)
		census[i] = attribute_census(m, p, i, for_total);
	for (size_t s = 0; s < p->nsegments; s++) {
		out[s] = ESTIMATE_ALL;
		if (m->kind == KIND_QUICKFIX)
			out[s].low = 0;
		for (size_t i = 0; i < p->nattrs; i++)
			out[s] = estimate_and(out[s], estimate_set(&census[i], &p->segments[s].sets[i]));
	}
	return out;
}

/* --- totals ------------------------------------------------------------------------------------------------------------------------ */

static struct diff_effect *effect_of(struct diff_slot *slot, struct arena *a, const struct offer *o)
{
	struct slice what = offer_what(a, o), whole = o->value ? o->value->value : what;

	for (size_t i = 0; i < slot->neffects; i++)
		if (slice_eq(slot->effects[i].whole, whole))
			return &slot->effects[i];
	slot->effects[slot->neffects] = (struct diff_effect){ .what = what, .whole = whole };
	return &slot->effects[slot->neffects++];
}

/* What each offer of one revision takes: a partition against nothing has all its segments. NULL: they are too many. */
static struct estimate *offers_count(struct segment_maker *m, const struct slot_side *side)
{
	const struct partition_side whole = { side->offers, side->slot, side->means }, nothing = { NULL, NULL, NULL };
	struct estimate *taken = ARENA_ARRAY(m->a, struct estimate, side->slot->n), *devices;
	struct partition *p = ARENA_NEW(m->a, struct partition);

	partition_make(p, m->a, &nothing, &whole, COUNTED_MAX);
	if (p->further)
		return NULL;
	m->partition = p;
	devices = segments_count(m, p, true);
	for (size_t s = 0; s < p->nsegments; s++) {
		const struct offer_view *view = &p->segments[s].after;

		for (size_t i = 0; i < view->n; i++) {
			struct estimate *sum = &taken[view->v[i] - side->offers->v - side->slot->first];

			*sum = estimate_add(*sum, offer_take(&devices[s], m, side, view->v[i]));
		}
	}
	return taken;
}

static bool count_side(struct diff_slot *slot, struct segment_maker *m, const struct slot_side *side, bool is_after)
{
	struct estimate *taken;

	if (!side->offers)
		return true;
	taken = offers_count(m, side);
	for (uint32_t i = 0; taken && i < side->slot->n; i++) {
		const struct offer *o = &side->offers->v[side->slot->first + i];
		struct diff_effect *effect = effect_of(slot, m->a, o);
		struct estimate *sum = is_after ? &effect->after : &effect->before;
		struct estimate everybody = ESTIMATE_ALL;

		if (o->nlists) { /* in all segments together it has no more ids than in one */
			struct estimate most = offer_take(&everybody, m, side, o);

			taken[i].high = most.high < taken[i].high ? most.high : taken[i].high;
		}
		*sum = estimate_add(*sum, taken[i]);
	}
	return taken != NULL;
}

void effects_make(struct diff_slot *slot, struct segment_maker *m)
{
	size_t room = (m->before->offers ? m->before->slot->n : 0) + (m->after->offers ? m->after->slot->n : 0);

	slot->effects = ARENA_ARRAY(m->a, struct diff_effect, room);
	slot->uncounted = !count_side(slot, m, m->before, false) || !count_side(slot, m, m->after, true);
	if (slot->uncounted)
		slot->neffects = 0;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static uint64_t effect_size(const struct diff_effect *e)
{
	return distance(e->before.low, e->after.low) + distance(e->before.high, e->after.high);
}

static int by_effect(const void *x, const void *y)
{
	const struct diff_effect *a = x, *b = y;
	uint64_t of_a = effect_size(a), of_b = effect_size(b);

	if (of_a != of_b)
		return of_a > of_b ? -1 : 1;
	return slice_cmp(a->whole, b->whole);
}

void effects_finish(struct diff_slot *slot)
{
	size_t n = 0;

	for (size_t i = 0; i < slot->neffects; i++)
		if (!estimate_reads_same(slot->effects[i].before, slot->effects[i].after, slot->devices))
			slot->effects[n++] = slot->effects[i];
	slot->neffects = n;
	if (n > 1)
		qsort(slot->effects, n, sizeof(*slot->effects), by_effect);
}
