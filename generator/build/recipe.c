#include "build/recipe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

bool recipe_key(uint8_t out[SHA256_SIZE], const struct recipe_book *b, const struct slice *parts, size_t n)
{
	struct strbuf sb = STRBUF_INIT;
	bool good = n > 1 && parts[1].n > 0;

	for (size_t i = 0; i < n; i++) {
		for (int shift = 56; shift >= 0; shift -= 8)
			strbuf_addch(&sb, (char)(parts[i].n >> shift & 0xff));
		strbuf_addslice(&sb, parts[i]);
	}
	good = good && !sb.failed && digest_sha256(b->digests, out, strbuf_slice(&sb)) == 0;
	strbuf_release(&sb);
	return good;
}

const struct recipe *recipe_find(const struct recipe_book *b, const uint8_t key[SHA256_SIZE])
{
	return b->known ? recipes_find(b->known, key) : NULL;
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct recipe_fact *)a)->name, ((const struct recipe_fact *)b)->name);
}

void recipe_note(struct recipe_book *b, const struct recipe *r)
{
	struct recipe copy = *r;

	copy.facts = ARENA_ARRAY(b->a, struct recipe_fact, r->nfacts);
	if (r->nfacts) {
		memcpy(copy.facts, r->facts, r->nfacts * sizeof(*r->facts));
		qsort(copy.facts, copy.nfacts, sizeof(*copy.facts), by_name);
	}
	ARENA_PUSH(b->a, b->v, b->n, b->cap, copy);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct recipe *)a)->key, ((const struct recipe *)b)->key, SHA256_SIZE);
}

struct recipes recipe_book_close(struct recipe_book *b)
{
	size_t kept = 0;

	if (b->n)
		qsort(b->v, b->n, sizeof(*b->v), by_key);
	for (size_t i = 0; i < b->n; i++) { /* equal keys are equal artifacts: which of them stays does not matter */
		if (!kept || by_key(&b->v[kept - 1], &b->v[i]) != 0)
			b->v[kept++] = b->v[i];
	}
	b->n = kept;
	return (struct recipes){ b->v, b->n };
}

struct recipe_fact recipe_fact_uint(struct arena *a, const char *name, uint64_t v)
{
	return (struct recipe_fact){ slice_of(name), arena_printf(a, "%" PRIu64, v) };
}

struct recipe_fact recipe_fact_hex(struct arena *a, const char *name, const uint8_t *v, size_t n)
{
	char *text = arena_alloc(a, 2 * n + 1);

	digest_hex(text, v, n);
	return (struct recipe_fact){ slice_of(name), slice_bytes(text, 2 * n) };
}

bool recipe_get_uint(uint64_t *out, const struct recipe *r, const char *name)
{
	const struct slice *v = recipe_fact(r, name);

	return v && text_uint(out, *v);
}

bool recipe_get_hex(uint8_t *out, size_t n, const struct recipe *r, const char *name)
{
	const struct slice *v = recipe_fact(r, name);

	return v && text_hex(out, n, *v);
}
