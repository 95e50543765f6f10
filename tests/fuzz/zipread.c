/* Any bytes as a zip archive: refused with a reason, or entries that lie inside, do not overlap, are found by their names and by those
 * they begin with, and unpack to what they say or to less. The same archive is judged the same under limits that it keeps. */
#include <stdlib.h>

#include "format/zipread.h"
#include "require.h"

#define UNPACKED_MAX ((uint64_t)4 << 20) /* of one input, so that a bomb does not take minutes */

struct counter {
	uint64_t n, size;
};

static int count(void *ctx, struct slice piece)
{
	struct counter *c = ctx;

	REQUIRE(piece.n > 0);
	c->n += piece.n;
	REQUIRE(c->n <= c->size);
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct zip_entry *x = *(const struct zip_entry *const *)a, *y = *(const struct zip_entry *const *)b;

	return (x->header > y->header) - (x->header < y->header);
}

static void check_places(const struct zip *z)
{
	const struct zip_entry **v = malloc((z->n + 1) * sizeof(*v));
	uint64_t end = 0;

	REQUIRE(v);
	for (size_t i = 0; i < z->n; i++)
		v[i] = &z->v[i];
	qsort(v, z->n, sizeof(*v), by_place);
	for (size_t i = 0; i < z->n; i++) {
		REQUIRE(v[i]->header >= end);
		REQUIRE(v[i]->data >= v[i]->header + 30 + v[i]->name.n);
		REQUIRE(v[i]->data <= z->directory && v[i]->packed <= z->directory - v[i]->data);
		end = v[i]->data + v[i]->packed;
	}
	REQUIRE(!z->block.n || (uint64_t)(z->block.p - z->bytes.p) >= end);
	REQUIRE(!z->block.n || (uint64_t)(z->block.p - z->bytes.p) + z->block.n == z->directory);
	free(v);
}

static void check_names(const struct zip *z)
{
	size_t first;

	REQUIRE(zip_below(z, SLICE(""), &first) == z->n && first == 0);
	for (size_t i = 0; i < z->n; i++) {
		struct slice name = z->v[i].name;
		size_t n = zip_below(z, name, &first);

		REQUIRE(name.n && name.p[0] != '/');
		REQUIRE(i == 0 || slice_cmp(z->by_name[i - 1]->name, z->by_name[i]->name) < 0);
		REQUIRE(zip_find(z, name) == &z->v[i]);
		REQUIRE(n >= 1 && z->by_name[first] == &z->v[i]);
	}
}

static uint64_t check_content(const struct zip *z)
{
	uint64_t left = UNPACKED_MAX, bytes = 0;

	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *e = &z->v[i];
		struct counter c = { 0, e->size };
		const char *why = NULL;

		bytes += e->size;
		if (e->size > left)
			continue;
		if (zip_unpack(z, e, count, &c, &why))
			REQUIRE(why && *why);
		else
			REQUIRE(c.n == e->size);
		left -= c.n;
	}
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zip_limits limits = { 0 };
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct zip z;

	if (zip_open(&z, &a, slice_bytes(data, size), &limits, &why)) {
		REQUIRE(why && *why);
	} else {
		check_places(&z);
		check_names(&z);
		limits = (struct zip_limits){ .entries = z.n, .bytes = check_content(&z) };
		REQUIRE(zip_open(&z, &a, slice_bytes(data, size), &limits, &why) == 0);
	}
	arena_release(&a);
	return 0;
}
