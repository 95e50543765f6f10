#include "plan/fold.h"

#include <stdlib.h>
#include <string.h>

#include "plan/budget.h"
#include "plan/state.h"

struct folder {
	struct plan *plan;
	struct arena *mem; /* what stays */
	struct folding f;
	struct states buffers[3];
	struct states *now, *best, *trial;
	size_t folds_cap;
};

/* --- columns ------------------------------------------------------------------------------------------------------ */

static struct columns each_class(struct arena *a, const struct classes *c)
{
	uint32_t *of_class = ARENA_ARRAY(a, uint32_t, c->n);

	for (uint32_t i = 0; i < c->n; i++)
		of_class[i] = i;
	return (struct columns){ c->n, c->masks, c->masks, of_class };
}

static bool is_empty(const struct classes *c, uint32_t class_)
{
	for (size_t w = 0; w < c->words; w++)
		if (c->masks[class_ * c->words + w])
			return false;
	return true;
}

/* Some `groups` groups of neighbouring classes; "missing" stays alone, and no class in which nothing is offered joins
 * one in which something is: those devices would load a manifest for nothing. */
static struct columns grouped(struct arena *a, const struct classes *c, uint32_t groups)
{
	uint32_t *of_class = ARENA_ARRAY(a, uint32_t, c->n);
	uint32_t versions = c->n - 1, n = 1;
	uint64_t *may, *must;

	for (uint32_t i = 1; i < c->n; i++) {
		bool next = (uint64_t)(i - 1) * groups / versions != (uint64_t)(i - 2) * groups / versions;

		if (i == 1 || next || is_empty(c, i) != is_empty(c, i - 1))
			n++;
		of_class[i] = n - 1;
	}
	may = ARENA_ARRAY(a, uint64_t, n * c->words);
	must = ARENA_ARRAY(a, uint64_t, n * c->words);
	memset(must, 0xff, n * c->words * sizeof(*must));
	for (uint32_t i = 0; i < c->n; i++) {
		for (size_t w = 0; w < c->words; w++) {
			may[of_class[i] * c->words + w] |= c->masks[i * c->words + w];
			must[of_class[i] * c->words + w] &= c->masks[i * c->words + w];
		}
	}
	return (struct columns){ n, may, must, of_class };
}

/* --- one attribute ------------------------------------------------------------------------------------------------ */

/* Free offers hide what is behind them once all their attributes are folded. */
static void set_closing(struct folding *f)
{
	memset(f->closing, 0, f->words * sizeof(*f->closing));
	for (size_t i = 0; i < f->list->n; i++) {
		const struct offer *o = &f->list->offers->v[f->list->live[i]];
		bool closes = o->free;

		for (size_t k = 0; k < o->npreds; k++)
			closes = closes && f->folded[o->preds[k].attr];
		if (closes)
			f->closing[i / 64] |= bit_of(i);
	}
}

/* One attempt; a better one becomes `best`. The report keeps the lowest cost, else the first reason. */
static void attempt(struct folder *d, struct plan_attr *report, const struct attribute *attr,
		    const struct classes *classes, const struct columns *columns)
{
	struct states *trial = d->trial;
	enum plan_choice choice;

	d->f.limit = report->choice == CHOICE_FOLDED ? d->best->cost * 7 / 8 + 1 : d->now->cost;
	choice = states_next(trial, &d->f, d->now, attr, classes, columns);
	if (choice == CHOICE_FOLDED) {
		d->trial = d->best;
		d->best = trial;
		report->choice = CHOICE_FOLDED;
		report->after = trial->cost;
		report->at_least = false;
	} else if (report->choice == CHOICE_UNUSED) {
		report->choice = choice;
		report->after = choice == CHOICE_NO_GAIN ? trial->cost : 0;
		report->at_least = choice == CHOICE_NO_GAIN;
	}
}

