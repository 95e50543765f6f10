#include "resolve/devicewith.h"

#include <string.h>

static bool is_among(const struct mdr_attr *attr, const struct other_attr *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_eqs(slice_bytes(attr->name, attr->name_size), v[i].name))
			return true;
	}
	return false;
}

int device_with(struct mdr_device *out, struct arena *a, const struct mdr_device *device, const struct other_attr *v,
		size_t n)
{
	struct mdr_attr *attrs = arena_try(a, device->n + n, sizeof(*attrs));
	size_t kept = 0;

	if (!attrs)
		return -1;
	for (size_t i = 0; i < device->n; i++) {
		if (!is_among(&device->attrs[i], v, n))
			attrs[kept++] = device->attrs[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (v[i].value)
			attrs[kept++] =
				(struct mdr_attr){ v[i].name, v[i].value, strlen(v[i].name), strlen(v[i].value) };
	}
	*out = *device;
	out->attrs = attrs;
	out->n = kept;
	return 0;
}
