/* A device's JSON: the quick reader gives what the full parser gives, or gives up; and any bytes are read without harm. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "resolve/flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* The same texts as in the parsed object, and no others. */
static void compare(const struct mdr_attr *attrs, size_t n, json_t *object)
{
	const char *key;
	json_t *value;
	size_t texts = 0;

	json_object_foreach(object, key, value)
	{
		texts += json_is_string(value);
	}
	require(texts == n);
	for (size_t i = 0; i < n; i++) {
		value = json_object_getn(object, attrs[i].name, attrs[i].name_size);
		require(slice_eq(slice_bytes(attrs[i].value, attrs[i].value_size),
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
	size_t n;

	if (flat_read(attrs, &n, (struct slice){ text, size })) {
		require(json_is_object(json));
		compare(attrs, n, json);
	}
	if (mdr_device_parse(&device, &keep, text, size, &err)) {
		require(!json_is_object(json) && err.code == MDR_DEVICE && err.text[0]);
	} else {
		require(json_is_object(json));
		compare(device.attrs, device.n, json);
	}
	mdr_device_release(keep);
	json_decref(json);
	return 0;
}
