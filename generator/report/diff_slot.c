/* Slots of a diff: which differ, in which segments, and how many devices get what. */
#include "report/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "plan/prune.h"

struct slots { /* of one kind */
	struct diff_app *out;
	const struct app_pair *pair;
	struct meanings meanings;
	struct map same; /* what slots of several platforms say → the first that says it */
	enum platform platform;
	int64_t now;
};

static void sort(void *v, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(v, n, size, order);
}

/* --- whether a slot differs ---------------------------------------------------------------------------------------------------- */

static bool numbered_are_same(const struct offers *a, struct numbers x, const struct offers *b, struct numbers y)
{
	for (size_t i = 0; i < x.n && i < y.n; i++)
		if (!rule_is_same(a->rules.v[x.v[i]].rule, b->rules.v[y.v[i]].rule))
			return false;
	return x.n == y.n;
}

static bool offers_are_same(const struct slot_side *a, const struct offer *x, const struct slot_side *b,
			    const struct offer *y)
{
	if (a->means[x - a->offers->v] != b->means[y - b->offers->v] || x->nunless != y->nunless ||
	    !numbered_are_same(a->offers, x->rules, b->offers, y->rules))
		return false;
	for (size_t i = 0; i < x->nunless; i++)
		if (!numbered_are_same(a->offers, x->unless[i], b->offers, y->unless[i]))
			return false;
	return true;
}

/* The last live one of the slot's first *n offers, with *n becoming its place; NULL: none. */
static const struct offer *last_live(const struct slot_side *s, uint32_t *n)
{
	while (s->offers && *n > 0) {
		const struct offer *o = &s->offers->v[s->slot->first + --*n];

		if (o->fate == OFFER_LIVE)
			return o;
	}
	return NULL;
}

/* Leaves out what both have at their ends: it is nobody's change, and a newer release would be parted by all that older ones ask.
 * False: nothing is left. */
static bool sides_trim(struct slot_side *before, struct slot_side *after)
{
	uint32_t n = before->offers ? before->slot->n : 0, m = after->offers ? after->slot->n : 0;
	const struct offer *x, *y;

	do {
		if (before->offers)
			before->part = (struct offer_slot){ before->slot->name, before->slot->first, n };
		if (after->offers)
			after->part = (struct offer_slot){ after->slot->name, after->slot->first, m };
		x = last_live(before, &n);
		y = last_live(after, &m);
	} while (x && y && offers_are_same(before, x, after, y));
	return x || y;
}

#define OTHERWISE_NAMED 3 /* answers that are named */

/* Answers of what was left out, each once; true: the last one is everybody's. */
static bool others_named(struct slice *out, size_t *n, struct arena *a, const struct slot_side *s)
{
	bool for_all = false;

	for (uint32_t i = s->offers ? s->part.n : 0; s->offers && i < s->slot->n; i++) {
		const struct offer *o = &s->offers->v[s->slot->first + i];
		struct slice what = offer_what(a, o);
		bool known = false;

		if (o->fate != OFFER_LIVE)
			continue;
		for (size_t k = 0; k < *n; k++)
			known = known || slice_eq(out[k], what);
		if (!known)
			out[(*n)++] = what;
		for_all = o->free && o->npreds == 0;
	}
	return for_all;
}

/* "as before: 8.0.9, 8.0.8 or nothing", of what was left out. */
static struct slice otherwise(struct arena *a, const struct slot_side *s, enum kind kind)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	struct slice *named = ARENA_ARRAY(a, struct slice, (s->offers ? s->slot->n : 0) + 1);
	size_t n = 0, shown;

	if (!others_named(named, &n, a, s))
		named[n++] = kind == KIND_SWITCH ? SLICE("the app's own default") : SLICE("nothing");
	if (n == 1)
		return named[0];
	shown = n > OTHERWISE_NAMED + 1 ? OTHERWISE_NAMED : n - 1;
	for (size_t i = 0; i < shown; i++)
		strbuf_addf(&words, "%s" SLICE_FMT, i ? ", " : "as before: ", SLICE_ARG(named[i]));
	strbuf_addf(&words, "%s or " SLICE_FMT, shown < n - 1 ? ", …" : "", SLICE_ARG(named[n - 1]));
	return arena_copy(a, strbuf_slice(&words));
}

/* --- a slot -------------------------------------------------------------------------------------------------------------------------- */

static int by_where(const void *x, const void *y)
{
	return slice_cmp(((const struct diff_segment *)x)->where, ((const struct diff_segment *)y)->where);
}

static int by_devices(const void *x, const void *y)
{
	const struct diff_segment *a = x, *b = y;

	if (a->devices.low != b->devices.low)
		return a->devices.low > b->devices.low ? -1 : 1;
	if (a->devices.high != b->devices.high)
		return a->devices.high > b->devices.high ? -1 : 1;
	return by_where(x, y);
}

/* How many segments are told: of long lists of candidates fewer, since each has most of them. */
static size_t segments_told(const struct partition *p)
{
	size_t lines = 0, n = 0;

	while (n < p->nsegments && (n == 0 || lines < DIFF_LINES_MAX)) {
		lines += p->segments[n].before.n + p->segments[n].after.n + 1;
		n++;
	}
	return n;
}

