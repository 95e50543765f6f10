#include "base/jsonpos.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/jsonstring.h"
#include "base/jsontable.h"
#include "base/text.h"

/* --- pointers --------------------------------------------------------------------------------------------------------- */

/* Cuts the first token off a pointer, which begins with "/", and undoes ~0 and ~1. False when another `~` is in it. */
static bool next_token(struct slice *out, struct slice *pointer, struct strbuf *room)
{
	struct slice rest = slice_from(*pointer, 1);
	struct slice raw = slice_cut(&rest, '/');

	*pointer = slice_from(*pointer, raw.n + 1);
	strbuf_reset(room);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '~') {
			if (++i == raw.n || (raw.p[i] != '0' && raw.p[i] != '1'))
				return false;
			c = raw.p[i] == '0' ? '~' : '/';
		}
		strbuf_addch(room, c);
	}
	*out = strbuf_slice(room);
	return !room->failed;
}

/* An array index as RFC 6901 writes it: no sign, no leading zero. */
static bool index_of(uint64_t *out, struct slice token)
{
	return text_uint(out, token) && (token.n == 1 || *token.p != '0');
}

bool jsonpos_follow(size_t *value, const struct jsontable *t, struct slice pointer)
{
	CLEANUP(strbuf_release) struct strbuf room = STRBUF_INIT;
	struct slice token;
	uint64_t index;

	*value = t->root;
	while (pointer.n > 0) {
		if (!slice_starts(pointer, "/") || !next_token(&token, &pointer, &room))
			return false;
		if (!jsontable_member(value, t, *value, token) &&
		    !(index_of(&index, token) && jsontable_item(value, t, *value, index)))
			return false;
	}
	return true;
}

/* --- what callers ask of a text ----------------------------------------------------------------------------------------- */

bool jsonpos_value(struct jsonpos *out, struct slice text, struct slice pointer)
{
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	size_t value;

	if (!jsontable_make(&t, text) || !jsonpos_follow(&value, &t, pointer))
		return false;
	jsontable_place(out, &t, value);
	return true;
}

bool jsonpos_key(struct jsonpos *out, struct slice text, struct slice pointer)
{
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	size_t value;

	return jsontable_make(&t, text) && jsonpos_follow(&value, &t, pointer) && jsontable_key_place(out, &t, value);
}

void jsonpos_at(uint32_t *line, uint32_t *col, struct slice text, size_t offset)
{
	struct slice rest = slice_sub(text, 0, offset), last = rest;

	for (*line = 0; rest.p; ++*line)
		last = slice_cut(&rest, '\n');
	if (*line == 0)
		*line = 1;
	*col = (uint32_t)text_codepoints(last) + 1;
}

/* --- duplicates --------------------------------------------------------------------------------------------------------- */

struct repeats {
	const struct jsontable *table;
	struct jsonpos *v; /* of their keys */
	size_t n, cap;
	struct arena mem;
	struct strbuf room[2];
};

static void repeats_release(struct repeats *r)
{
	arena_release(&r->mem);
	strbuf_release(&r->room[0]);
	strbuf_release(&r->room[1]);
}

/* Whether one of the `same` members before `last`, which have its hash, also has its key. */
static bool is_repeated(struct repeats *r, size_t last, size_t same)
{
	struct slice key = jsontable_key(&r->room[0], r->table, last);

	for (size_t i = last - same; i < last; i++)
		if (slice_eq(jsontable_key(&r->room[1], r->table, i), key))
			return true;
	return false;
}

static void collect_repeats(struct repeats *r, const struct jsontable_value *object)
{
	const struct jsontable_value *v = r->table->v;
	size_t end = (size_t)object->first + object->n;

	for (size_t i = (size_t)object->first + 1, same = 0; i < end; i++) {
		struct jsonpos at;

		same = v[i].hash == v[i - 1].hash ? same + 1 : 0;
		if (same && is_repeated(r, i, same) && jsontable_key_place(&at, r->table, i))
			ARENA_PUSH(&r->mem, r->v, r->n, r->cap, at);
	}
}

static int by_offset(const void *x, const void *y)
{
	const struct jsonpos *a = x, *b = y;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void jsonpos_duplicates(struct slice text, void (*each)(void *ctx, struct slice key, uint32_t line, uint32_t col),
			void *ctx)
{
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	CLEANUP(repeats_release) struct repeats r = { .table = &t, .mem = ARENA_INIT };

	bool json = jsontable_make(&t, text);
	(void)json; /* of a broken text the part before the fault counts */
	for (size_t i = 0; i < t.n; i++)
		if (t.v[i].n && t.text.p[t.v[i].from] == '{')
			collect_repeats(&r, &t.v[i]);
	if (r.n)
		qsort(r.v, r.n, sizeof(*r.v), by_offset);
	for (size_t i = 0; i < r.n; i++) {
		struct slice inside = slice_sub(r.v[i].raw, 1, r.v[i].raw.n - 2);

		each(ctx, jsonstring_meaning(&r.room[0], inside), r.v[i].line, r.v[i].col);
	}
}
