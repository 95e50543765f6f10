#include "resolve/names.h"

#include <stdlib.h>
#include <string.h>

#include "resolve/hash.h"

#define FIRST_NAMES 32

static void place(struct names *s, uint32_t number)
{
	uint32_t at = (uint32_t)s->hash[number] & (s->slots - 1);

	while (s->table[at])
		at = (at + 1) & (s->slots - 1);
	s->table[at] = number + 1;
}

/* Room for twice as many names. */
static int grow(struct names *s)
{
	uint32_t cap = s->cap ? s->cap * 2 : FIRST_NAMES;
	struct slice *v = realloc(s->v, cap * sizeof(*v));
	uint64_t *hash;
	uint32_t *table;

	if (!v)
		return -1;
	s->v = v;
	hash = realloc(s->hash, cap * sizeof(*hash));
	if (!hash)
		return -1;
	s->hash = hash;
	table = calloc((size_t)cap * 2, sizeof(*table));
	if (!table)
		return -1;
	free(s->table);
	s->table = table;
	s->slots = cap * 2;
	s->cap = cap;
	for (uint32_t i = 0; i < s->n; i++)
		place(s, i);
	return 0;
}

int names_init(struct names *s)
{
	static const char *const fixed[NAME_FIXED_COUNT] = {
		[NAME_PLATFORM] = "platform",      [NAME_USER_ID] = "userId",
		[NAME_DEVICE_ID] = "deviceId",     [NAME_CHANNEL] = "channel",
		[NAME_VERSION_KEY] = "versionKey", [NAME_BUNDLE_NAME] = "bundleName",
		[NAME_DEVICE_TYPE] = "deviceType", [NAME_ABI] = "abi",
	};

	*s = (struct names){ .mem = ARENA_INIT };
	for (size_t i = 0; i < COUNT(fixed); i++) {
		if (names_add(s, slice_of(fixed[i])) == NAME_NONE)
			return -1;
	}
	return 0;
}

void names_release(struct names *s)
{
	arena_release(&s->mem);
	free(s->v);
	free(s->hash);
	free(s->table);
	*s = (struct names){ .mem = ARENA_INIT };
}

uint32_t names_find(const struct names *s, struct slice name)
{
	uint64_t hash = hash_text(name, false);

	if (!s->slots)
		return NAME_NONE;
	for (uint32_t at = (uint32_t)hash & (s->slots - 1); s->table[at]; at = (at + 1) & (s->slots - 1)) {
		uint32_t number = s->table[at] - 1;
		if (s->hash[number] == hash && slice_eq(s->v[number], name))
			return number;
	}
	return NAME_NONE;
}

uint32_t names_add(struct names *s, struct slice name)
{
	uint32_t number = names_find(s, name);
	struct slice copy;

	if (number != NAME_NONE)
		return number;
	if (s->n == s->cap && (s->cap > UINT32_MAX / 8 || grow(s)))
		return NAME_NONE;
	if (!arena_try_copy(&copy, &s->mem, name))
		return NAME_NONE;
	number = s->n++;
	s->v[number] = copy;
	s->hash[number] = hash_text(name, false);
	place(s, number);
	return number;
}
