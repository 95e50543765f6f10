#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16 /* a power of two, as every capacity */

struct map_slot {
	uint64_t hash;
	struct slice key;
	void *value; /* NULL: the slot is free */
};

/* One step for each 8 bytes. For a given word it is a bijection of the state, so that no step loses anything. */
static uint64_t mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * 0x9e3779b97f4a7c15u;
	return state ^ (state >> 32);
}

static uint64_t hash_of(struct slice key)
{
	uint64_t state = mix(0x243f6a8885a308d3u, key.n), word;

	for (; key.n >= sizeof(word); key.p += sizeof(word), key.n -= sizeof(word)) {
		memcpy(&word, key.p, sizeof(word));
		state = mix(state, word);
	}
	word = 0;
	if (key.n > 0)
		memcpy(&word, key.p, key.n);
	state = mix(state, word);
	return mix(state, state >> 29);
}

/* The slot that holds `key`, or the free one where it belongs. The table has a free slot always. */
static struct map_slot *slot_of(const struct map *m, struct slice key, uint64_t hash)
{
	size_t mask = m->cap - 1;

	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
		struct map_slot *slot = &m->slots[i];

		if (!slot->value || (slot->hash == hash && slice_eq(slot->key, key)))
			return slot;
	}
}

static void enlarge(struct map *m)
{
	struct map bigger = { NULL, m->n, m->cap > 0 ? m->cap * 2 : FIRST_CAPACITY };

	bigger.slots = bigger.cap > m->cap ? calloc(bigger.cap, sizeof(*bigger.slots)) : NULL;
	if (!bigger.slots) {
		(void)fputs("out of memory\n", stderr);
		abort();
	}
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			*slot_of(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	free(m->slots);
	*m = bigger;
}

/* The slot of `key`, which is added with `value` where it is new. */
static struct map_slot *find_or_add(struct map *m, struct slice key, void *value, bool *added)
{
	uint64_t hash = hash_of(key);
	struct map_slot *slot;

	if (m->n >= m->cap / 4 * 3)
		enlarge(m);
	slot = slot_of(m, key, hash);
	*added = !slot->value;
	if (*added) {
		*slot = (struct map_slot){ hash, key, value };
		m->n++;
	}
	return slot;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map)MAP_INIT;
}

void *map_get(const struct map *m, struct slice key)
{
	return m->n > 0 ? slot_of(m, key, hash_of(key))->value : NULL;
}

void *map_put(struct map *m, struct slice key, void *value)
{
	bool added;
	struct map_slot *slot = find_or_add(m, key, value, &added);

	return added ? NULL : slot->value;
}

void map_set(struct map *m, struct slice key, void *value)
{
	bool added;

	find_or_add(m, key, value, &added)->value = value;
}
