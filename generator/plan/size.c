#include "plan/size.h"

#include "plan/budget.h"

static uint32_t at_most_32_bits(size_t bytes)
{
	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

static uint32_t own_bytes(const struct offer *o)
{
	size_t bytes = CANDIDATE_BYTES;

	if (o->value)
		bytes += o->value->value.n;
	else if (o->release->kind == KIND_UPGRADE)
		bytes += ANSWER_BYTES;
	bytes += o->has_percent ? PERCENT_BYTES : 0;
	bytes += o->has_window ? WINDOW_BYTES + o->nramp * RAMP_BYTES : 0;
	bytes += o->has_from ? FROM_BYTES : 0;
	bytes += o->has_until ? FROM_BYTES : 0;
	bytes += o->has_above ? ABOVE_BYTES : 0;
	bytes += o->dev ? DEV_BYTES : 0;
	bytes += o->nlists * LIST_BYTES;
	return at_most_32_bits(bytes);
}

/* The description of a whitelist. */
static uint32_t list_bytes(const struct whitelist *list)
{
	size_t bytes = PATTERNS_BYTES + list->name.n;

	if (!list->is_regex)
		return FILTER_BYTES;
	for (size_t i = 0; i < list->npatterns; i++)
		bytes += list->patterns[i].n + VALUE_BYTES;
	return at_most_32_bits(bytes);
}

static size_t h5_bytes(const struct h5_release *h)
{
	return H5_BYTES + h->app->name.n + h->r.memo.n + h->main_url.n + h->extend_info.n;
}

/* The answer that all tasks of a release share; 0: there is none. */
static uint32_t answer_bytes(const struct offer *o)
{
	const struct release *r = o->release;

	if (!r || r->kind == KIND_UPGRADE)
		return 0;
	if (r->kind == KIND_HOTPATCH)
		return ANSWER_BYTES;
	if (o->task->type == TASK_ROLLBACK)
		return ROLLBACK_BYTES;
	if (r->kind == KIND_H5)
		return at_most_32_bits(h5_bytes(h5_of(r)));
	return at_most_32_bits(quickfix_of(r)->nmodules * MODULE_BYTES + ROLLBACK_BYTES);
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

struct numbering { /* of what stands behind the rules */
	struct part *parts;
	uint32_t n;
	struct arena *a;
	struct map lists; /* name → number */
	bool filters;
	const struct release *release; /* whose answer has the number `answer`: offers of a release stand together */
	uint32_t answer;
};

static uint32_t list_number(struct numbering *k, const struct whitelist *list)
{
	uint32_t *number = map_get(&k->lists, list->name);

	if (!number) {
		number = ARENA_NEW(k->a, uint32_t);
		*number = k->n++;
		k->parts[*number].bytes = list_bytes(list);
		map_set(&k->lists, list->name, number);
	}
	return *number;
}

static uint32_t answer_number(struct numbering *k, const struct offer *o, uint32_t bytes)
{
	if (k->release != o->release) {
		k->release = o->release;
		k->answer = k->n++;
		k->parts[k->answer].bytes = bytes;
	}
	return k->answer;
}

static size_t count_parts(const struct offer *o)
{
	size_t n = o->rules.n + o->nlists + 1;

	for (size_t k = 0; k < o->nunless; k++)
		n += o->unless[k].n;
	return n;
}

static struct weight weight_of(const struct offer *o, uint32_t *parts, struct numbering *k)
{
	struct weight w = { .bytes = own_bytes(o), .nrules = (uint32_t)o->rules.n, .parts = parts };
	uint32_t answer = answer_bytes(o);

	for (size_t i = 0; i < o->rules.n; i++)
		parts[w.nparts++] = o->rules.v[i];
	for (size_t u = 0; u < o->nunless; u++)
		for (size_t i = 0; i < o->unless[u].n; i++)
			parts[w.nparts++] = o->unless[u].v[i];
	for (size_t i = 0; k->filters && i < o->nlists; i++)
		parts[w.nparts++] = list_number(k, o->lists[i]);
	if (answer)
		parts[w.nparts++] = answer_number(k, o, answer);
	return w;
}

void sizes_init(struct sizes *s, struct arena *a, const struct offers *o, const uint32_t *live, size_t n, bool filters)
{
	const struct rule_table *t = &o->rules;
	struct numbering k = { .n = (uint32_t)t->n, .a = a, .lists = MAP_INIT, .filters = filters };
	size_t parts = 0, behind = 0, used = 0;
	uint32_t *v;

	*s = (struct sizes){ .weights = ARENA_ARRAY(a, struct weight, n) };
	for (size_t i = 0; i < n; i++) {
		parts += count_parts(&o->v[live[i]]);
		behind += o->v[live[i]].nlists + (answer_bytes(&o->v[live[i]]) > 0);
	}
	v = ARENA_ARRAY(a, uint32_t, parts);
	s->parts = k.parts = ARENA_ARRAY(a, struct part, t->n + behind);
	for (size_t i = 0; i < t->n; i++)
		s->parts[i] = (struct part){ .bytes = t->v[i].bytes, .attr = t->v[i].attr };
	for (size_t i = 0; i < n; i++) {
		s->weights[i] = weight_of(&o->v[live[i]], v + used, &k);
		used += s->weights[i].nparts;
	}
	map_release(&k.lists);
}

void sizes_begin(struct sizes *s)
{
	s->manifest++;
}

static uint64_t part_bytes(struct part *p, uint32_t manifest)
{
	if (p->seen == manifest)
		return USE_BYTES;
	p->seen = manifest;
	return USE_BYTES + p->bytes;
}

uint64_t sizes_candidate(struct sizes *s, size_t i, const bool *gone)
{
	const struct weight *w = &s->weights[i];
	uint64_t bytes = w->bytes;

	for (uint32_t k = 0; k < w->nparts; k++) {
		struct part *p = &s->parts[w->parts[k]];

		if (!gone || k >= w->nrules || !gone[p->attr])
			bytes += part_bytes(p, s->manifest);
	}
	return bytes;
}
