#include "plan/shard.h"

#include <stdlib.h>

#include "plan/budget.h"
#include "plan/size.h"

#define PREFIX_BITS 32 /* the longest */

struct shard_slot {
	uint64_t hash;   /* the first 64 bits of SHA-256(name), big endian */
	uint32_t number; /* into live */
};

struct live_slot {
	struct plan_slot slot;
	size_t first; /* of its candidates: as sizes.h counts them */
};

struct sharder {
	struct plan *plan;
	struct arena *mem, *scratch;
	struct live_slot *live;   /* slots that have a candidate, by name */
	struct shard_slot *slots; /* the same, by hash */
	size_t n;
	struct sizes sizes;
	size_t cap; /* of plan->manifests */
};

/* --- candidates --------------------------------------------------------------------------------------------------- */

static void collect(struct sharder *s, const uint32_t *live)
{
	const struct offers *o = &s->plan->offers;
	struct candidate *v = ARENA_ARRAY(s->mem, struct candidate, s->plan->nlive);

	s->live = ARENA_ARRAY(s->scratch, struct live_slot, o->nslots);
	for (size_t i = 0, end; i < s->plan->nlive; i = end) {
		uint32_t slot = o->v[live[i]].slot;

		for (end = i; end < s->plan->nlive && o->v[live[end]].slot == slot; end++)
			v[end] = (struct candidate){ &o->v[live[end]], o->v[live[end]].rules };
		s->live[s->n++] = (struct live_slot){ { o->slots[slot].name, v + i, end - i }, i };
	}
}

/* --- leaves ------------------------------------------------------------------------------------------------------- */

static uint64_t leaf_bytes(struct sharder *s, size_t from, size_t to)
{
	uint64_t bytes = 0;

	sizes_begin(&s->sizes);
	for (size_t i = from; i < to; i++) {
		const struct live_slot *live = &s->live[s->slots[i].number];

		bytes += SLOT_BYTES + live->slot.name.n;
		for (size_t k = 0; k < live->slot.n; k++)
			bytes += sizes_candidate(&s->sizes, live->first + k, NULL);
	}
	return bytes;
}

static int by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* Slots of a manifest are sorted by name, as `live` is. */
static void add_leaf(struct sharder *s, size_t from, size_t to, uint8_t bits, uint64_t bytes)
{
	struct plan_manifest m = { .nslots = to - from, .bytes = bytes, .bits = bits };
	uint32_t *numbers = ARENA_ARRAY(s->scratch, uint32_t, m.nslots);

	m.prefix = bits > 0 ? (uint32_t)(s->slots[from].hash >> (64 - bits)) : 0;
	m.slots = ARENA_ARRAY(s->mem, struct plan_slot, m.nslots);
	for (size_t i = 0; i < m.nslots; i++)
		numbers[i] = s->slots[from + i].number;
	qsort(numbers, m.nslots, sizeof(*numbers), by_number);
	for (size_t i = 0; i < m.nslots; i++)
		m.slots[i] = s->live[numbers[i]].slot;
	ARENA_PUSH(s->mem, s->plan->manifests, s->plan->nmanifests, s->cap, m);
}

/* The slots from … to - 1 share their first `bits` bits. */
static void split(struct sharder *s, size_t from, size_t to, uint8_t bits)
{
	uint64_t bytes = leaf_bytes(s, from, to);
	size_t middle = from;

	if (bytes <= s->plan->shard_bytes || to - from == 1 || bits == PREFIX_BITS) {
		add_leaf(s, from, to, bits, bytes);
		return;
	}
	while (middle < to && (s->slots[middle].hash >> (63 - bits) & 1) == 0)
		middle++;
	if (from < middle)
		split(s, from, middle, (uint8_t)(bits + 1));
	if (middle < to)
		split(s, middle, to, (uint8_t)(bits + 1));
}

static int by_hash(const void *x, const void *y)
{
	const struct shard_slot *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static int hash_slots(struct sharder *s, struct digests *hashing)
{
	for (size_t i = 0; i < s->n; i++) {
		uint8_t hash[SHA256_SIZE];

		if (digest_sha256(hashing, hash, s->live[i].slot.name))
			return -1;
		s->slots[i].hash = digest_head64(hash);
	}
	if (s->n > 1)
		qsort(s->slots, s->n, sizeof(*s->slots), by_hash);
	return 0;
}

int shard_make(struct plan *out, struct arena *a, struct arena *scratch, const uint32_t *live, struct digests *hashing)
{
	struct sharder s = { .plan = out, .mem = a, .scratch = scratch };
	uint64_t total;

	collect(&s, live);
	s.slots = ARENA_ARRAY(scratch, struct shard_slot, s.n);
	for (size_t i = 0; i < s.n; i++)
		s.slots[i].number = (uint32_t)i;
	sizes_init(&s.sizes, scratch, &out->offers, live, out->nlive, false);
	total = leaf_bytes(&s, 0, s.n);
	out->shard_bytes = SHARD_BYTES;
	while (total > out->shard_bytes * SHARDS_MAX * 5 / 8)
		out->shard_bytes *= 2;
	if (total > out->shard_bytes && hash_slots(&s, hashing))
		return -1;
	split(&s, 0, s.n, 0);
	out->shape = out->manifests[0].bits > 0 ? PLAN_UNITS : PLAN_INLINE;
	return 0;
}
