/* From masks of offers to a diagram: node after node, each state once. */
#include <string.h>

#include "base/map.h"
#include "report/partition_parts.h"

struct walker {
	struct diagram *out;
	struct arena *mem;
	const struct bits *bits;
	const bool *apart;
	uint64_t *room;    /* a mask for each step, and one for the end */
	struct map states; /* step and mask → node */
	struct map nodes;  /* step and children, or lists → node */
	struct key key;
	uint64_t work;
	bool over;
};

static bool has(const uint64_t *mask, size_t bit)
{
	return bit_is_set(mask, bit);
}

static void drop(uint64_t *mask, size_t bit)
{
	mask[bit / 64] &= ~bit_of(bit);
}

/* The first bit from `from` on that is in the mask; `end`: none. It counts as one look. */
static size_t next_bit(struct walker *w, const uint64_t *mask, size_t from, size_t end)
{
	w->work++;
	while (from < end) {
		uint64_t rest = mask[from / 64] >> (from % 64);

		if (rest) {
			from += (size_t)__builtin_ctzll(rest);
			return from < end ? from : end;
		}
		from = (from / 64 + 1) * 64;
	}
	return end;
}

/* --- states --------------------------------------------------------------------------------------------------------------- */

enum spared { SPARED_NO, SPARED_MAYBE, SPARED_YES };

/* Whether the release of an offer leaves these devices out. */
static enum spared spared(const struct walker *w, const struct bit *bit, const uint64_t *mask, uint32_t step)
{
	enum spared found = SPARED_NO;

	for (uint32_t i = bit->unless; i < bit->unless + bit->nunless; i++) {
		if (!has(mask, i))
			continue;
		if (w->bits->v[i].settled <= step)
			return SPARED_YES;
		found = SPARED_MAYBE;
	}
	return found;
}

/* Takes away what stands behind an offer of which no rule is left. */
static void hide(struct walker *w, uint64_t *mask, size_t by, size_t end)
{
	const struct offer *closer = w->bits->v[by].offer;

	if (!offer_closes(closer))
		return;
	for (size_t i = next_bit(w, mask, by + 1, end); i < end; i = next_bit(w, mask, i + 1, end))
		if (offer_guards_cover(closer, w->bits->v[i].offer))
			drop(mask, i);
}

/* Takes away what no device can be given any more. */
static void settle_side(struct walker *w, uint64_t *mask, uint32_t step, size_t from, size_t end)
{
	for (size_t i = next_bit(w, mask, from, end); i < end; i = next_bit(w, mask, i + 1, end)) {
		const struct bit *bit = &w->bits->v[i];
		enum spared left_out = spared(w, bit, mask, step);

		w->work += bit->nunless;
		if (left_out == SPARED_YES)
			drop(mask, i);
		else if (left_out == SPARED_NO && bit->settled <= step)
			hide(w, mask, i, end);
	}
}

/* Forgets the exceptions of offers that are gone, so that more states are equal. */
static void forget(struct walker *w, uint64_t *mask, uint64_t *needed)
{
	const struct bits *bits = w->bits;
	size_t end = bits->end[SIDE_AFTER];

	if (end == bits->n)
		return;
	memset(needed, 0, bits->words * sizeof(*needed));
	for (size_t i = next_bit(w, mask, 0, end); i < end; i = next_bit(w, mask, i + 1, end)) {
		const struct bit *bit = &bits->v[i];

		needed[i / 64] |= bit_of(i);
		for (uint32_t k = bit->unless; k < bit->unless + bit->nunless; k++)
			needed[k / 64] |= bit_of(k);
	}
	for (size_t i = 0; i < bits->words; i++)
		mask[i] &= needed[i];
}

/* Whether both sides have the same offers, which then stay the same whatever the further attributes say. */
static bool is_same(struct walker *w, const uint64_t *mask)
{
	const struct bits *bits = w->bits;
	size_t before = bits->end[SIDE_BEFORE], after = bits->end[SIDE_AFTER];
	size_t i = next_bit(w, mask, 0, before), k = next_bit(w, mask, before, after);

	while (i < before && k < after && bits->v[i].twin == bits->v[k].twin) {
		i = next_bit(w, mask, i + 1, before);
		k = next_bit(w, mask, k + 1, after);
	}
	return i == before && k == after;
}

/* --- nodes ---------------------------------------------------------------------------------------------------------------- */

static uint32_t *keep_number(struct walker *w, uint32_t number)
{
	uint32_t *place = ARENA_NEW(w->mem, uint32_t);

	*place = number;
	return place;
}

/* The node with this key, or a new one. */
static uint32_t intern(struct walker *w, const struct node *node)
{
	struct diagram *d = w->out;
	const uint32_t *known = map_get(&w->nodes, key_slice(&w->key));

	if (known)
		return *known;
	map_set(&w->nodes, key_copy(&w->key), keep_number(w, (uint32_t)d->n));
	ARENA_PUSH(w->mem, d->v, d->n, d->cap, *node);
	return (uint32_t)d->n - 1;
}

/* Those of different children; equal ones are one way. */
static uint64_t count_boxes(struct walker *w, const uint32_t *child, uint32_t n)
{
	uint32_t count = ++w->out->counts;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct node *to = &w->out->v[child[i]];

		if (to->seen != count && __builtin_add_overflow(sum, to->boxes, &sum))
			return UINT64_MAX;
		to->seen = count;
	}
	return sum;
}

static uint32_t inner(struct walker *w, uint32_t step, const uint32_t *child, uint32_t n)
{
	struct node node = { .step = step, .child = child };
	uint32_t i = 1;

	while (i < n && child[i] == child[0])
		i++;
	if (i == n)
		return child[0];
	node.boxes = count_boxes(w, child, n);
	w->key.n = 0;
	key_add(&w->key, step);
	for (i = 0; i < n; i++)
		key_add(&w->key, child[i]);
	return intern(w, &node);
}

