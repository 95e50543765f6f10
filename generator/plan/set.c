#include "plan/set.h"

bool set_is_empty(const struct set *s)
{
	return s->n == 0;
}

bool set_is_full(const struct set *s)
{
	return s->n == 1 && s->at[0] == 0;
}

/* How many boundaries at or below `region`, given that those before `from` are. */
static uint32_t boundaries_to(const struct set *s, uint32_t from, uint32_t region)
{
	uint32_t to = s->n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		if (s->at[mid] <= region)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

bool set_has(const struct set *s, uint32_t region)
{
	return boundaries_to(s, 0, region) % 2 == 1;
}

bool set_within(const struct set *part, const struct set *whole)
{
	uint32_t below = 0;

	for (uint32_t i = 0; i < part->n; i += 2) {
		below = boundaries_to(whole, below, part->at[i]);
		if (below % 2 == 0)
			return false;
		if (below < whole->n && (i + 1 == part->n || part->at[i + 1] > whole->at[below]))
			return false;
	}
	return true;
}

struct set set_and(struct arena *a, const struct set *x, const struct set *y)
{
	uint32_t *at = ARENA_ARRAY(a, uint32_t, (size_t)x->n + y->n);
	uint32_t n = 0, i = 0, j = 0;

	while (i < x->n || j < y->n) {
		bool from_x = j == y->n || (i < x->n && x->at[i] <= y->at[j]);
		bool from_y = i == x->n || (j < y->n && y->at[j] <= x->at[i]);
		uint32_t region = from_x ? x->at[i] : y->at[j];
		bool was = i % 2 == 1 && j % 2 == 1;

		i += from_x;
		j += from_y;
		if (was != (i % 2 == 1 && j % 2 == 1))
			at[n++] = region;
	}
	return (struct set){ at, n };
}
