/* resolve/names.h: attribute names as small numbers, so that a device is bound to them once and rules compare numbers.
 *
 * The first numbers are fixed (enum fixed_name); others follow as indexes name them. Numbers never change. Names are copied.
 * Errors: names_add() gives NAME_NONE when memory ends; a rule over such an attribute cannot be loaded. */
#ifndef RESOLVE_NAMES_H
#define RESOLVE_NAMES_H

#include "base/arena.h"
#include "base/attr.h"

#define NAME_NONE UINT32_MAX

enum fixed_name {
	NAME_PLATFORM,
	NAME_USER_ID,
	NAME_DEVICE_ID,
	NAME_CHANNEL,
	NAME_VERSION_KEY,
	NAME_BUNDLE_NAME,
	NAME_DEVICE_TYPE,
	NAME_ABI,
	NAME_FIXED_COUNT
};

struct names {
	struct arena mem;
	struct slice *v;
	uint64_t *hash;
	uint32_t n, cap;
	uint32_t *table; /* open addressing: number + 1, 0 is free; a power of two, at least 2 n */
	uint32_t slots;
};

int names_init(struct names *s) MUST_CHECK; /* with the fixed ones; -1: memory */
void names_release(struct names *s);
uint32_t names_add(struct names *s, struct slice name);        /* the number of `name`, a new one where it has none */
uint32_t names_find(const struct names *s, struct slice name); /* NAME_NONE: no rule asks for it */

#endif