/* Until all platforms are known, by their conditions. */
static void segments_make(struct diff_slot *slot, const struct segment_maker *m)
{
	const struct partition *p = m->partition;
	const struct estimate *devices = segments_count(m, p, false);
	uint64_t left_out;

	slot->nsegments = segments_told(p);
	left_out = p->nsegments - slot->nsegments;
	slot->further = p->further > UINT64_MAX - left_out ? UINT64_MAX : p->further + left_out;
	slot->segments = ARENA_ARRAY(m->a, struct diff_segment, slot->nsegments);
	for (size_t i = 0; i < slot->nsegments; i++) {
		CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
		struct diff_segment *out = &slot->segments[i];

		words_segment(&words, p, &p->segments[i]);
		out->words = arena_copy(m->a, strbuf_slice(&words));
		out->where = where_text(m->a, p, &p->segments[i]);
		out->devices = devices[i];
		lines_make(out, m, &p->segments[i]);
	}
	sort(slot->segments, slot->nsegments, sizeof(*slot->segments), by_where);
}

/* All that a slot says but for its numbers: platforms that say the same are told as one. */
static struct slice slot_key(struct arena *a, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;

	strbuf_addf(&key, SLICE_FMT " %d %d %d %d %llu", SLICE_ARG(slot->slot), slot->devices != 0, slot->is_new,
		    slot->is_gone, slot->uncounted, (unsigned long long)slot->further);
	for (size_t i = 0; i < slot->nsegments; i++) {
		const struct diff_segment *s = &slot->segments[i];

		strbuf_addf(&key, "\n" SLICE_FMT, SLICE_ARG(s->where));
		for (size_t k = 0; k < s->nlines; k++) {
			const struct diff_line *l = &s->lines[k];

			strbuf_addf(&key, "\n%d %d " SLICE_FMT " " SLICE_FMT " " SLICE_FMT " " SLICE_FMT " " SLICE_FMT,
				    l->before, l->after, SLICE_ARG(l->version), SLICE_ARG(l->task), SLICE_ARG(l->guard),
				    SLICE_ARG(l->payload), SLICE_ARG(l->rest));
		}
	}
	return arena_copy(a, strbuf_slice(&key));
}

static void merge_estimate(struct estimate *into, uint64_t na, struct estimate other, uint64_t nb)
{
	*into = estimate_merge(*into, na, other, nb);
}

static const struct diff_effect *effect_like(const struct diff_slot *slot, const struct diff_effect *like)
{
	for (size_t i = 0; i < slot->neffects; i++)
		if (slice_eq(slot->effects[i].whole, like->whole))
			return &slot->effects[i];
	return NULL;
}

/* Those of either: platforms that say the same here may have others behind it. */
static void effects_merge(struct diff_slot *into, const struct diff_slot *other, struct arena *a)
{
	struct diff_effect *v = ARENA_ARRAY(a, struct diff_effect, into->neffects + other->neffects);
	size_t n = into->neffects;

	for (size_t i = 0; i < n; i++)
		v[i] = into->effects[i];
	for (size_t i = 0; i < other->neffects; i++)
		if (!effect_like(into, &other->effects[i]))
			v[n++] = (struct diff_effect){ .what = other->effects[i].what,
						       .whole = other->effects[i].whole };
	for (size_t i = 0; i < n; i++) {
		const struct diff_effect *from = effect_like(other, &v[i]);

		merge_estimate(&v[i].before, into->devices, from ? from->before : ESTIMATE_NONE, other->devices);
		merge_estimate(&v[i].after, into->devices, from ? from->after : ESTIMATE_NONE, other->devices);
	}
	into->effects = v;
	into->neffects = n;
}

/* The same slot of a further platform. */
static void slot_merge(struct diff_slot *into, const struct diff_slot *other, struct arena *a)
{
	for (size_t i = 0; i < into->nsegments; i++) {
		struct diff_segment *s = &into->segments[i];
		const struct diff_segment *from = &other->segments[i];

		merge_estimate(&s->devices, into->devices, from->devices, other->devices);
		for (size_t k = 0; k < s->nlines; k++) {
			merge_estimate(&s->lines[k].devices_before, into->devices, from->lines[k].devices_before,
				       other->devices);
			merge_estimate(&s->lines[k].devices_after, into->devices, from->lines[k].devices_after,
				       other->devices);
		}
	}
	effects_merge(into, other, a);
	into->devices += other->devices;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		into->platforms[p] |= other->platforms[p];
}

static void slot_add(struct slots *s, const struct diff_slot *slot)
{
	struct arena *a = s->pair->a;
	struct slice key = slot_key(a, slot);
	size_t *known = map_get(&s->same, key);

	if (known) {
		slot_merge(&s->out->slots[*known], slot, a);
		return;
	}
	known = ARENA_NEW(a, size_t);
	*known = s->out->nslots;
	map_put(&s->same, key, known);
	ARENA_PUSH(a, s->out->slots, s->out->nslots, s->out->slots_cap, *slot);
}

