/* base/map.h: a hash map from byte strings to pointers.
 *
 * Ownership  keys are borrowed and must outlive the map; values are the caller's. map_release() frees the table only.
 * Order      none: never iterate a map into output. There is no iteration here for that reason; keep an array beside it.
 * Errors     map_put never fails (it aborts when memory ends, as arena_alloc does).
 * Hash       SipHash-free FNV-like mixing with a fixed seed: inputs are a reviewed repository, not an attacker's requests;
 *            the table degrades to probing, and tests bound it for adversarial keys. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/slice.h"

struct map_slot;
struct map {
	struct map_slot *slots;
	size_t n, cap;
};

#define MAP_INIT                                                                                                       \
	{                                                                                                              \
		NULL, 0, 0                                                                                             \
	}

void map_release(struct map *m);
void *map_get(const struct map *m, struct slice key); /* NULL: absent */
void *map_put(struct map *m, struct slice key,
	      void *value); /* value not NULL; returns the earlier value, which is KEPT, or NULL when new */
void map_set(struct map *m, struct slice key, void *value); /* replaces */

#endif
