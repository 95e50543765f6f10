#include "format/references.h"

#include <string.h>

bool reference_is_whole(struct slice reference)
{
	return reference.n > 0 && memmem(reference.p, reference.n, "://", 3) != NULL;
}

static int visit(json_t *holder, const char *const *keys, size_t n, reference_fn *fn, void *ctx)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(holder, keys[i]);
		int result;

		if (json_string_length(value) == 0) /* no text, or an empty one */
			continue;
		result = fn(ctx, holder, keys[i], slice_bytes(json_string_value(value), json_string_length(value)));
		if (result)
			return result;
	}
	return 0;
}

/* `downloadUrl` and `url`, wherever they stand. */
static int visit_deep(json_t *value, reference_fn *fn, void *ctx)
{
	static const char *const keys[] = { "downloadUrl", "url" };
	const char *key;
	json_t *child;
	int result;
	size_t i;

	json_array_foreach(value, i, child)
	{
		result = visit_deep(child, fn, ctx);
		if (result)
			return result;
	}
	json_object_foreach(value, key, child)
	{
		result = visit_deep(child, fn, ctx);
		if (result)
			return result;
	}
	return visit(value, keys, COUNT(keys), fn, ctx);
}

/* Those of the answer itself, and `url` of its deltas. */
static int visit_h5(json_t *answer, reference_fn *fn, void *ctx)
{
	static const char *const keys[] = { "fallback_base_url", "package_url", "patch" }, *const delta_keys[] = {
		"url"
	};
	json_t *delta;
	size_t i;

	json_array_foreach(json_object_get(answer, "deltas"), i, delta)
	{
		int result = visit(delta, delta_keys, COUNT(delta_keys), fn, ctx);

		if (result)
			return result;
	}
	return visit(answer, keys, COUNT(keys), fn, ctx);
}

int references_each(json_t *answer, enum kind kind, reference_fn *fn, void *ctx)
{
	return kind == KIND_H5 ? visit_h5(answer, fn, ctx) : visit_deep(answer, fn, ctx);
}
