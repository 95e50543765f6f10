/* What was written differently of the values of a switch. */
#include "report/diff_parts.h"
#include "report/words.h"

static const struct switch_value *find_value(const struct switch_def *s, struct slice id)
{
	for (size_t i = 0; s && i < s->nvalues; i++)
		if (slice_eq(s->values[i].id, id))
			return &s->values[i];
	return NULL;
}

static void add_value(struct strbuf *out, const struct switch_value *v)
{
	part_quoted(out, v->value);
	strbuf_adds(out, " on ");
	words_platforms(out, v->platforms);
	strbuf_adds(out, ": ");
	words_value(out, v);
}

static void value_compare(struct strbuf *out, const struct switch_value *before, const struct switch_value *after)
{
	CLEANUP(strbuf_release) struct strbuf was = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf is = STRBUF_INIT;

	part_texts(out, "value", before->value, after->value);
	words_platforms(&was, before->platforms);
	words_platforms(&is, after->platforms);
	part_words(out, "platform", was.p, is.p);
	part_words(out, "type", words_switch_type(before->type), words_switch_type(after->type));
	if (before->type == SWITCH_PERCENTAGE && after->type == SWITCH_PERCENTAGE)
		part_percent(out, before->thousandths, after->thousandths);
	part_lists(out, (struct lists){ before->whitelists, before->nwhitelists },
		   (struct lists){ after->whitelists, after->nwhitelists });
	rules_compare(out, &before->rules, &after->rules);
	part_words(out, "channel", before->dev ? "dev" : "prod", after->dev ? "dev" : "prod");
}

static bool order_differs(const struct switch_def *before, const struct switch_def *after)
{
	size_t next = 0; /* place in `after` behind the value that was found last */

	for (size_t i = 0; i < before->nvalues; i++) {
		const struct switch_value *found = find_value(after, before->values[i].id);

		if (!found)
			continue;
		if ((size_t)(found - after->values) < next)
			return true;
		next = (size_t)(found - after->values) + 1;
	}
	return false;
}

static void value_tell(struct changes *c, const struct switch_value *v, const char *is)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "value " SLICE_FMT " is %s: ", SLICE_ARG(v->id), is);
	add_value(&text, v);
	change_add(c, false, &text);
}

void values_compare(struct changes *c, const struct switch_def *before, const struct switch_def *after)
{
	for (size_t i = 0; before && i < before->nvalues; i++)
		if (!find_value(after, before->values[i].id))
			value_tell(c, &before->values[i], "removed");
	for (size_t i = 0; after && i < after->nvalues; i++) {
		CLEANUP(strbuf_release) struct strbuf parts = STRBUF_INIT;
		const struct switch_value *is = &after->values[i], *was = find_value(before, is->id);

		if (!was) {
			value_tell(c, is, "new");
			continue;
		}
		value_compare(&parts, was, is);
		if (parts.n)
			change_tell(c, false, "value " SLICE_FMT ": " SLICE_FMT, SLICE_ARG(is->id),
				    SLICE_ARG(strbuf_slice(&parts)));
		if (was->type == SWITCH_PERCENTAGE && is->type == SWITCH_PERCENTAGE &&
		    is->thousandths < was->thousandths)
			change_tell(c, true, "value " SLICE_FMT " takes fewer devices than before: some fall out",
				    SLICE_ARG(is->id));
	}
	if (before && after && order_differs(before, after))
		change_tell(c, false, "values are tried in another order");
}
