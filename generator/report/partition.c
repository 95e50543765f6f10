#include "report/partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plan/prune.h"
#include "report/partition_parts.h"

#define CLASSES_MAX 4096 /* of one attribute */

struct exception { /* one array of `unless` */
	const struct rule_table *rules;
	const struct numbers *numbers;
};

struct builder {
	struct partition *out;
	struct arena *mem, *scratch;
	struct bits bits;
	struct offers all; /* of each bit its rules and predicates; no slot */
	size_t bits_cap, all_cap;
	struct exception *exceptions;
	size_t nexceptions, exceptions_cap;
	struct classes *classes; /* by attribute */
	bool *changed;           /* by attribute: some offer that one side alone has looks at it */
	bool *apart;
};

/* --- bits ----------------------------------------------------------------------------------------------------------------- */

static void add_bit(struct builder *b, struct bit bit, const struct rule_table *from, const struct numbers *rules)
{
	uint32_t *v = ARENA_ARRAY(b->scratch, uint32_t, rules->n);

	for (size_t i = 0; i < rules->n; i++)
		v[i] = rules_add(&b->all.rules, from->v[rules->v[i]].rule);
	ARENA_PUSH(b->scratch, b->bits.v, b->bits.n, b->bits_cap, bit);
	ARENA_PUSH(b->scratch, b->all.v, b->all.n, b->all_cap, ((struct offer){ .rules = { v, rules->n } }));
}

/* The number of the offer's first exception; the offers of a release share theirs. */
static uint32_t add_exceptions(struct builder *b, const struct offers *of, const struct offer *o)
{
	for (size_t i = b->nexceptions; i-- > 0;)
		if (b->exceptions[i].numbers == o->unless)
			return (uint32_t)i;
	for (size_t i = 0; i < o->nunless; i++)
		ARENA_PUSH(b->scratch, b->exceptions, b->nexceptions, b->exceptions_cap,
			   ((struct exception){ &of->rules, &o->unless[i] }));
	return (uint32_t)(b->nexceptions - o->nunless);
}

static void add_side(struct builder *b, enum side side, const struct partition_side *from)
{
	const struct offers *of = from->offers;

	for (uint32_t i = 0; of && i < from->slot->n; i++) {
		const struct offer *o = &of->v[from->slot->first + i];
		struct bit bit = { .offer = o, .means = from->means[from->slot->first + i] };

		if (o->fate != OFFER_LIVE)
			continue;
		bit.nunless = (uint32_t)o->nunless;
		if (o->nunless)
			bit.unless = add_exceptions(b, of, o);
		add_bit(b, bit, &of->rules, &o->rules);
	}
	b->bits.end[side] = b->bits.n;
}

static void add_bits(struct builder *b, const struct partition_side *before, const struct partition_side *after)
{
	size_t offers;

	rules_init(&b->all.rules, b->mem);
	add_side(b, SIDE_BEFORE, before);
	add_side(b, SIDE_AFTER, after);
	offers = b->bits.n;
	for (size_t i = 0; i < b->nexceptions; i++)
		add_bit(b, (struct bit){ .offer = NULL }, b->exceptions[i].rules, b->exceptions[i].numbers);
	for (size_t i = 0; i < offers; i++)
		b->bits.v[i].unless += (uint32_t)offers;
	rules_close(&b->all.rules);
	offers_prune(&b->all, b->mem, b->scratch);
	b->bits.words = (b->bits.n + 63) / 64;
	b->bits.all = &b->all;
}

/* --- keys ----------------------------------------------------------------------------------------------------------------- */

void key_add(struct key *k, uint32_t number)
{
	ARENA_PUSH(k->mem, k->v, k->n, k->cap, number);
}

void key_bytes(struct key *k, struct slice numbers)
{
	size_t n = numbers.n / sizeof(*k->v);

	while (k->cap - k->n < n)
		k->v = arena_grow(k->mem, k->v, &k->cap, k->n, sizeof(*k->v));
	if (n)
		memcpy(k->v + k->n, numbers.p, n * sizeof(*k->v));
	k->n += n;
}

void key_pred(struct key *k, const struct pred *pred)
{
	key_add(k, pred->attr);
	key_add(k, pred->set.n);
	key_bytes(k, slice_bytes(pred->set.at, pred->set.n * sizeof(uint32_t)));
}

void key_end(struct key *k)
{
	key_add(k, UINT32_MAX);
}

struct slice key_slice(const struct key *k)
{
	return slice_bytes(k->v, k->n * sizeof(*k->v));
}

struct slice key_copy(const struct key *k)
{
	return arena_copy(k->mem, key_slice(k));
}

