/* plan/shard.h: kinds with many slots: one manifest while it is small, else manifests by the bits of SHA-256(slot
 * name).
 *
 * A leaf is split at its next bit while its estimate exceeds the shard size and it holds more than one slot. The
 * size is SHARD_BYTES, doubled while the total exceeds size × SHARDS_MAX × 5/8. An edit so rewrites one leaf; which
 * one depends on the slot's name alone. Descriptions of whitelists stand in the index either way and are not
 * counted. */
#ifndef PLAN_SHARD_H
#define PLAN_SHARD_H

#include "plan/plan.h"

/* Fills shape, manifests and shard_bytes. `live`: the offers that live, out->nlive >= 1 of them. -1: hashing failed. */
int shard_make(struct plan *out, struct arena *a, struct arena *scratch, const uint32_t *live,
	       struct digests *hashing) MUST_CHECK;

#endif
