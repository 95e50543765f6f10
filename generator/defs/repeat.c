/* defs/repeat.c: repetitions by sorting, so that long lists stay cheap. */
#include "defs/repeat.h"

#include <stdlib.h>

struct item {
	struct slice key;
	size_t index;
};

static int item_cmp(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	int c = slice_cmp(a->key, b->key);

	return c ? c : (a->index > b->index) - (a->index < b->index);
}

const size_t *repeats_find(struct arena *a, const struct slice *keys, size_t n)
{
	if (n < 2)
		return NULL;
	struct item *items = ARENA_ARRAY(a, struct item, n);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ keys[i], i };
	qsort(items, n, sizeof(*items), item_cmp);

	size_t *first = NULL;
	for (size_t i = 1; i < n; i++) {
		if (!slice_eq(items[i - 1].key, items[i].key))
			continue;
		if (!first) {
			first = ARENA_ARRAY(a, size_t, n);
			for (size_t k = 0; k < n; k++)
				first[k] = k;
		}
		first[items[i].index] = first[items[i - 1].index];
	}
	return first;
}