static void slot_compare(struct slots *s, struct slot_side *before, struct slot_side *after)
{
	const struct app *app = s->pair->app;
	const struct offers *offers = after->offers ? after->offers : before->offers;
	struct diff_slot out = {
		.kind = offers->kind,
		.slot = (after->offers ? after : before)->slot->name,
		.devices = platform_devices(app, s->platform),
		.is_new = !before->offers,
		.is_gone = !after->offers,
	};
	struct partition p;
	struct segment_maker m = {
		.a = s->pair->a,
		.lists = s->pair->lists,
		.app = app,
		.platform = s->platform,
		.kind = out.kind,
		.partition = &p,
		.before = before,
		.after = after,
		.devices = out.devices,
		.now = s->now,
	};

	if (!sides_trim(before, after))
		return;
	const struct partition_side was = { before->offers, &before->part, before->means };
	const struct partition_side is = { after->offers, &after->part, after->means };

	partition_make(&p, m.a, &was, &is, DIFF_SEGMENTS_MAX);
	if (!p.nsegments && !p.further)
		return;
	m.otherwise = otherwise(m.a, after, out.kind);
	out.platforms[s->platform] = true;
	segments_make(&out, &m);
	effects_make(&out, &m);
	slot_add(s, &out);
}

/* --- an app ---------------------------------------------------------------------------------------------------------------------------- */

struct revision { /* the offers of one platform and kind */
	struct slot_side side;
	struct offers offers;
	size_t next; /* of its slots */
};

static void revision_make(struct revision *out, const struct slots *s, const struct diff_side *of,
			  const struct app *app, enum kind kind)
{
	struct arena *a = s->pair->a;

	*out = (struct revision){ .next = 0 };
	out->side.side = of;
	if (!app)
		return;
	if (kind == KIND_SWITCH)
		offers_switch(&out->offers, a, app, s->platform);
	else
		offers_releases(&out->offers, a, app, s->platform, kind, s->now);
	offers_prune(&out->offers, a, a);
	out->side.means = ARENA_ARRAY(a, uint32_t, out->offers.n);
	out->side.meanings = ARENA_ARRAY(a, struct meaning, out->offers.n);
}

/* The revision's slot of that name, if it has one, and what its offers mean. */
static struct slot_side slot_of(struct revision *r, struct slots *s, const struct app *app, struct slice name)
{
	struct slot_side out = r->side;

	if (r->next == r->offers.nslots || !slice_eq(r->offers.slots[r->next].name, name))
		return out;
	out.offers = &r->offers;
	out.slot = &r->offers.slots[r->next++];
	s->meanings.app = app;
	s->meanings.side = out.side;
	meanings_add(&s->meanings, out.means + out.slot->first, out.meanings + out.slot->first, out.offers, out.slot);
	return out;
}

/* The name of the slot that comes next in either; they are sorted. False: none does. */
static bool next_name(struct slice *out, const struct revision *before, const struct revision *after)
{
	bool b = before->next < before->offers.nslots, a = after->next < after->offers.nslots;
	struct slice of_b = b ? before->offers.slots[before->next].name : SLICE("");
	struct slice of_a = a ? after->offers.slots[after->next].name : SLICE("");

	*out = b && (!a || slice_cmp(of_b, of_a) < 0) ? of_b : of_a;
	return a || b;
}

static void platform_compare(struct slots *s, enum kind kind)
{
	struct revision before, after;
	struct slice name;

	s->out->has_census = s->out->has_census || s->pair->app->ncensus[s->platform] > 0;
	revision_make(&before, s, s->pair->base, s->pair->before, kind);
	revision_make(&after, s, s->pair->head, s->pair->after, kind);
	while (next_name(&name, &before, &after)) {
		struct slot_side was = slot_of(&before, s, s->pair->before, name);
		struct slot_side is = slot_of(&after, s, s->pair->after, name);

		slot_compare(s, &was, &is);
	}
}

static int by_slot(const void *x, const void *y)
{
	const struct diff_slot *a = x, *b = y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (!slice_eq(a->slot, b->slot))
		return slice_cmp(a->slot, b->slot);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (a->platforms[p] != b->platforms[p])
			return a->platforms[p] ? -1 : 1;
	return 0;
}

int slots_make(struct diff_app *out, const struct app_pair *pair)
{
	struct slots s = { .out = out, .pair = pair, .now = pair->head->model->commit_time };

	s.meanings = (struct meanings){ .a = pair->a, .pair = pair };
	for (size_t k = 0; k < KIND_COUNT; k++) {
		for (size_t p = 0; p < PLATFORM_COUNT; p++) {
			s.platform = (enum platform)p;
			platform_compare(&s, (enum kind)k);
		}
		map_release(&s.same);
		s.same = (struct map)MAP_INIT;
	}
	sort(out->slots, out->nslots, sizeof(*out->slots), by_slot);
	for (size_t i = 0; i < out->nslots; i++) {
		sort(out->slots[i].segments, out->slots[i].nsegments, sizeof(struct diff_segment), by_devices);
		effects_finish(&out->slots[i]);
	}
	meanings_release(&s.meanings);
	return s.meanings.failed ? -1 : 0;
}
