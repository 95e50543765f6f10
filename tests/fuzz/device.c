/* A device's JSON: the quick reader gives what the full parser gives, or gives up; and any bytes are read without harm. */
#include <jansson.h>
#include <math.h>
#include <stdint.h>

#include "require.h"
#include "resolve/flat.h"

static void compare_number(bool has, uint32_t number, const json_t *value)
{
	double want = json_number_value(value); /* 0 for what is no number */
	bool wanted = json_is_number(value) && want >= 0 && want < 2147483648.0 && floor(want) == want;

	REQUIRE(has == wanted && (!has || number == (uint32_t)want));
}

/* The same texts as in the parsed object, and no others; the same numbers. */
static void compare(const struct mdr_device *d, json_t *object)
{
	const struct mdr_attr *attrs = d->attrs;
	size_t n = d->n, texts = 0;
	const char *key;
	json_t *value;

	compare_number(d->has_version_code, d->version_code, json_object_get(object, "versionCode"));
	compare_number(d->has_patch_version_code, d->patch_version_code, json_object_get(object, "patchVersionCode"));

	json_object_foreach(object, key, value)
	{
		texts += json_is_string(value);
	}
	REQUIRE(texts == n);
	for (size_t i = 0; i < n; i++) {
		value = json_object_getn(object, attrs[i].name, attrs[i].name_size);
		REQUIRE(slice_eq(slice_bytes(attrs[i].value, attrs[i].value_size),
				 slice_bytes(json_string_value(value), json_string_length(value))));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mdr_attr attrs[FLAT_MAX];
	struct mdr_device device;
	struct mdr_parsed *keep = NULL;
	struct mdr_error err = { .code = MDR_OK };
	const char *text = size ? (const char *)data : "";
	json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);

	if (flat_read(&device, attrs, (struct slice){ text, size })) {
		REQUIRE(json_is_object(json));
		compare(&device, json);
	}
	if (mdr_device_parse(&device, &keep, text, size, &err)) {
		REQUIRE(!json_is_object(json) && err.code == MDR_DEVICE && err.text[0]);
	} else {
		REQUIRE(json_is_object(json));
		compare(&device, json);
	}
	mdr_device_release(keep);
	json_decref(json);
	return 0;
}
