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

void device_number(struct mdr_device *d, struct slice name, double value)
{
	bool good = value >= 0 && value <= INT32_MAX && value == (double)(uint32_t)value;

	if (slice_eqs(name, "versionCode")) {
		d->has_version_code = good;
		d->version_code = good ? (uint32_t)value : 0;
	} else if (slice_eqs(name, "patchVersionCode")) {
		d->has_patch_version_code = good;
		d->patch_version_code = good ? (uint32_t)value : 0;
	}
}

static void take_members(struct mdr_device *out, struct mdr_attr *attrs, json_t *object)
{
	*out = (struct mdr_device){ .attrs = attrs };
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const json_t *value = json_object_iter_value(it);
		struct slice name = { json_object_iter_key(it), json_object_iter_key_len(it) };

		if (json_is_number(value))
			device_number(out, name, json_number_value(value));
		if (!json_is_string(value))
			continue;
		attrs[out->n++] = (struct mdr_attr){ .name = name.p,
						     .name_size = name.n,
						     .value = json_string_value(value),
						     .value_size = json_string_length(value) };
	}
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
	take_members(out, parsed->attrs, object);
	*keep = parsed;
	return MDR_OK;
}

enum mdr_code mdr_device_parse(struct mdr_device *out, struct mdr_parsed **keep, const char *json, size_t n,
			       struct mdr_error *err)
{
	struct slice text = { n ? json : "", n };
	struct mdr_parsed *parsed = malloc(sizeof(*parsed) + FLAT_MAX * sizeof(parsed->attrs[0]));

	*keep = NULL;
	if (!parsed)
		return fail_memory(err);
	if (!flat_read(out, parsed->attrs, text)) {
		free(parsed);
		return parse_any(out, keep, text, err);
	}
	parsed->json = NULL;
	*keep = parsed;
	return MDR_OK;
}
