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

static bool value_check(const struct element *e, const struct object *counts, const char *key)
{
	struct reader *r = counts->at.r;
	struct version version;

	if (!slice_trim(slice_of(key)).n)
		diag_error(r->d, object_key_pos(counts, key), "a value must not be empty");
	else if (e->type == ATTR_VERSION && !version_parse(&version, slice_of(key)))
		diag_error(r->d, object_key_pos(counts, key), "%s is not a version", quote(r->a, slice_of(key)));
	else
		return true;
	return false;
}

static bool count_check(const struct node *n)
{
	json_int_t v = json_integer_value(n->json);

	if (json_is_real(n->json))
		return node_error(n, "a count must be a whole number, not " SLICE_FMT, SLICE_ARG(node_raw(n)));
	if (!json_is_integer(n->json))
		return node_wrong_type(n, "a whole number");
	if (v < 0 || (uint64_t)v > COUNT_MAX)
		return node_error(n, "the count is %lld; it must lie in 0..%llu", (long long)v,
				  (unsigned long long)COUNT_MAX);
	return true;
}

static struct census counts_read(const struct element *e, const struct object *counts)
{
	struct reader *r = counts->at.r;
	struct census out = { .element = e };
	const char *key;
	json_t *json;

	out.v = ARENA_ARRAY(r->a, struct census_count, json_object_size(counts->at.json));
	json_object_foreach(counts->at.json, key, json)
	{
		struct node n = { r, &counts->at, json, key, 0 };
		bool value = value_check(e, counts, key), count = count_check(&n);

		if (value && count)
			out.v[out.n++] = (struct census_count){ arena_copy(r->a, slice_trim(slice_of(key))),
								(uint64_t)json_integer_value(json) };
	}
	return out;
}

static void platform_read(struct app *app, enum platform p, const struct object *o)
{
	const char *key;
	json_t *json;

	app->census[p] = ARENA_ARRAY(o->at.r->a, struct census, json_object_size(o->at.json));
	json_object_foreach(o->at.json, key, json)
	{
		struct node n = { o->at.r, &o->at, json, key, 0 };
		const struct element *e = find_element(app, slice_of(key));
		struct object counts;

		if (!e)
			report_element(app, o, key);
		else if (node_object(&counts, &n))
			app->census[p][app->ncensus[p]++] = counts_read(e, &counts);
	}
}

void audience_load(struct app *app, struct origin origin, struct arena *a, struct diags *d)
{
	struct reader r;
	struct object root, platform;

	if (reader_open(&r, a, d, origin) == 0 && reader_root(&root, &r)) {
		for (size_t p = 0; p < PLATFORM_COUNT; p++)
			if (field_object(&platform, &root, platform_name((enum platform)p), OPTIONAL))
				platform_read(app, (enum platform)p, &platform);
		object_finish(&root);
	}
	reader_close(&r);
}
