#include "inspect/hqfpatch.h"

#include <string.h>

#include "base/strbuf.h"
#include "format/json.h"
#include "format/wire.h"

struct reading {
	struct arena *a;
	const json_t *object; /* app, module */
	const char *owner;    /* its name */
	const char **why;
};

static int fail(struct reading *r, const char *key, const char *what)
{
	*r->why = arena_printf(r->a, HQF_PATCH_NAME ": %s.%s %s", r->owner, key, what).p;
	return -1;
}

static int read_text(struct slice *out, struct reading *r, const char *key)
{
	const json_t *v = json_object_get(r->object, key);

	if (!json_is_string(v) || !json_string_length(v))
		return fail(r, key, v ? "must be a text that is not empty" : "is missing");
	*out = arena_copy(r->a, wire_slice(v));
	return 0;
}

static int read_number(uint32_t *out, struct reading *r, const char *key, json_int_t min)
{
	const json_t *v = json_object_get(r->object, key);

	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > INT32_MAX)
		return fail(r, key,
			    !v    ? "is missing"
			    : min ? "must be a number from 1 to 2147483647"
				  : "must be a number from 0 to 2147483647");
	*out = (uint32_t)json_integer_value(v);
	return 0;
}

static int read_name(struct slice *out, struct reading *r)
{
	if (read_text(out, r, "name"))
		return -1;
	for (size_t i = 0; i < out->n; i++) {
		if (strchr("/\\%", out->p[i]) || (out->p[i] == '.' && i + 1 < out->n && out->p[i + 1] == '.'))
			return fail(r, "name", "must be no path: / \\ % .. are not allowed");
	}
	return 0;
}

static int read_type(struct reading *r)
{
	struct slice type;

	if (read_text(&type, r, "type"))
		return -1;
	if (slice_eqs(type, "patch"))
		return 0;
	return fail(r, "type",
		    slice_eqs(type, "hotreload") ? "is hotreload, which devices take for debug builds alone; "
						   "it must be patch"
						 : "must be patch");
}

static int read_device_types(struct hqf_patch *out, struct reading *r)
{
	static const char key[] = "deviceTypes";
	const json_t *list = json_object_get(r->object, key);
	size_t n = json_array_size(list);

	if (n == 0)
		return fail(r, key, list ? "must be an array with a device type" : "is missing");
	out->device_types = ARENA_ARRAY(r->a, struct slice, n);
	for (size_t i = 0; i < n; i++) {
		struct slice type = wire_slice(json_array_get(list, i));

		if (!type.n)
			return fail(r, key, "must hold texts that are not empty");
		for (size_t k = 0; k < i; k++) {
			if (slice_eq_nocase(out->device_types[k], type))
				return fail(r, key, "names a device type twice");
		}
		out->device_types[i] = arena_copy(r->a, type);
		out->ndevice_types = i + 1;
	}
	return 0;
}

static int enter(struct reading *r, const json_t *root, const char *owner)
{
	r->owner = owner;
	r->object = json_object_get(root, owner);
	if (json_is_object(r->object))
		return 0;
	*r->why = arena_printf(r->a, HQF_PATCH_NAME " has no object \"%s\"", owner).p;
	return -1;
}

static int read_all(struct hqf_patch *out, struct reading *r, const json_t *root)
{
	return enter(r, root, "app") || read_text(&out->bundle_name, r, "bundleName") ||
			       read_number(&out->version_code, r, "versionCode", 0) ||
			       read_text(&out->version_name, r, "versionName") ||
			       read_number(&out->patch_version_code, r, "patchVersionCode", 1) ||
			       read_text(&out->patch_version_name, r, "patchVersionName") || enter(r, root, "module") ||
			       read_name(&out->module, r) || read_type(r) || read_device_types(out, r) ||
			       read_text(&out->module_hash, r, "originalModuleHash")
		       ? -1
		       : 0;
}

int hqf_patch_read(struct hqf_patch *out, struct arena *a, struct slice text, const char **why)
{
	struct reading r = { .a = a, .why = why };
	struct strbuf minified = STRBUF_INIT;
	json_auto_t *json = NULL;
	int bad;

	*out = (struct hqf_patch){ .version_code = 0 };
	if (json_parse_wire(&json, text, HQF_PATCH_MAX, why)) {
		*why = arena_printf(a, HQF_PATCH_NAME ": %s", *why).p;
		return -1;
	}
	bad = read_all(out, &r, json);
	if (!bad && (bad = json_write(&minified, json, JSON_WIRE)))
		*why = "out of memory";
	out->text = arena_copy(a, strbuf_slice(&minified));
	strbuf_release(&minified);
	return bad;
}
