#include "inspect/factjson.h"

#include "format/wire.h"

json_t *fact_json(struct slice text, size_t limit, const char **why)
{
	json_error_t error;
	json_t *value;

	*why = "is too long";
	if (text.n > limit)
		return NULL;
	value = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
	if (!value && json_error_code(&error) == json_error_out_of_memory)
		*why = REFUSE_NO_MEMORY;
	else
		*why = "is no JSON, or has a key twice";
	return value;
}

struct slice fact_text(struct arena *a, const json_t *object, const char *key)
{
	return arena_copy(a, wire_slice(json_object_get(object, key)));
}

int fact_try_text(struct slice *out, struct arena *a, const json_t *object, const char *key)
{
	return arena_try_copy(out, a, wire_slice(json_object_get(object, key))) ? 0 : -1;
}

bool fact_uint(uint64_t *out, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (uint64_t)json_integer_value(v);
	return true;
}

struct slice *fact_texts(size_t *n, struct arena *a, const json_t *object, const char *key)
{
	const json_t *list = json_object_get(object, key);
	size_t all = json_array_size(list);
	struct slice *v = ARENA_ARRAY(a, struct slice, all);

	*n = 0;
	for (size_t i = 0; i < all; i++) {
		struct slice text = wire_slice(json_array_get(list, i));

		if (text.n)
			v[(*n)++] = arena_copy(a, text);
	}
	return v;
}