/* --- ends ----------------------------------------------------------------------------------------------------------------- */

/* What of a bit stayed a condition. */
static void key_rest(struct walker *w, size_t bit)
{
	const struct offer *o = &w->bits->all->v[bit];

	for (size_t i = 0; i < o->npreds; i++)
		if (w->apart[o->preds[i].attr])
			key_pred(&w->key, &o->preds[i]);
	key_end(&w->key);
}

/* What a candidate means, and what of its rules and exceptions stayed a condition. */
static void key_candidate(struct walker *w, const uint64_t *mask, size_t i)
{
	const struct bit *bit = &w->bits->v[i];

	key_add(&w->key, bit->means);
	key_rest(w, i);
	for (uint32_t k = bit->unless; k < bit->unless + bit->nunless; k++)
		if (has(mask, k))
			key_rest(w, k);
	key_end(&w->key);
}

/* The candidates of one side; the key tells lists apart. */
static struct offer_view list_side(struct walker *w, const uint64_t *mask, size_t from, size_t to)
{
	const struct offer **v;
	size_t n = 0;

	for (size_t i = next_bit(w, mask, from, to); i < to; i = next_bit(w, mask, i + 1, to))
		n++;
	v = ARENA_ARRAY(w->mem, const struct offer *, n);
	n = 0;
	for (size_t i = next_bit(w, mask, from, to); i < to; i = next_bit(w, mask, i + 1, to)) {
		v[n++] = w->bits->v[i].offer;
		key_candidate(w, mask, i);
	}
	w->work += w->key.n;
	return (struct offer_view){ v, n };
}

static uint32_t end(struct walker *w, const uint64_t *mask)
{
	struct node node = { .step = w->out->nsteps, .boxes = 1 };
	const size_t *to = w->bits->end;
	struct slice before, after;

	w->key.n = 0;
	node.lists[SIDE_BEFORE] = list_side(w, mask, 0, to[SIDE_BEFORE]);
	before = key_copy(&w->key);
	w->key.n = 0;
	node.lists[SIDE_AFTER] = list_side(w, mask, to[SIDE_BEFORE], to[SIDE_AFTER]);
	after = key_copy(&w->key);
	if (slice_eq(before, after))
		return NODE_SAME;
	w->key.n = 0;
	key_add(&w->key, node.step); /* no key of an inner node begins with it */
	key_add(&w->key, (uint32_t)before.n);
	key_bytes(&w->key, before);
	key_bytes(&w->key, after);
	return intern(w, &node);
}

/* --- the walk ------------------------------------------------------------------------------------------------------------- */

static uint32_t descend(struct walker *w, uint32_t step, uint64_t *mask);

static uint32_t split(struct walker *w, uint32_t step, const uint64_t *mask)
{
	const struct classes *classes = w->out->steps[step].classes;
	size_t words = w->bits->words;
	uint64_t *next = w->room + (step + 1) * words;
	uint32_t *child = ARENA_ARRAY(w->mem, uint32_t, classes->n);

	w->work += classes->n * words;
	for (uint32_t c = 0; c < classes->n && !w->over; c++) {
		for (size_t i = 0; i < words; i++)
			next[i] = mask[i] & classes->masks[c * words + i];
		child[c] = descend(w, step + 1, next);
	}
	return w->over ? NODE_SAME : inner(w, step, child, classes->n);
}

static bool touches(const struct step *step, const uint64_t *mask, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (step->touched[i] & mask[i])
			return true;
	return false;
}

/* The node that a state leads to. `mask` is used up. */
static uint32_t descend(struct walker *w, uint32_t step, uint64_t *mask)
{
	size_t words = w->bits->words;
	struct slice key;
	uint32_t found, *known;

	settle_side(w, mask, step, 0, w->bits->end[SIDE_BEFORE]);
	settle_side(w, mask, step, w->bits->end[SIDE_BEFORE], w->bits->end[SIDE_AFTER]);
	w->work += words;
	if (is_same(w, mask))
		return NODE_SAME;
	forget(w, mask, w->room + (w->out->nsteps + 1) * words);
	while (step < w->out->nsteps && !touches(&w->out->steps[step], mask, words))
		step++;
	w->key.n = 0;
	key_add(&w->key, step);
	key_bytes(&w->key, slice_bytes(mask, words * sizeof(*mask)));
	known = map_get(&w->states, key_slice(&w->key));
	if (known)
		return *known;
	if (w->states.n == PARTITION_NODES || w->work > PARTITION_WORK || w->over) {
		w->over = true;
		return NODE_SAME;
	}
	key = key_copy(&w->key);
	found = step == w->out->nsteps ? end(w, mask) : split(w, step, mask);
	map_set(&w->states, key, keep_number(w, found));
	return found;
}

int diagram_make(struct diagram *out, struct arena *a, const struct bits *bits, const bool *apart,
		 const struct step *steps, uint32_t nsteps)
{
	struct walker w = { .out = out, .mem = a, .bits = bits, .apart = apart, .key = { .mem = a } };

	*out = (struct diagram){ .steps = steps, .nsteps = nsteps };
	ARENA_PUSH(a, out->v, out->n, out->cap, (struct node){ .step = 0 });
	w.room = ARENA_ARRAY(a, uint64_t, (nsteps + 2) * bits->words);
	for (size_t i = 0; i < bits->n; i++)
		if (bits->all->v[i].fate == OFFER_LIVE)
			w.room[i / 64] |= bit_of(i);
	out->root = descend(&w, 0, w.room);
	map_release(&w.states);
	map_release(&w.nodes);
	return w.over ? -1 : 0;
}
