#include "format/recipes.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "format/wire.h"

static json_t *facts_json(const struct recipe *r)
{
	json_t *json = json_object();
	bool failed = false;

	for (size_t i = 0; i < r->nfacts; i++)
		put_named(json, r->facts[i].name, put_text(r->facts[i].value), &failed);
	return put_done(json, failed);
}

static json_t *recipe_json(const struct recipe *r)
{
	json_t *json = json_object();
	bool failed = false;

	put_member(json, "hash", put_hash(r->hash), &failed);
	put_member(json, "length", json_integer((json_int_t)r->length), &failed);
	put_member(json, "name", put_text(r->name), &failed);
	if (r->nfacts)
		put_member(json, "facts", facts_json(r), &failed);
	return put_done(json, failed);
}

int recipes_encode(struct strbuf *out, const struct recipes *r)
{
	json_auto_t *table = json_object(), *json = json_object();
	char key[SHA256_HEX];
	bool failed = false;

	for (size_t i = 0; i < r->n; i++) {
		digest_hex(key, r->v[i].key, SHA256_SIZE);
		put_member(table, key, recipe_json(&r->v[i]), &failed);
	}
	put_member(json, "format", json_integer(1), &failed);
	put_member(json, "recipes", json_incref(table), &failed);
	return failed ? -1 : json_write(out, json, JSON_WIRE);
}

struct entry { /* begins with the key, as wire_table() wants it */
	struct slice key;
	struct recipe recipe;
};

static int read_fact(struct wire *w, void *out, const json_t *v)
{
	return wire_text(w, &((struct recipe_fact *)out)->value, v, "a fact is not a text");
}

static int read_facts(struct wire *w, void *out, const json_t *v)
{
	struct recipe *r = &((struct entry *)out)->recipe;

	r->facts = wire_table(w, &r->nfacts, v, sizeof(*r->facts), read_fact, "facts is not an object with a fact");
	return r->facts ? 0 : -1;
}

static int read_hash(struct wire *w, void *out, const json_t *v)
{
	return wire_hash(w, ((struct entry *)out)->recipe.hash, v, "hash is not 64 lower-case hex digits");
}

static int read_length(struct wire *w, void *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 0, INT64_MAX, "length is not a number of bytes"))
		return -1;
	((struct entry *)out)->recipe.length = (uint64_t)n;
	return 0;
}

static int read_name(struct wire *w, void *out, const json_t *v)
{
	static const char why[] = "name is not a file's name";
	struct slice *name = &((struct entry *)out)->recipe.name;

	return wire_word(w, name, v, why) ? -1 : text_is_name(*name) ? 0 : wire_fail(w, why);
}

static int read_recipe(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = {
		{ "facts", read_facts, NULL },
		{ "hash", read_hash, "a recipe has no hash" },
		{ "length", read_length, "a recipe has no length" },
		{ "name", read_name, "a recipe has no name" },
	};
	static const struct wire_shape shape = { "a recipe is not an object", "unknown key in a recipe", members,
						 COUNT(members) };
	struct entry *e = out;

	if (!text_hex(e->recipe.key, SHA256_SIZE, e->key))
		return wire_fail(w, "a recipe's key is not 64 lower-case hex digits");
	return wire_object(w, e, v, &shape);
}

static int read_format(struct wire *w, void *out, const json_t *v)
{
	int64_t format;

	(void)out;
	return wire_int(w, &format, v, 1, 1, "format is not 1");
}

static int read_recipes(struct wire *w, void *out, const json_t *v)
{
	struct recipes *r = out;
	struct entry *entries;

	if (json_is_object(v) && json_object_size(v) == 0)
		return 0;
	entries = wire_table(w, &r->n, v, sizeof(*entries), read_recipe, "recipes is not an object");
	if (!entries)
		return -1;
	r->v = arena_try(w->a, r->n, sizeof(*r->v));
	if (!r->v)
		return wire_fail(w, "out of memory");
	for (size_t i = 0; i < r->n; i++)
		r->v[i] = entries[i].recipe;
	return 0;
}

int recipes_decode(struct recipes *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct wire_member members[] = { { "format", read_format, "there is no format" },
						      { "recipes", read_recipes, "there are no recipes" } };
	static const struct wire_shape shape = { "file is not a JSON object", "unknown key beside format and recipes",
						 members, COUNT(members) };
	struct wire w = { .a = a };
	struct recipes r = { 0 };
	json_auto_t *json = NULL;

	if (json_parse_wire(&json, bytes, RECIPES_MAX, why))
		return -1;
	if (wire_object(&w, &r, json, &shape)) {
		*why = w.why;
		return -1;
	}
	*out = r;
	return 0;
}

static int key_cmp(const void *key, const void *recipe)
{
	return memcmp(key, ((const struct recipe *)recipe)->key, SHA256_SIZE);
}

const struct recipe *recipes_find(const struct recipes *r, const uint8_t key[SHA256_SIZE])
{
	return r->n ? bsearch(key, r->v, r->n, sizeof(*r->v), key_cmp) : NULL;
}

const struct slice *recipe_fact(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < r->nfacts; i++) {
		if (slice_eqs(r->facts[i].name, name))
			return &r->facts[i].value;
	}
	return NULL;
}
