#include "format/wire.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "format/json.h"

static const char no_memory[] = "out of memory";

int wire_fail(struct wire *w, const char *why)
{
	w->why = why;
	return -1;
}

struct slice wire_slice(const json_t *string)
{
	return (struct slice){ json_string_value(string), json_string_length(string) };
}

static const struct wire_member *find_member(const struct wire_shape *shape, const char *key)
{
	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->v[i].key, key) == 0)
			return &shape->v[i];
	return NULL;
}

int wire_object(struct wire *w, void *out, const json_t *value, const struct wire_shape *shape)
{
	json_t *object = json_iterable(value);
	uint32_t seen = 0;

	if (!json_is_object(value))
		return wire_fail(w, shape->no_object);
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const struct wire_member *m = find_member(shape, json_object_iter_key(it));

		if (!m)
			return wire_fail(w, shape->unknown);
		seen |= 1u << (m - shape->v);
		if (m->read(w, out, json_object_iter_value(it)))
			return -1;
	}
	for (size_t i = 0; i < shape->n; i++)
		if (shape->v[i].missing && !(seen >> i & 1))
			return wire_fail(w, shape->v[i].missing);
	return 0;
}

bool wire_fits(const json_t *value, const struct wire_shape *shape)
{
	json_t *object = json_iterable(value);

	if (!json_is_object(value))
		return false;
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
		if (!find_member(shape, json_object_iter_key(it)))
			return false;
	return true;
}

void *wire_array(struct wire *w, size_t *n, const json_t *value, size_t size, wire_fn *item, const char *why)
{
	size_t count = json_array_size(value); /* 0 for anything else */
	char *v;

	if (count == 0 || count > WIRE_ITEMS_MAX) {
		wire_fail(w, why);
		return NULL;
	}
	v = arena_try(w->a, count, size);
	if (!v) {
		wire_fail(w, no_memory);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (item(w, v + i * size, json_array_get(value, i)))
			return NULL;
	*n = count;
	return v;
}

void *wire_table(struct wire *w, size_t *n, const json_t *value, size_t size, wire_fn *item, const char *why)
{
	json_t *object = json_iterable(value);
	size_t count = json_object_size(value); /* 0 for anything else */
	struct slice last = SLICE("");
	char *v, *at;

	if (count == 0 || count > WIRE_ITEMS_MAX) {
		wire_fail(w, why);
		return NULL;
	}
	at = v = arena_try(w->a, count, size);
	if (!v) {
		wire_fail(w, no_memory);
		return NULL;
	}
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it), at += size) {
		struct slice key = { json_object_iter_key(it), json_object_iter_key_len(it) };

		if (slice_cmp(last, key) >= 0) {
			wire_fail(w, "the keys of a table do not ascend");
			return NULL;
		}
		if (!arena_try_copy(&key, w->a, key)) {
			wire_fail(w, no_memory);
			return NULL;
		}
		memcpy(at, &key, sizeof(key));
		if (item(w, at, json_object_iter_value(it)))
			return NULL;
		last = key;
	}
	*n = count;
	return v;
}

int wire_text(struct wire *w, struct slice *out, const json_t *value, const char *why)
{
	if (!json_is_string(value))
		return wire_fail(w, why);
	return arena_try_copy(out, w->a, wire_slice(value)) ? 0 : wire_fail(w, no_memory);
}

int wire_word(struct wire *w, struct slice *out, const json_t *value, const char *why)
{
	return json_string_length(value) == 0 ? wire_fail(w, why) : wire_text(w, out, value, why);
}

int wire_int(struct wire *w, int64_t *out, const json_t *value, int64_t min, int64_t max, const char *why)
{
	json_int_t v = json_integer_value(value);

	if (!json_is_integer(value) || v < min || v > max)
		return wire_fail(w, why);
	*out = v;
	return 0;
}

int wire_u32(struct wire *w, uint32_t *out, const json_t *value, uint32_t min, uint32_t max, const char *why)
{
	int64_t v;

	if (wire_int(w, &v, value, min, max, why))
		return -1;
	*out = (uint32_t)v;
	return 0;
}

int wire_below(struct wire *w, uint32_t *out, const json_t *value, size_t end, const char *why)
{
	if (end == 0)
		return wire_fail(w, why);
	return wire_u32(w, out, value, 0, end > UINT32_MAX ? UINT32_MAX : (uint32_t)(end - 1), why);
}

int wire_hash(struct wire *w, uint8_t out[32], const json_t *value, const char *why)
{
	return text_hex(out, 32, wire_slice(value)) ? 0 : wire_fail(w, why);
}

int wire_true(struct wire *w, bool *out, const json_t *value, const char *why)
{
	if (!json_is_true(value))
		return wire_fail(w, why);
	*out = true;
	return 0;
}

/* Of all texts of a version that version_parse() takes: the one without leading zeros and without zero parts at its
 * end. */
static bool is_shortest(struct slice s)
{
	struct slice last = SLICE("");

	for (struct slice rest = s; rest.p;) {
		last = slice_cut(&rest, '.');
		if (last.n > 1 && last.p[0] == '0')
			return false;
	}
	return last.n == s.n || !slice_eqs(last, "0");
}

int wire_version(struct wire *w, struct version *out, const json_t *value, const char *why)
{
	struct slice s = wire_slice(value);

	return version_parse(out, s) && is_shortest(s) ? 0 : wire_fail(w, why);
}

void put_member(json_t *object, const char *key, json_t *value, bool *failed)
{
	if (json_object_set_new(object, key, value))
		*failed = true;
}

void put_named(json_t *object, struct slice key, json_t *value, bool *failed)
{
	if (json_object_setn_new(object, key.p ? key.p : "", key.n, value))
		*failed = true;
}

void put_item(json_t *array, json_t *value, bool *failed)
{
	if (json_array_append_new(array, value))
		*failed = true;
}

json_t *put_done(json_t *value, bool failed)
{
	if (!failed)
		return value;
	json_decref(value);
	return NULL;
}

json_t *put_text(struct slice s)
{
	return json_stringn(s.p ? s.p : "", s.n);
}

json_t *put_hash(const uint8_t hash[32])
{
	char hex[SHA256_HEX];

	digest_hex(hex, hash, 32);
	return json_stringn_nocheck(hex, SHA256_HEX - 1);
}