static void try_all(struct folder *d, struct plan_attr *report, const struct attribute *attr,
		    const struct classes *classes)
{
	struct columns columns;

	if (classes->n <= d->plan->app->segments_max) {
		columns = each_class(d->f.mem, classes);
		attempt(d, report, attr, classes, &columns);
	}
	for (uint32_t groups = GROUPS_MAX; attr->type == ATTR_VERSION && groups >= GROUPS_MIN; groups /= 2) {
		if (classes->n - 1 < 2 * groups)
			continue;
		columns = grouped(d->f.mem, classes, groups);
		attempt(d, report, attr, classes, &columns);
	}
	if (report->choice == CHOICE_UNUSED)
		report->choice = CHOICE_MANY_CLASSES;
}

/* --- the table that stays ----------------------------------------------------------------------------------------- */

static int by_text(const void *x, const void *y)
{
	const struct plan_value *a = x, *b = y;

	return slice_cmp(a->text, b->text);
}

static void list_values(struct plan_fold *fold, struct arena *a, const struct attribute *attr, const struct classes *c,
			const struct states *s)
{
	size_t cap = 0;

	for (size_t i = 2; i < c->nruns; i++) {
		uint32_t column = s->of_class[c->runs[i].class_];
		uint32_t end = i + 1 < c->nruns ? c->runs[i + 1].region : attr->regions;

		for (uint32_t r = c->runs[i].region; column != fold->other && r < end; r++) {
			struct plan_value value = { attr->texts[r - 2], column };
			ARENA_PUSH(a, fold->values, fold->nvalues, cap, value);
		}
	}
	if (fold->nvalues > 1)
		qsort(fold->values, fold->nvalues, sizeof(*fold->values), by_text);
}

static void list_cuts(struct plan_fold *fold, struct arena *a, const struct attribute *attr, const struct classes *c,
		      const struct states *s)
{
	uint32_t before = fold->other;
	size_t cap = 0;

	for (size_t i = 2; i < c->nruns; i++) {
		uint32_t r = c->runs[i].region - 2;
		struct plan_cut cut = { attr->bounds[r / 2], r % 2 == 1, s->of_class[c->runs[i].class_] };

		if (cut.class_ != before)
			ARENA_PUSH(a, fold->cuts, fold->ncuts, cap, cut);
		before = cut.class_;
	}
}

static void accept(struct folder *d, const struct attribute *attr, const struct classes *c)
{
	struct states *s = d->best;
	struct plan_fold fold = {
		.attribute = attr->name, .type = attr->type, .classes = s->columns, .states = d->now->n
	};
	size_t cells = (size_t)fold.states * fold.classes;

	fold.missing = s->of_class[0];
	fold.other = s->of_class[c->runs[1].class_];
	if (attr->type == ATTR_VERSION)
		list_cuts(&fold, d->mem, attr, c, s);
	else
		list_values(&fold, d->mem, attr, c, s);
	fold.next = ARENA_ARRAY(d->mem, uint32_t, cells);
	memcpy(fold.next, s->next, cells * sizeof(*fold.next));
	ARENA_PUSH(d->mem, d->plan->folds, d->plan->nfolds, d->folds_cap, fold);
	d->best = d->now;
	d->now = s;
}

static void consider(struct folder *d, const struct attribute *attr, struct plan_attr *report)
{
	uint64_t states = d->now->cost / SEGMENT_BYTES + 1;
	struct classes classes;
	enum plan_choice made;

	if (!classes_any(d->f.list, attr->number))
		return;
	if (d->plan->nfolds == 0 && d->now->cost <= INLINE_BYTES) {
		report->choice = CHOICE_SMALL;
		return;
	}
	made = classes_make(&classes, d->f.mem, d->f.list, attr->number, d->plan->app->segments_max);
	report->classes = made == CHOICE_FOLDED ? classes.n : 0;
	if (made != CHOICE_FOLDED) {
		report->choice = made;
		return;
	}
	d->f.max = states < d->plan->app->segments_max ? (uint32_t)states : d->plan->app->segments_max;
	d->f.folded[attr->number] = true;
	set_closing(&d->f);
	try_all(d, report, attr, &classes);
	report->before = d->now->cost;
	if (report->choice == CHOICE_FOLDED && d->best->cost * 4 <= d->now->cost * 3) {
		report->columns = d->best->columns;
		accept(d, attr, &classes);
		return;
	}
	d->f.folded[attr->number] = false;
	if (report->choice == CHOICE_FOLDED)
		report->choice = CHOICE_NO_GAIN;
}

