#include "publish/place.h"

#include "publish/endpoint.h"

const char *dest_place(struct arena *a, const struct dest *t, const char *key)
{
	struct slice place = endpoint_place(t->name);

	return arena_printf(a, SLICE_FMT "%s%s", SLICE_ARG(place), slice_ends(place, "/") ? "" : "/", key).p;
}
