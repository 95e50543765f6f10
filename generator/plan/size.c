#include "plan/size.h"

#include "plan/budget.h"

static uint32_t own_bytes(const struct offer *o)
{
	size_t bytes = CANDIDATE_BYTES + (o->value ? o->value->value.n : ANSWER_BYTES);

	bytes += o->has_percent ? PERCENT_BYTES : 0;
	bytes += o->has_window ? WINDOW_BYTES + o->nramp * RAMP_BYTES : 0;
	bytes += o->has_from ? FROM_BYTES : 0;
	bytes += o->dev ? DEV_BYTES : 0;
	bytes += o->nlists * LIST_BYTES;
	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Numbers whitelists from `first` on. */
static uint32_t list_number(struct map *lists, struct arena *a, const struct whitelist *list, size_t first)
{
	uint32_t *number = map_get(lists, list->name);

	if (!number) {
		number = ARENA_NEW(a, uint32_t);
		*number = (uint32_t)(first + lists->n);
		map_set(lists, list->name, number);
	}
	return *number;
}

static size_t count_parts(const struct offer *o)
{
	size_t n = o->rules.n + o->nlists;

	for (size_t k = 0; k < o->nunless; k++)
		n += o->unless[k].n;
	return n;
}

/* `lists`: NULL where manifests do not describe them. */
static struct weight weight_of(const struct offer *o, uint32_t *parts, struct arena *a, struct map *lists, size_t rules)
{
	struct weight w = { .bytes = own_bytes(o), .nrules = (uint32_t)o->rules.n, .parts = parts };

	for (size_t i = 0; i < o->rules.n; i++)
		parts[w.nparts++] = o->rules.v[i];
	for (size_t k = 0; k < o->nunless; k++)
		for (size_t i = 0; i < o->unless[k].n; i++)
			parts[w.nparts++] = o->unless[k].v[i];
	for (size_t i = 0; lists && i < o->nlists; i++)
		parts[w.nparts++] = list_number(lists, a, o->lists[i], rules);
	return w;
}

void sizes_init(struct sizes *s, struct arena *a, const struct offers *o, const uint32_t *live, size_t n, bool filters)
{
	const struct rule_table *t = &o->rules;
	struct map lists = MAP_INIT;
	size_t parts = 0, used = 0;
	uint32_t *v;

	*s = (struct sizes){ .weights = ARENA_ARRAY(a, struct weight, n) };
	for (size_t i = 0; i < n; i++)
		parts += count_parts(&o->v[live[i]]);
	v = ARENA_ARRAY(a, uint32_t, parts);
	for (size_t i = 0; i < n; i++) {
		s->weights[i] = weight_of(&o->v[live[i]], v + used, a, filters ? &lists : NULL, t->n);
		used += s->weights[i].nparts;
	}
	s->parts = ARENA_ARRAY(a, struct part, t->n + lists.n);
	for (size_t i = 0; i < t->n; i++)
		s->parts[i] = (struct part){ .bytes = t->v[i].bytes, .attr = t->v[i].attr };
	for (size_t i = t->n; i < t->n + lists.n; i++)
		s->parts[i].bytes = FILTER_BYTES;
	map_release(&lists);
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
