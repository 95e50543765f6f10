/* The conditions of a segment for programs. */
#include "report/diff_parts.h"

#include <stdlib.h>

#include "format/wire.h"

/* --- versions ------------------------------------------------------------------------------------------------------------------- */

/* Regions of versions (plan/rules.h): 1 lies below bound 0, 2 + 2i is bound i, 3 + 2i lies between it and the next. */
static void put_bound(json_t *range, const struct attribute *attr, uint32_t region, const char *at, const char *beside,
		      bool *failed)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	bool is_bound = region % 2 == 0;
	uint32_t bound = is_bound ? (region - 2) / 2 : (region - 3) / 2;

	version_format(&text, &attr->bounds[bound]);
	put_member(range, is_bound ? at : beside, put_text(strbuf_slice(&text)), failed);
}

/* From region `first` up to `last`, both in it. */
static json_t *range_json(const struct attribute *attr, uint32_t first, uint32_t last)
{
	json_t *range = json_object();
	bool failed = false;

	if (first > 1)
		put_bound(range, attr, first, "from", "above", &failed);
	if (last + 1 < attr->regions) {
		/* what lies between two bounds ends at the upper one */
		bool between = last % 2 == 1;

		put_bound(range, attr, between ? last + 1 : last, between ? "below" : "to", "", &failed);
	}
	return put_done(range, failed);
}

static json_t *ranges_json(const struct attribute *attr, const struct set *s)
{
	json_t *ranges = json_array();
	bool failed = false;

	for (uint32_t region = 1, first = 0; region <= attr->regions; region++) {
		bool in = region < attr->regions && set_has(s, region);

		if (in && !first)
			first = region;
		if (!in && first) {
			put_item(ranges, range_json(attr, first, region - 1), &failed);
			first = 0;
		}
	}
	return put_done(ranges, failed);
}

/* --- texts ------------------------------------------------------------------------------------------------------------------------ */

static json_t *texts_json(const struct attribute *attr, const struct set *s, bool denied)
{
	json_t *texts = json_array();
	bool failed = false;

	for (uint32_t i = 0; i < attr->n; i++)
		if (set_has(s, 2 + i) != denied)
			put_item(texts, put_text(attr->texts[i]), &failed);
	return put_done(texts, failed);
}

static json_t *condition_json(const struct attribute *attr, const struct set *s)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "attribute", put_text(attr->name), &failed);
	put_member(o, "type", json_string(attr_type_name(attr->type)), &failed);
	if (attr->type == ATTR_VERSION)
		put_member(o, "ranges", ranges_json(attr, s), &failed);
	else
		put_member(o, set_has(s, 1) ? "isNot" : "is", texts_json(attr, s, set_has(s, 1)), &failed);
	put_member(o, "missing", json_boolean(set_has(s, 0)), &failed);
	return put_done(o, failed);
}

struct slice where_text(struct arena *a, const struct partition *p, const struct segment *s)
{
	json_t *where = json_array();
	struct slice out = { NULL, 0 };
	bool failed = false;
	char *text;

	for (size_t i = 0; i < p->nattrs; i++)
		if (!set_is_full(&s->sets[i]))
			put_item(where, condition_json(p->attrs[i], &s->sets[i]), &failed);
	text = failed ? NULL : json_dumps(where, JSON_SORT_KEYS | JSON_COMPACT);
	if (text)
		out = arena_copy(a, slice_of(text));
	json_decref(where);
	free(text);
	return out;
}