/* --- twins ---------------------------------------------------------------------------------------------------------------- */

static void key_preds(struct key *key, const struct offer *o)
{
	for (size_t i = 0; i < o->npreds; i++)
		key_pred(key, &o->preds[i]);
	key_end(key);
}

/* Numbers the bits of offers by all that they say. */
static void number_twins(struct builder *b)
{
	CLEANUP(map_release) struct map known = MAP_INIT;
	struct key key = { .mem = b->scratch };

	for (size_t i = 0; i < b->bits.end[SIDE_AFTER]; i++) {
		struct bit *bit = &b->bits.v[i], *twin;

		key.n = 0;
		key_add(&key, bit->means);
		key_preds(&key, &b->all.v[i]);
		for (uint32_t k = 0; k < bit->nunless; k++)
			key_preds(&key, &b->all.v[bit->unless + k]);
		twin = map_put(&known, key_copy(&key), bit);
		bit->twin = twin ? twin->twin : (uint32_t)i;
	}
}

static void mark(bool *attrs, const struct offer *o)
{
	for (size_t i = 0; i < o->npreds; i++)
		attrs[o->preds[i].attr] = true;
}

/* Marks the attributes of what one side alone has. */
static void mark_changed(struct builder *b)
{
	const struct bits *bits = &b->bits;
	bool *on[SIDES] = { ARENA_ARRAY(b->scratch, bool, bits->n), ARENA_ARRAY(b->scratch, bool, bits->n) };

	for (size_t i = 0; i < bits->end[SIDE_AFTER]; i++)
		on[i < bits->end[SIDE_BEFORE] ? SIDE_BEFORE : SIDE_AFTER][bits->v[i].twin] = true;
	for (size_t i = 0; i < bits->end[SIDE_AFTER]; i++) {
		const struct bit *bit = &bits->v[i];

		if (on[SIDE_BEFORE][bit->twin] && on[SIDE_AFTER][bit->twin])
			continue;
		mark(b->changed, &b->all.v[i]);
		for (uint32_t k = 0; k < bit->nunless; k++)
			mark(b->changed, &b->all.v[bit->unless + k]);
	}
}

/* --- steps ---------------------------------------------------------------------------------------------------------------- */

static void make_classes(struct builder *b)
{
	uint32_t *live = ARENA_ARRAY(b->scratch, uint32_t, b->bits.n);
	struct offer_list list = { &b->all, live, b->bits.n };

	for (uint32_t i = 0; i < b->bits.n; i++)
		live[i] = i;
	for (uint32_t attr = 0; attr < b->all.rules.nattrs; attr++)
		if (classes_any(&list, attr) &&
		    classes_make(&b->classes[attr], b->scratch, &list, attr, CLASSES_MAX) != CHOICE_FOLDED)
			b->apart[attr] = true;
}

static const uint64_t *touched(struct builder *b, uint32_t attr)
{
	uint64_t *mask = ARENA_ARRAY(b->scratch, uint64_t, b->bits.words);

	for (size_t i = 0; i < b->bits.n; i++)
		for (size_t k = 0; k < b->all.v[i].npreds; k++)
			if (b->all.v[i].preds[k].attr == attr)
				mask[i / 64] |= bit_of(i);
	return mask;
}

/* The attributes that are not apart; those of changed offers first, since most of what lies outside these offers is equal. */
static uint32_t make_steps(struct builder *b, struct step *steps)
{
	uint32_t n = 0;

	for (int first = 1; first >= 0; first--)
		for (uint32_t attr = 0; attr < b->all.rules.nattrs; attr++)
			if (b->classes[attr].n && !b->apart[attr] && b->changed[attr] == first)
				steps[n++] = (struct step){ attr, &b->classes[attr], touched(b, attr) };
	return n;
}

/* Tells each bit after which step nothing of it is left. */
static void settle_bits(struct builder *b, const struct step *steps, uint32_t nsteps)
{
	for (size_t i = 0; i < b->bits.n; i++) {
		struct bit *bit = &b->bits.v[i];

		bit->settled = 0;
		for (uint32_t s = 0; s < nsteps; s++)
			if (bit_is_set(steps[s].touched, i))
				bit->settled = s + 1;
		for (size_t k = 0; k < b->all.v[i].npreds; k++)
			if (b->apart[b->all.v[i].preds[k].attr])
				bit->settled = BIT_APART;
	}
}

/* Whether `x` goes apart before `y`. */
static bool sooner(const struct builder *b, const struct step *x, const struct step *y)
{
	if (b->apart[x->attr] != b->apart[y->attr])
		return !b->apart[x->attr];
	if (b->changed[x->attr] != b->changed[y->attr])
		return !b->changed[x->attr];
	return x->classes->n > y->classes->n;
}

