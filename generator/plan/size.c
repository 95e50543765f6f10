#include "plan/size.h"

#include "plan/budget.h"

void sizes_init(struct sizes *s, struct arena *a, const struct offers *o)
{
	*s = (struct sizes){ .offers = o, .mem = a, .lists = MAP_INIT };
	s->seen = ARENA_ARRAY(a, uint32_t, o->rules.n);
}

void sizes_release(struct sizes *s)
{
	map_release(&s->lists);
}

void sizes_begin(struct sizes *s)
{
	s->manifest++;
}

static uint64_t rules_bytes(struct sizes *s, const struct numbers *rules, const bool *folded)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct plan_rule *r = &s->offers->rules.v[rules->v[i]];

		if (folded && folded[r->attr])
			continue;
		bytes += USE_BYTES;
		if (s->seen[rules->v[i]] != s->manifest) {
			s->seen[rules->v[i]] = s->manifest;
			bytes += r->bytes;
		}
	}
	return bytes;
}

uint64_t sizes_candidate(struct sizes *s, const struct offer *o, const bool *folded)
{
	uint64_t bytes = CANDIDATE_BYTES + (o->value ? o->value->value.n : ANSWER_BYTES);

	bytes += o->has_percent ? PERCENT_BYTES : 0;
	bytes += o->has_window ? WINDOW_BYTES + o->nramp * RAMP_BYTES : 0;
	bytes += o->has_from ? FROM_BYTES : 0;
	bytes += o->dev ? DEV_BYTES : 0;
	bytes += o->nlists * LIST_BYTES;
	bytes += rules_bytes(s, &o->rules, folded);
	for (size_t i = 0; i < o->nunless; i++)
		bytes += rules_bytes(s, &o->unless[i], NULL);
	return bytes;
}

uint64_t sizes_filters(struct sizes *s, const struct offer *o)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < o->nlists; i++) {
		uint32_t *last = map_get(&s->lists, o->lists[i]->name);

		if (!last) {
			last = ARENA_NEW(s->mem, uint32_t);
			map_set(&s->lists, o->lists[i]->name, last);
		}
		bytes += *last != s->manifest ? FILTER_BYTES : 0;
		*last = s->manifest;
	}
	return bytes;
}