/* --- manifests ---------------------------------------------------------------------------------------------------- */

static struct numbers rules_left(struct folder *d, const struct offer *o)
{
	const struct rule_table *t = &d->plan->offers.rules;
	uint32_t *v = ARENA_ARRAY(d->mem, uint32_t, o->rules.n);
	size_t n = 0;

	for (size_t i = 0; i < o->rules.n; i++)
		if (!d->f.folded[t->v[o->rules.v[i]].attr])
			v[n++] = o->rules.v[i];
	return (struct numbers){ v, n };
}

static void list_candidates(struct folder *d, struct plan_manifest *m, const uint64_t *state,
			    const struct numbers *left)
{
	const struct offer_list *l = d->f.list;
	struct plan_slot *slot;
	struct candidate *v;
	size_t n = 0;

	for (size_t w = 0; w < d->f.words; w++)
		n += (size_t)__builtin_popcountll(state[w]);
	if (n == 0)
		return;
	v = ARENA_ARRAY(d->mem, struct candidate, n);
	slot = ARENA_NEW(d->mem, struct plan_slot);
	*slot = (struct plan_slot){ .name = d->plan->offers.slots[0].name, .v = v };
	for (size_t i = 0; i < l->n; i++) {
		const struct offer *o = &l->offers->v[l->live[i]];
		bool certain = bit_is_set(state + d->f.words, i);

		if (bit_is_set(state, i))
			v[slot->n++] = (struct candidate){ o, certain ? left[i] : o->rules };
	}
	m->slots = slot;
	m->nslots = 1;
}

static void make_manifests(struct folder *d)
{
	const struct offer_list *l = d->f.list;
	struct numbers *left = ARENA_ARRAY(d->f.mem, struct numbers, l->n);
	struct plan *plan = d->plan;

	for (size_t i = 0; i < l->n; i++)
		left[i] = rules_left(d, &l->offers->v[l->live[i]]);
	plan->shape = plan->nfolds > 0 ? PLAN_SEGMENTS : PLAN_INLINE;
	plan->nmanifests = d->now->n;
	plan->manifests = ARENA_ARRAY(d->mem, struct plan_manifest, d->now->n);
	for (uint32_t i = 0; i < d->now->n; i++) {
		plan->manifests[i].bytes = d->now->bytes[i];
		list_candidates(d, &plan->manifests[i], d->now->masks + (size_t)i * 2 * d->f.words, left);
	}
}

void fold_make(struct plan *out, struct arena *a, struct arena *scratch, const uint32_t *live, size_t n)
{
	const struct rule_table *t = &out->offers.rules;
	struct offer_list list = { &out->offers, live, n };
	struct folder d = { .plan = out, .mem = a, .f = { .mem = scratch, .list = &list, .words = (n + 63) / 64 } };

	d.now = &d.buffers[0];
	d.best = &d.buffers[1];
	d.trial = &d.buffers[2];
	d.f.folded = ARENA_ARRAY(scratch, bool, t->nattrs);
	d.f.closing = ARENA_ARRAY(scratch, uint64_t, d.f.words);
	d.f.apart = ARENA_ARRAY(scratch, uint64_t, d.f.words);
	for (size_t i = 0; i < n; i++)
		d.f.apart[i / 64] |= offer_is_dev_ship(&out->offers.v[live[i]]) ? bit_of(i) : 0;
	d.f.state = ARENA_ARRAY(scratch, uint64_t, 2 * d.f.words);
	sizes_init(&d.f.sizes, scratch, &out->offers, live, n, true);
	states_first(d.now, &d.f);
	out->nattrs = t->nattrs;
	out->attrs = ARENA_ARRAY(a, struct plan_attr, t->nattrs);
	for (size_t i = 0; i < t->nattrs; i++) {
		out->attrs[i] =
			(struct plan_attr){ t->attrs[i]->name, .type = t->attrs[i]->type, .choice = CHOICE_UNUSED };
		consider(&d, t->attrs[i], &out->attrs[i]);
	}
	make_manifests(&d);
}
