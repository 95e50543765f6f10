/* defs/extendinfo.c: from a parsed object to its one encoding. */
#include "defs/extendinfo.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"

#define RATE_MAX 86400 /* seconds */

/* --- what it may hold --------------------------------------------------------------------------------------------- */

static bool check_value(const struct node *n, unsigned depth)
{
	const char *key;
	json_t *child;
	bool ok = true;

	if (json_is_real(n->json))
		return node_error(n, SLICE_FMT " is not a whole number; write it as a string", SLICE_ARG(node_raw(n)));
	if (!json_is_object(n->json) && !json_is_array(n->json))
		return true;
	if (depth > EXTENDINFO_DEPTH)
		return node_error(n, "more than %d arrays and objects inside each other", EXTENDINFO_DEPTH);
	for (size_t i = 0; i < json_array_size(n->json); i++) {
		struct node item = { n->r, n, json_array_get(n->json, i), NULL, i };

		ok &= check_value(&item, depth + 1);
	}
	json_object_foreach(n->json, key, child)
	{
		struct node member = { n->r, n, child, key, 0 };

		ok &= check_value(&member, depth + 1);
	}
	return ok;
}

static bool check_rate(struct object *info)
{
	struct slice rate;
	uint64_t v;

	if (!object_has(info, "asyncReqRate"))
		return true;
	if (!field_string(&rate, info, "asyncReqRate", OPTIONAL))
		return false;
	if (text_uint(&v, rate) && v <= RATE_MAX && (rate.n == 1 || *rate.p != '0'))
		return true;
	return object_error(info, "asyncReqRate", "asyncReqRate is %s; it must be seconds from \"0\" to \"%d\"",
			    quote(info->at.r->a, rate), RATE_MAX);
}

/* --- the wire ----------------------------------------------------------------------------------------------------- */

/* jansson writes \u001F, the wire \u001f; all other escapes are the same. */
static void lower_escapes(char *text, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] != '\\')
			continue;
		i++;
		for (size_t k = 1; text[i] == 'u' && k <= 4; k++)
			if (text[i + k] >= 'A' && text[i + k] <= 'F')
				text[i + k] = (char)(text[i + k] - 'A' + 'a');
	}
}

static struct slice wire_of(struct arena *a, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	size_t n = slice_of(text).n;

	if (!text)
		abort(); /* memory, as everywhere in an arena: the value was parsed from valid text */
	lower_escapes(text, n);
	struct slice out = arena_copy(a, slice_bytes(text, n));
	free(text);
	return out;
}

void extendinfo_read(struct slice *out, struct object *o)
{
	struct object info;

	if (!field_object(&info, o, "extendInfo", OPTIONAL))
		return;
	bool ok = check_value(&info.at, 1), rate = check_rate(&info);
	if (ok && rate)
		*out = wire_of(o->at.r->a, info.at.json);
}