/* It was too much: a third of the steps go, so that few attempts are made. */
static void put_apart(struct builder *b, const struct step *steps, uint32_t n)
{
	for (uint32_t left = (n + 2) / 3; left > 0; left--) {
		const struct step *next = steps;

		for (uint32_t i = 1; i < n; i++)
			if (sooner(b, &steps[i], next))
				next = &steps[i];
		b->apart[next->attr] = true;
	}
}

static void walk(struct builder *b, size_t max)
{
	struct step *steps = ARENA_ARRAY(b->scratch, struct step, b->all.rules.nattrs);

	for (int failed = -1; failed;) {
		struct arena nodes = ARENA_INIT;
		struct diagram diagram;
		uint32_t n = make_steps(b, steps);

		settle_bits(b, steps, n);
		failed = diagram_make(&diagram, &nodes, &b->bits, b->apart, steps, n);
		if (failed)
			put_apart(b, steps, n);
		else
			boxes_make(b->out, b->mem, &nodes, &diagram, max);
		arena_release(&nodes);
	}
}

/* --- names ---------------------------------------------------------------------------------------------------------------- */

/* Texts that are compared in lower case are shown as the first rule that names them writes them. */
static void restore_case(struct slice *texts, const struct partition *p, uint32_t attr)
{
	CLEANUP(map_release) struct map places = MAP_INIT;
	struct arena scratch = ARENA_INIT;

	for (size_t i = 0; i < p->attrs[attr]->n; i++)
		map_set(&places, p->attrs[attr]->texts[i], &texts[i]);
	for (size_t i = p->rules.n; i-- > 0;) {
		const struct rule *rule = p->rules.v[i].rule;

		for (size_t k = p->rules.v[i].attr == attr ? rule->nvalues : 0; k-- > 0;)
			*(struct slice *)map_get(&places, text_fold(&scratch, rule->values[k])) = rule->values[k];
	}
	arena_release(&scratch);
}

static const struct slice *written(struct arena *a, const struct partition *p, uint32_t attr)
{
	struct slice *texts = ARENA_ARRAY(a, struct slice, p->attrs[attr]->n);

	restore_case(texts, p, attr);
	return texts;
}

static int by_text(const void *x, const void *y)
{
	return slice_cmp(((const struct numbered_text *)x)->text, ((const struct numbered_text *)y)->text);
}

static const struct numbered_text *sorted_texts(struct arena *a, const struct attribute *attr)
{
	struct numbered_text *out = ARENA_ARRAY(a, struct numbered_text, attr->n);

	for (uint32_t i = 0; i < attr->n; i++)
		out[i] = (struct numbered_text){ attr->texts[i], 2 + i };
	if (attr->n > 1)
		qsort(out, attr->n, sizeof(*out), by_text);
	return out;
}

static void name_values(struct partition *out, struct arena *a)
{
	const struct slice **of = ARENA_ARRAY(a, const struct slice *, out->nattrs);
	const struct numbered_text **sorted = ARENA_ARRAY(a, const struct numbered_text *, out->nattrs);

	for (uint32_t i = 0; i < out->nattrs; i++)
		if (out->attrs[i]->type != ATTR_VERSION)
			sorted[i] = sorted_texts(a, out->attrs[i]);
	out->sorted = sorted;
	for (uint32_t i = 0; i < out->nattrs; i++)
		of[i] = out->attrs[i]->type == ATTR_FOLD ? written(a, out, i) : out->attrs[i]->texts;
	out->as_written = of;
}

void partition_make(struct partition *out, struct arena *a, const struct partition_side *before,
		    const struct partition_side *after, size_t max)
{
	struct arena scratch = ARENA_INIT;
	struct builder b = { .out = out, .mem = a, .scratch = &scratch };
	size_t n;

	add_bits(&b, before, after);
	n = b.all.rules.nattrs;
	*out = (struct partition){ .attrs = b.all.rules.attrs, .nattrs = n, .rules = b.all.rules };
	b.classes = ARENA_ARRAY(&scratch, struct classes, n);
	b.changed = ARENA_ARRAY(&scratch, bool, n);
	b.apart = ARENA_ARRAY(a, bool, n);
	number_twins(&b);
	mark_changed(&b);
	if (b.bits.n > 0) {
		make_classes(&b);
		walk(&b, max);
	}
	out->apart = b.apart;
	for (size_t i = 0; i < n; i++)
		out->any_apart |= b.apart[i];
	name_values(out, a);
	arena_release(&scratch);
}
