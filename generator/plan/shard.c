#include "plan/shard.h"

#include <stdlib.h>

#include "plan/budget.h"
#include "plan/size.h"

#define PREFIX_BITS 32 /* the longest */

struct shard_slot {
	uint64_t hash; /* the first 64 bits of SHA-256(name), big endian */
	uint32_t number; /* into live */
};

struct sharder {
	struct plan *plan;
	struct arena *mem;
	struct plan_slot *live; /* slots that have a candidate, by name */
	struct shard_slot *slots; /* the same, by hash */
	size_t n;
	struct sizes sizes;
	size_t cap; /* of plan->manifests */
};

/* --- candidates ------------------------------------------------------------------------------------------------------- */

static void collect(struct sharder *s)
{
	const struct offers *o = &s->plan->offers;
	struct candidate *v = ARENA_ARRAY(s->mem, struct candidate, s->plan->nlive);

	s->live = ARENA_ARRAY(s->mem, struct plan_slot, o->nslots);
	for (size_t i = 0; i < o->nslots; i++) {
		struct plan_slot slot = { .name = o->slots[i].name, .v = v };

		for (uint32_t k = o->slots[i].first; k < o->slots[i].first + o->slots[i].n; k++)
			if (o->v[k].fate == OFFER_LIVE)
				v[slot.n++] = (struct candidate){ &o->v[k], o->v[k].rules };
		v += slot.n;
		if (slot.n > 0)
			s->live[s->n++] = slot;
	}
}

/* --- leaves ----------------------------------------------------------------------------------------------------------- */

static uint64_t leaf_bytes(struct sharder *s, size_t from, size_t to)
{
	uint64_t bytes = 0;

	sizes_begin(&s->sizes);
	for (size_t i = from; i < to; i++) {
		const struct plan_slot *slot = &s->live[s->slots[i].number];

		bytes += SLOT_BYTES + slot->name.n;
		for (size_t k = 0; k < slot->n; k++)
			bytes += sizes_candidate(&s->sizes, slot->v[k].offer, NULL);
	}
	return bytes;
}

static int by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* Slots of a manifest are sorted by name, as `live` is. */
static void add_leaf(struct sharder *s, struct arena *scratch, size_t from, size_t to, uint8_t bits, uint64_t bytes)
{
	struct plan_manifest m = { .nslots = to - from, .bytes = bytes, .bits = bits };
	uint32_t *numbers = ARENA_ARRAY(scratch, uint32_t, m.nslots);

	m.prefix = bits > 0 ? (uint32_t)(s->slots[from].hash >> (64 - bits)) : 0;
	m.slots = ARENA_ARRAY(s->mem, struct plan_slot, m.nslots);
	for (size_t i = 0; i < m.nslots; i++)
		numbers[i] = s->slots[from + i].number;
	qsort(numbers, m.nslots, sizeof(*numbers), by_number);
	for (size_t i = 0; i < m.nslots; i++)
		m.slots[i] = s->live[numbers[i]];
	ARENA_PUSH(s->mem, s->plan->manifests, s->plan->nmanifests, s->cap, m);
}

/* The slots from … to - 1 share their first `bits` bits. */
static void split(struct sharder *s, struct arena *scratch, size_t from, size_t to, uint8_t bits)
{
	uint64_t bytes = leaf_bytes(s, from, to);
	size_t middle = from;

	if (bytes <= s->plan->shard_bytes || to - from == 1 || bits == PREFIX_BITS) {
		add_leaf(s, scratch, from, to, bits, bytes);
		return;
	}
	while (middle < to && (s->slots[middle].hash >> (63 - bits) & 1) == 0)
		middle++;
	if (from < middle)
		split(s, scratch, from, middle, (uint8_t)(bits + 1));
	if (middle < to)
		split(s, scratch, middle, to, (uint8_t)(bits + 1));
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

		if (digest_sha256(hashing, hash, s->live[i].name))
			return -1;
		s->slots[i].hash = digest_head64(hash);
	}
	if (s->n > 1)
		qsort(s->slots, s->n, sizeof(*s->slots), by_hash);
	return 0;
}

int shard_make(struct plan *out, struct arena *a, struct arena *scratch, struct digests *hashing)
{
	struct sharder s = { .plan = out, .mem = a };
	uint64_t total;
	int result = 0;

	collect(&s);
	s.slots = ARENA_ARRAY(scratch, struct shard_slot, s.n);
	for (size_t i = 0; i < s.n; i++)
		s.slots[i].number = (uint32_t)i;
	sizes_init(&s.sizes, scratch, &out->offers);
	total = leaf_bytes(&s, 0, s.n);
	out->shard_bytes = SHARD_BYTES;
	while (total > out->shard_bytes * SHARDS_MAX * 5 / 8)
		out->shard_bytes *= 2;
	if (total > out->shard_bytes && s.n > 1)
		result = hash_slots(&s, hashing);
	if (result == 0) {
		split(&s, scratch, 0, s.n, 0);
		out->shape = out->nmanifests > 1 || out->manifests[0].bits > 0 ? PLAN_UNITS : PLAN_INLINE;
	}
	sizes_release(&s.sizes);
	return result;
}
