/* Devices from JSON objects. */
#include <jansson.h>
#include <stdlib.h>

#include "resolve/fail.h"
#include "resolve/flat.h"

struct mdr_parsed {
	json_t *json; /* NULL: the attributes look into the caller's text */
	struct mdr_attr attrs[];
};

void mdr_device_release(struct mdr_parsed *keep)
{
	if (!keep)
		return;
	json_decref(keep->json);
	free(keep);
}

static size_t take_texts(struct mdr_attr *attrs, json_t *object)
{
	size_t n = 0;

	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const json_t *value = json_object_iter_value(it);

		if (!json_is_string(value))
			continue;
		attrs[n++] = (struct mdr_attr){ .name = json_object_iter_key(it),
						.name_size = json_object_iter_key_len(it),
						.value = json_string_value(value),
						.value_size = json_string_length(value) };
	}
	return n;
}

static enum mdr_code not_json(const json_error_t *error, struct mdr_error *err)
{
	if (error->line > 1)
		return fail(err, MDR_DEVICE, "not valid JSON: %s (line %d, column %d)", error->text, error->line,
			    error->column);
	return fail(err, MDR_DEVICE, "not valid JSON: %s (column %d)", error->text, error->column);
}

static enum mdr_code parse_any(struct mdr_device *out, struct mdr_parsed **keep, struct slice json,
			       struct mdr_error *err)
{
	struct mdr_parsed *parsed;
	json_error_t error;
	json_t *object = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);

	if (!object)
		return not_json(&error, err);
	if (!json_is_object(object)) {
		json_decref(object);
		return fail(err, MDR_DEVICE, "a device is a JSON object");
	}
	parsed = malloc(sizeof(*parsed) + json_object_size(object) * sizeof(parsed->attrs[0]));
	if (!parsed) {
		json_decref(object);
		return fail_memory(err);
	}
	parsed->json = object;
	*out = (struct mdr_device){ parsed->attrs, take_texts(parsed->attrs, object) };
	*keep = parsed;
	return MDR_OK;
}

enum mdr_code mdr_device_parse(struct mdr_device *out, struct mdr_parsed **keep, const char *json, size_t n,
			       struct mdr_error *err)
{
	struct slice text = { n ? json : "", n };
	struct mdr_parsed *parsed = malloc(sizeof(*parsed) + FLAT_MAX * sizeof(parsed->attrs[0]));
	size_t texts;

	if (!parsed)
		return fail_memory(err);
	if (!flat_read(parsed->attrs, &texts, text)) {
		free(parsed);
		return parse_any(out, keep, text, err);
	}
	parsed->json = NULL;
	*out = (struct mdr_device){ parsed->attrs, texts };
	*keep = parsed;
	return MDR_OK;
}
