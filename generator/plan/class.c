#include "plan/class.h"

#include <string.h>

#include "plan/budget.h"

static const struct set *set_of(const struct offer *o, uint32_t attr)
{
	for (size_t i = 0; i < o->npreds; i++)
		if (o->preds[i].attr == attr)
			return &o->preds[i].set;
	return NULL;
}

bool classes_any(const struct offer_list *l, uint32_t attr)
{
	for (size_t i = 0; i < l->n; i++)
		if (set_of(&l->offers->v[l->live[i]], attr))
			return true;
	return false;
}

uint64_t words_hash(const uint64_t *v, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ v[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

/* --- toggles: where along the regions each offer begins and ceases to hold ---------------------------------------- */

struct toggles {
	uint32_t *first; /* those at region r: bits[first[r]] … bits[first[r + 1] - 1] */
	uint32_t *bits;
	uint32_t regions;
	size_t places; /* regions that have one */
};

/* Sorted by counting; within a region by offer. */
static void toggles_make(struct toggles *t, struct arena *a, const struct offer_list *l, uint32_t attr)
{
	uint32_t regions = l->offers->rules.attrs[attr]->regions;
	uint32_t *at = ARENA_ARRAY(a, uint32_t, (size_t)regions + 2);

	*t = (struct toggles){ .first = at, .regions = regions };
	for (size_t i = 0; i < l->n; i++) {
		const struct set *s = set_of(&l->offers->v[l->live[i]], attr);

		for (uint32_t k = 0; s && k < s->n; k++)
			at[s->at[k] + 1]++;
	}
	for (uint32_t r = 0; r <= regions; r++) {
		t->places += at[r + 1] > 0;
		at[r + 1] += at[r];
	}
	t->bits = ARENA_ARRAY(a, uint32_t, at[regions + 1]);
	for (size_t i = 0; i < l->n; i++) {
		const struct set *s = set_of(&l->offers->v[l->live[i]], attr);

		for (uint32_t k = 0; s && k < s->n; k++)
			t->bits[at[s->at[k]]++] = (uint32_t)i;
	}
	memmove(at + 1, at, regions * sizeof(*at)); /* filling moved every start to the next one's */
	at[0] = 0;
}

/* --- classes ------------------------------------------------------------------------------------------------------ */

struct sweep {
	struct classes *out;
	uint64_t *mask;  /* of the region that is reached */
	uint32_t *table; /* texts: hash → class; 0: free (class 0 is never looked up) */
	size_t slots;    /* a power of two */
	uint32_t max;
};

/* The class with the current mask, made when there is none; false when there are too many. */
static bool class_of(struct sweep *s, uint32_t *class_)
{
	size_t words = s->out->words, slot = 0;

	if (s->table) {
		slot = words_hash(s->mask, words) & (s->slots - 1);
		for (; s->table[slot]; slot = (slot + 1) & (s->slots - 1)) {
			*class_ = s->table[slot];
			if (memcmp(s->out->masks + *class_ * words, s->mask, words * sizeof(*s->mask)) == 0)
				return true;
		}
	}
	if (s->out->n == s->max)
		return false;
	*class_ = s->out->n++;
	memcpy(s->out->masks + *class_ * words, s->mask, words * sizeof(*s->mask));
	if (s->table && *class_ > 0)
		s->table[slot] = *class_;
	return true;
}

static bool sweep_regions(struct sweep *s, const struct toggles *t)
{
	for (uint32_t r = 0; r < t->regions; r++) {
		uint32_t class_;

		for (uint32_t k = t->first[r]; k < t->first[r + 1]; k++)
			s->mask[t->bits[k] / 64] ^= bit_of(t->bits[k]);
		if (r > 1 && t->first[r] == t->first[r + 1])
			continue;
		if (!class_of(s, &class_))
			return false;
		s->out->runs[s->out->nruns++] = (struct class_run){ r, class_ };
	}
	return true;
}

enum plan_choice classes_make(struct classes *out, struct arena *a, const struct offer_list *l, uint32_t attr,
			      uint32_t max)
{
	bool texts = l->offers->rules.attrs[attr]->type != ATTR_VERSION;
	struct sweep s = { .out = out, .slots = 4 };
	struct toggles t;
	size_t room;

	*out = (struct classes){ .words = (l->n + 63) / 64 };
	toggles_make(&t, a, l, attr);
	room = t.places + 2;
	if (room > FOLD_WORK / out->words)
		return CHOICE_MUCH_WORK;
	s.max = texts && max < room ? max : (uint32_t)room;
	out->masks = ARENA_ARRAY(a, uint64_t, s.max * out->words);
	out->runs = ARENA_ARRAY(a, struct class_run, room);
	s.mask = ARENA_ARRAY(a, uint64_t, out->words);
	while (texts && s.slots < 2 * (size_t)s.max)
		s.slots *= 2;
	s.table = texts ? ARENA_ARRAY(a, uint32_t, s.slots) : NULL;
	for (size_t i = 0; i < l->n; i++)
		if (!set_of(&l->offers->v[l->live[i]], attr))
			s.mask[i / 64] |= bit_of(i);
	return sweep_regions(&s, &t) ? CHOICE_FOLDED : CHOICE_MANY_CLASSES;
}
