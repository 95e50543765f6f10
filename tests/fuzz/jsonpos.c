/* Whatever jansson accepts, jsontable and jsonpos find their way in: for every value the raw text means the same value, for every
 * member the key's raw text means the same key, both give the same places, and duplicates are reported exactly where jansson
 * refuses them. */
#include <jansson.h>

#include "base/jsontable.h"
#include "base/strbuf.h"
#include "require.h"

#define MAX_QUESTIONS 200 /* each is a pass over the text */

struct check {
	struct slice text;
	struct jsontable table;
	struct strbuf pointer;
	unsigned questions;
};

static void require_same(struct slice raw, const json_t *want)
{
	json_t *got = json_loadb(raw.p, raw.n, JSON_DECODE_ANY, NULL);

	REQUIRE(got && json_equal(got, want));
	json_decref(got);
}

static void require_place(const struct check *c, const struct jsonpos *at)
{
	uint32_t line, col;

	REQUIRE(at->raw.p == c->text.p + at->offset && at->offset + at->raw.n <= c->text.n);
	jsonpos_at(&line, &col, c->text, at->offset);
	REQUIRE(at->line == line && at->col == col);
}

static void add_token(struct strbuf *pointer, const char *key)
{
	strbuf_addch(pointer, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			strbuf_adds(pointer, *key == '~' ? "~0" : "~1");
		else
			strbuf_addch(pointer, *key);
	}
}

static void require_equal(const struct jsonpos *a, const struct jsonpos *b)
{
	REQUIRE(a->line == b->line && a->col == b->col && a->offset == b->offset);
	REQUIRE(a->raw.p == b->raw.p && a->raw.n == b->raw.n);
}

static void check_value(struct check *c, json_t *value, size_t number);

static void check_member(struct check *c, const char *key, json_t *value, size_t object)
{
	size_t before = c->pointer.n, number;
	struct jsonpos at, asked;
	json_t *name = json_string(key);

	add_token(&c->pointer, key);
	REQUIRE(jsontable_member(&number, &c->table, object, slice_of(key)));
	REQUIRE(jsontable_key_place(&at, &c->table, number));
	require_place(c, &at);
	require_same(at.raw, name);
	if (c->questions < MAX_QUESTIONS) {
		REQUIRE(jsonpos_key(&asked, c->text, strbuf_slice(&c->pointer)));
		require_equal(&at, &asked);
	}
	json_decref(name);
	check_value(c, value, number);
	strbuf_truncate(&c->pointer, before);
}

static void check_element(struct check *c, size_t index, json_t *value, size_t array)
{
	size_t before = c->pointer.n, number;
	struct jsonpos at;

	strbuf_addf(&c->pointer, "/%zu", index);
	REQUIRE(jsontable_item(&number, &c->table, array, index));
	REQUIRE(!jsontable_key_place(&at, &c->table, number));
	if (c->questions < MAX_QUESTIONS)
		REQUIRE(!jsonpos_key(&at, c->text, strbuf_slice(&c->pointer)));
	check_value(c, value, number);
	strbuf_truncate(&c->pointer, before);
}

static void check_value(struct check *c, json_t *value, size_t number)
{
	struct jsonpos at, asked;
	const char *key;
	json_t *child;

	jsontable_place(&at, &c->table, number);
	require_place(c, &at);
	if (c->questions++ < MAX_QUESTIONS) {
		require_same(at.raw, value);
		REQUIRE(jsonpos_value(&asked, c->text, strbuf_slice(&c->pointer)));
		require_equal(&at, &asked);
	}
	REQUIRE(!jsontable_item(&number, &c->table, number, json_array_size(value)));
	for (size_t i = 0; i < json_array_size(value); i++)
		check_element(c, i, json_array_get(value, i), number);
	json_object_foreach(value, key, child) check_member(c, key, child, number);
}

static void count(void *ctx, struct slice key, uint32_t line, uint32_t col)
{
	unsigned *n = ctx;

	REQUIRE(line > 0 && col > 0 && (key.p || key.n == 0));
	++*n;
}

/* Of no JSON as a whole nothing is found, whatever the pointer. */
static void check_broken(struct slice text)
{
	static const struct slice pointers[] = { SLICE(""), SLICE("/0"), SLICE("/a"), SLICE("/a/b"), SLICE("/~1") };
	struct jsonpos at;
	bool json = jsonpos_value(&at, text, SLICE(""));

	for (size_t i = 1; i < COUNT(pointers); i++)
		REQUIRE(json || !jsonpos_value(&at, text, pointers[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check c = { .text = slice_bytes(data, size), .table = JSONTABLE_INIT, .pointer = STRBUF_INIT };
	json_t *value = json_loadb(c.text.p, c.text.n, JSON_DECODE_ANY, NULL);
	json_t *strict = json_loadb(c.text.p, c.text.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	unsigned duplicates = 0;

	jsonpos_duplicates(c.text, count, &duplicates);
	if (slice_find(c.text, '\0') >= 0) { /* never JSON, though jansson drops a NUL that follows a number */
		struct jsonpos at;

		REQUIRE(!jsonpos_value(&at, c.text, SLICE("")));
	} else if (value) {
		REQUIRE((duplicates > 0) == !strict);
		REQUIRE(jsontable_make(&c.table, c.text));
		check_value(&c, value, c.table.root);
	} else {
		check_broken(c.text);
	}
	json_decref(strict);
	json_decref(value);
	jsontable_release(&c.table);
	strbuf_release(&c.pointer);
	return 0;
}
