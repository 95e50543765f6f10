/* From a diagram to boxes: every way through it is one, and neighbours with the same end are joined. */
#include <string.h>

#include "report/partition_parts.h"

struct box {
	struct set *sets; /* of each attribute */
	uint32_t end;     /* a node */
};

struct boxes {
	struct diagram *diagram;
	struct arena *mem, *scratch;
	struct attribute *const *attrs;
	size_t nattrs;
	uint32_t counts; /* of children that were collected */
	struct set *way; /* from the root to here */
	struct box *v;
	size_t n, cap;
};

static const uint32_t zero = 0;
static const struct set everything = { &zero, 1 };

/* The regions of the classes that lead to the child. */
static struct set regions_to(struct arena *a, const struct classes *c, const uint32_t *child, uint32_t to)
{
	uint32_t *at = ARENA_ARRAY(a, uint32_t, c->nruns);
	struct set out = { at, 0 };

	for (size_t i = 0; i < c->nruns; i++)
		if ((child[c->runs[i].class_] == to) != out.n % 2)
			at[out.n++] = c->runs[i].region;
	return out;
}

/* The k-th class in the order in which people read: values that rules name, then others, then those that lack the attribute. */
static uint32_t in_order(const struct step *step, uint32_t k, bool versions)
{
	uint32_t n = step->classes->n, named = versions ? 1 : 2;

	return k + named < n ? k + named : n - 1 - k;
}

/* The different children of a node but NODE_SAME. */
static uint32_t children(uint32_t *out, struct boxes *b, const struct node *node, const struct step *step)
{
	uint32_t count = ++b->counts, n = 0;

	b->diagram->v[NODE_SAME].seen = count;
	for (uint32_t k = 0; k < step->classes->n; k++) {
		uint32_t child = node->child[in_order(step, k, b->attrs[step->attr]->type == ATTR_VERSION)];

		if (b->diagram->v[child].seen == count)
			continue;
		b->diagram->v[child].seen = count;
		out[n++] = child;
	}
	return n;
}

static void add_box(struct boxes *b, uint32_t end)
{
	struct box box = { ARENA_ARRAY(b->mem, struct set, b->nattrs), end };

	memcpy(box.sets, b->way, b->nattrs * sizeof(*box.sets));
	ARENA_PUSH(b->scratch, b->v, b->n, b->cap, box);
}

static void follow(struct boxes *b, uint32_t number)
{
	const struct node *node = &b->diagram->v[number];
	const struct step *step = &b->diagram->steps[node->step];
	uint32_t *child, n;

	if (node->step == b->diagram->nsteps) {
		add_box(b, number);
		return;
	}
	child = ARENA_ARRAY(b->scratch, uint32_t, step->classes->n);
	n = children(child, b, node, step);
	for (uint32_t i = 0; i < n && b->n < PARTITION_JOIN; i++) {
		b->way[step->attr] = regions_to(b->mem, step->classes, node->child, child[i]);
		follow(b, child[i]);
	}
	b->way[step->attr] = everything;
}

/* --- joining -------------------------------------------------------------------------------------------------------------- */

static bool set_eq(const struct set *x, const struct set *y)
{
	return x->n == y->n && memcmp(x->at, y->at, x->n * sizeof(*x->at)) == 0;
}

/* Of sets that have nothing in common: a boundary of both is none. */
static struct set set_or(struct arena *a, const struct set *x, const struct set *y)
{
	uint32_t *at = ARENA_ARRAY(a, uint32_t, (size_t)x->n + y->n);
	struct set out = { at, 0 };
	uint32_t i = 0, j = 0;

	while (i < x->n || j < y->n) {
		bool from_x = j == y->n || (i < x->n && x->at[i] <= y->at[j]);
		bool from_y = i == x->n || (j < y->n && y->at[j] <= x->at[i]);

		if (from_x != from_y)
			at[out.n++] = from_x ? x->at[i] : y->at[j];
		i += from_x;
		j += from_y;
	}
	return out;
}

/* Whether the boxes differ in one attribute alone, and in which. */
static bool neighbours(size_t *attr, const struct box *x, const struct box *y, size_t nattrs)
{
	size_t differing = 0;

	if (x->end != y->end)
		return false;
	for (size_t i = 0; i < nattrs && differing < 2; i++) {
		if (set_eq(&x->sets[i], &y->sets[i]))
			continue;
		*attr = i;
		differing++;
	}
	return differing == 1;
}

/* Joins what can be joined to box `to`. */
static bool join_to(struct boxes *b, size_t to)
{
	size_t kept = to + 1, attr;

	for (size_t i = to + 1; i < b->n; i++) {
		if (neighbours(&attr, &b->v[to], &b->v[i], b->nattrs))
			b->v[to].sets[attr] = set_or(b->mem, &b->v[to].sets[attr], &b->v[i].sets[attr]);
		else
			b->v[kept++] = b->v[i];
	}
	if (kept == b->n)
		return false;
	b->n = kept;
	return true;
}

/* Until nothing is left to join; every round takes away one at least. */
static void join(struct boxes *b)
{
	bool joined = true;

	while (joined) {
		joined = false;
		for (size_t i = 0; i < b->n; i++)
			joined |= join_to(b, i);
	}
}

/* --- segments ------------------------------------------------------------------------------------------------------------- */

static struct offer_view keep(struct arena *a, const struct offer_view *view)
{
	const struct offer **v = ARENA_ARRAY(a, const struct offer *, view->n);

	for (size_t i = 0; i < view->n; i++)
		v[i] = view->v[i];
	return (struct offer_view){ v, view->n };
}

void boxes_make(struct partition *out, struct arena *a, struct arena *scratch, struct diagram *d, size_t max)
{
	struct boxes b = { .diagram = d,
			   .mem = a,
			   .scratch = scratch,
			   .attrs = out->attrs,
			   .nattrs = out->nattrs,
			   .counts = d->counts };
	uint64_t all = d->v[d->root].boxes;

	b.way = ARENA_ARRAY(scratch, struct set, out->nattrs);
	for (size_t i = 0; i < out->nattrs; i++)
		b.way[i] = everything;
	if (d->root != NODE_SAME)
		follow(&b, d->root);
	out->further = all - b.n;
	join(&b);
	out->nsegments = b.n < max ? b.n : max;
	out->further += b.n - out->nsegments;
	out->segments = ARENA_ARRAY(a, struct segment, out->nsegments);
	for (size_t i = 0; i < out->nsegments; i++) {
		const struct node *end = &d->v[b.v[i].end];

		out->segments[i] = (struct segment){ b.v[i].sets, keep(a, &end->lists[SIDE_BEFORE]),
						     keep(a, &end->lists[SIDE_AFTER]) };
	}
}
