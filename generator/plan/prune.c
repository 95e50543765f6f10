#include "plan/prune.h"

#include <stdlib.h>

#include "plan/budget.h"

/* --- predicates --------------------------------------------------------------------------------------------------- */

struct entry {
	uint32_t attr, rule;
};

static int by_attr(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->attr != b->attr)
		return a->attr < b->attr ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule);
}

/* All of them, by halves: n sets of m boundaries cost n × m × log n, in any order. */
static struct set and_all(struct arena *a, const struct rule_table *t, const struct entry *v, size_t n)
{
	struct set left, right;

	if (n == 1)
		return t->v[v[0].rule].holds;
	left = and_all(a, t, v, n / 2);
	right = and_all(a, t, v + n / 2, n - n / 2);
	return set_and(a, &left, &right);
}

/* Joins the rules of each attribute. An attribute that they leave open has no predicate; one that they close kills. */
static void make_preds(struct offer *o, const struct rule_table *t, struct entry *entries, struct arena *a)
{
	size_t n = o->rules.n;

	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){ t->v[o->rules.v[i]].attr, o->rules.v[i] };
	if (n > 1)
		qsort(entries, n, sizeof(*entries), by_attr);
	o->preds = ARENA_ARRAY(a, struct pred, n);
	for (size_t i = 0, end; i < n; i = end) {
		struct pred pred = { .attr = entries[i].attr };

		for (end = i + 1; end < n && entries[end].attr == entries[i].attr;)
			end++;
		pred.set = and_all(a, t, entries + i, end - i);
		if (set_is_empty(&pred.set) && o->fate == OFFER_LIVE)
			o->fate = OFFER_NEVER;
		if (!set_is_full(&pred.set))
			o->preds[o->npreds++] = pred;
	}
}

/* --- closing ------------------------------------------------------------------------------------------------------ */

struct queued {
	uint32_t number; /* of the offer */
	uint32_t npreds;
	const struct pred *preds;
	uint64_t attrs; /* one bit for each attribute that it restricts, modulo 64 */
	bool closes;    /* offer_closes() */
	const struct offer *offer;
	const struct numbers *unless; /* NULL: no such guard; one and the same for all offers of a release */
};

/* The live offers of one slot, best first; what comparing needs stands together. */
struct queue {
	struct offer *offers;
	struct queued *v;
	size_t n;
	uint64_t steps; /* that may still be taken */
};

static struct queued queue_item(const struct offer *o, uint32_t number)
{
	struct queued q = {
		.number = number,
		.npreds = (uint32_t)o->npreds,
		.preds = o->preds,
		.closes = offer_closes(o),
		.offer = o,
		.unless = o->nunless > 0 ? o->unless : NULL,
	};

	for (size_t i = 0; i < o->npreds; i++)
		q.attrs |= (uint64_t)1 << (o->preds[i].attr % 64);
	return q;
}

static bool guards_cover(const struct queued *u, const struct queued *o)
{
	return (!u->unless || u->unless == o->unless) && offer_guards_cover(u->offer, o->offer);
}

/* Does `u`, which closes, hold wherever `o` holds? */
static bool covers(const struct queued *u, const struct queued *o, uint64_t *steps)
{
	if (u->attrs & ~o->attrs || !guards_cover(u, o))
		return false;
	for (uint32_t i = 0, j = 0; i < u->npreds; i++) {
		while (j < o->npreds && o->preds[j].attr < u->preds[i].attr)
			j++;
		if (j == o->npreds || o->preds[j].attr != u->preds[i].attr)
			return false;
		*steps += o->preds[j].set.n;
		if (!set_within(&o->preds[j].set, &u->preds[i].set))
			return false;
	}
	return true;
}

static void close_offer(struct queue *q, uint32_t number, uint32_t closer)
{
	q->offers[number].fate = OFFER_CLOSED;
	q->offers[number].closer = closer;
}

/* Drops what the offer at place `at` closes, as far as the steps reach. */
static void close_behind(struct queue *q, size_t at)
{
	const struct queued u = q->v[at];
	size_t kept = at + 1;

	for (size_t i = at + 1; i < q->n; i++) {
		uint64_t steps = 1;

		if (q->steps > 0 && covers(&u, &q->v[i], &steps))
			close_offer(q, q->v[i].number, u.number);
		else
			q->v[kept++] = q->v[i];
		q->steps -= steps < q->steps ? steps : q->steps;
	}
	q->n = kept;
}

/* Fills the queue up to the first free offer without a predicate: it takes everybody, so it closes what follows. */
static void fill(struct queue *q, const struct offer_slot *slot)
{
	const struct queued *taker = NULL;

	q->n = 0;
	for (uint32_t i = slot->first; i < slot->first + slot->n; i++) {
		struct queued *item = &q->v[q->n];

		if (q->offers[i].fate != OFFER_LIVE)
			continue;
		*item = queue_item(&q->offers[i], i);
		if (taker && !offer_is_dev_ship(item->offer)) {
			close_offer(q, i, taker->number);
			continue;
		}
		q->n++;
		if (!taker && item->offer->free && item->npreds == 0)
			taker = item;
	}
}

/* Those with at most one predicate go first: they close most, and the steps may not reach for all. */
static void close_slot(struct queue *q, const struct offer_slot *slot)
{
	fill(q, slot);
	q->steps = (uint64_t)slot->n * CLOSE_STEPS;
	for (size_t i = 0; i + 1 < q->n && q->steps > 0; i++)
		if (q->v[i].closes && q->v[i].npreds <= 1)
			close_behind(q, i);
	for (size_t i = 0; i + 1 < q->n && q->steps > 0; i++)
		if (q->v[i].closes && q->v[i].npreds > 1)
			close_behind(q, i);
}

void offers_prune(struct offers *o, struct arena *a, struct arena *scratch)
{
	size_t rules = 0, longest = 0;
	struct entry *entries;
	struct queue q = { .offers = o->v };

	for (size_t i = 0; i < o->n; i++)
		rules = o->v[i].rules.n > rules ? o->v[i].rules.n : rules;
	for (size_t i = 0; i < o->nslots; i++)
		longest = o->slots[i].n > longest ? o->slots[i].n : longest;
	entries = ARENA_ARRAY(scratch, struct entry, rules);
	q.v = ARENA_ARRAY(scratch, struct queued, longest);
	for (size_t i = 0; i < o->n; i++)
		make_preds(&o->v[i], &o->rules, entries, a);
	for (size_t i = 0; i < o->nslots; i++)
		close_slot(&q, &o->slots[i]);
}
