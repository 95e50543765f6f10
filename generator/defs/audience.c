/* defs/audience.c: three levels of objects, and counts. */
#include "defs/audience.h"

#include <jansson.h>

#include "base/text.h"
#include "defs/reader.h"

#define COUNT_MAX UINT64_C(100000000000)

static const struct element *find_element(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->nelements; i++)
		if (slice_eq(app->elements[i].name, name))
			return &app->elements[i];
	return NULL;
}

static void report_element(const struct app *app, const struct object *o, const char *key)
{
	struct arena *a = o->at.r->a;
	struct slice *names = ARENA_ARRAY(a, struct slice, app->nelements);

	for (size_t i = 0; i < app->nelements; i++)
		names[i] = app->elements[i].name;
	struct slice near = text_nearest(slice_of(key), names, app->nelements);
	diag_error(o->at.r->d, object_key_pos(o, key), "unknown element %s%s", quote(a, slice_of(key)), hint(a, near));
}

static void counts_check(const struct element *e, const struct object *counts)
{
	struct reader *r = counts->at.r;
	const char *key;
	json_t *json;

	json_object_foreach(counts->at.json, key, json)
	{
		struct node n = { r, &counts->at, json, key, 0 };
		json_int_t v = json_integer_value(json);
		struct version version;

		if (!slice_trim(slice_of(key)).n)
			diag_error(r->d, object_key_pos(counts, key), "a value must not be empty");
		else if (e->type == ATTR_VERSION && !version_parse(&version, slice_of(key)))
			diag_error(r->d, object_key_pos(counts, key), "%s is not a version",
				   quote(r->a, slice_of(key)));
		if (json_is_real(json))
			node_error(&n, "a count must be a whole number, not " SLICE_FMT, SLICE_ARG(node_raw(&n)));
		else if (!json_is_integer(json))
			node_wrong_type(&n, "a whole number");
		else if (v < 0 || (uint64_t)v > COUNT_MAX)
			node_error(&n, "the count is %lld; it must lie in 0..%llu", (long long)v,
				   (unsigned long long)COUNT_MAX);
	}
}

static void platform_check(const struct app *app, const struct object *o)
{
	const char *key;
	json_t *json;

	json_object_foreach(o->at.json, key, json)
	{
		struct node n = { o->at.r, &o->at, json, key, 0 };
		const struct element *e = find_element(app, slice_of(key));
		struct object counts;

		if (!e)
			report_element(app, o, key);
		else if (node_object(&counts, &n))
			counts_check(e, &counts);
	}
}

void audience_check(const struct app *app, struct origin origin, struct arena *a, struct diags *d)
{
	struct reader r;
	struct object root, platform;

	if (reader_open(&r, a, d, origin) == 0 && reader_root(&root, &r)) {
		for (size_t p = 0; p < PLATFORM_COUNT; p++)
			if (field_object(&platform, &root, platform_name((enum platform)p), OPTIONAL))
				platform_check(app, &platform);
		object_finish(&root);
	}
	reader_close(&r);
}
