#include "base/text.h"
#include "format/manifest_parts.h"

/* --- candidates ----------------------------------------------------------------------------------------------- */
struct decoder { /* what candidates refer to: wire.ctx */
	const struct manifest *m;
	wire_fn *candidate;
};

static const struct manifest *tables(const struct wire *w)
{
	const struct decoder *d = w->ctx;

	return d->m;
}

static int read_task(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	return wire_word(w, &c->task, value, "t of a candidate is no text");
}

static int read_answer_number(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	return wire_below(w, &c->answer, value, tables(w)->nanswers, "a of a candidate is no number of an answer");
}

static int read_value(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	return wire_text(w, &c->value, value, "v of a candidate is no text");
}

static int read_dev(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	return wire_true(w, &c->dev, value, "dev of a candidate is not true");
}

static int read_from(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->has_from = true;
	return wire_int(w, &c->from, value, 0, WIRE_TIME_MAX, "from of a candidate is no time");
}

static int read_until(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->has_until = true;
	return wire_int(w, &c->until, value, 0, WIRE_TIME_MAX, "until of a candidate is no time");
}

static int read_above(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->has_above = true;
	return wire_u32(w, &c->above, value, 1, INT32_MAX, "above of a candidate is out of range");
}

static int read_window(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "window of a candidate is no pair of times";
	struct mf_candidate *c = out;

	if (json_array_size(value) != 2)
		return wire_fail(w, why);
	if (wire_int(w, &c->start, json_array_get(value, 0), 0, WIRE_TIME_MAX, why) ||
	    wire_int(w, &c->end, json_array_get(value, 1), 0, WIRE_TIME_MAX, why))
		return -1;
	if (c->start >= c->end)
		return wire_fail(w, "window of a candidate does not end after its start");
	c->has_window = true;
	return 0;
}

static int read_list_name(struct wire *w, void *out, const json_t *value)
{
	const struct manifest *m = tables(w);
	struct slice name = wire_slice(value);
	size_t low = 0, high = m->nwhitelists;
	uint32_t *number = out;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = slice_cmp(m->whitelists[mid].name, name);

		if (order == 0) {
			*number = (uint32_t)mid;
			return 0;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return wire_fail(w, "wl of a candidate names a whitelist that is not there");
}

static int read_lists(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->lists = wire_array(w, &c->nlists, value, sizeof(*c->lists), read_list_name,
			      "wl of a candidate is no array of names");
	return c->lists ? 0 : -1;
}

static int read_percent(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->has_percent = true;
	return wire_u32(w, &c->thousandths, value, 1, 99999, "percent of a candidate is out of range");
}

static int read_limit(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;
	uint8_t bytes[8];

	if (!text_hex(bytes, sizeof(bytes), wire_slice(value)))
		return wire_fail(w, "limit of a candidate is not 16 hex digits");
	c->has_limit = true;
	for (size_t i = 0; i < sizeof(bytes); i++)
		c->limit = c->limit << 8 | bytes[i];
	return 0;
}

static int read_ramp_point(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "a point of a ramp is no pair of a time and a percentage";
	struct mf_ramp *p = out;

	if (json_array_size(value) != 2)
		return wire_fail(w, why);
	if (wire_int(w, &p->at, json_array_get(value, 0), 0, WIRE_TIME_MAX, why))
		return -1;
	return wire_u32(w, &p->thousandths, json_array_get(value, 1), 0, 100000, why);
}

static int read_ramp(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->ramp = wire_array(w, &c->nramp, value, sizeof(*c->ramp), read_ramp_point, "ramp of a candidate is no array");
	if (!c->ramp)
		return -1;
	for (size_t i = 1; i < c->nramp; i++)
		if (c->ramp[i - 1].at >= c->ramp[i].at)
			return wire_fail(w, "ramp of a candidate does not ascend");
	return 0;
}

static int read_rule_number(struct wire *w, void *out, const json_t *value)
{
	return wire_below(w, out, value, tables(w)->nrules, "a candidate refers to a rule that is not there");
}

static int read_if(struct wire *w, void *out, const json_t *value)
{
	struct mf_candidate *c = out;

	c->rules = wire_array(w, &c->nrules, value, sizeof(*c->rules), read_rule_number,
			      "if of a candidate is no array of numbers");
	return c->rules ? 0 : -1;
}

static int read_unless(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "unless of a candidate is no array of arrays of numbers";
	struct mf_candidate *c = out;
	size_t n = json_array_size(value);

	if (n == 0 || n > WIRE_ITEMS_MAX)
		return wire_fail(w, why);
	c->unless = arena_try(w->a, n, sizeof(*c->unless));
	c->unless_n = arena_try(w->a, n, sizeof(*c->unless_n));
	if (!c->unless || !c->unless_n)
		return wire_fail(w, "out of memory");
	for (size_t i = 0; i < n; i++) {
		c->unless[i] = wire_array(w, &c->unless_n[i], json_array_get(value, i), sizeof(**c->unless),
					  read_rule_number, why);
		if (!c->unless[i])
			return -1;
	}
	c->nunless = n;
	return 0;
}

#define NO_CANDIDATE      "a candidate is no object"
#define UNKNOWN_CANDIDATE "a candidate has an unknown key"
/* clang-format off */
#define GUARDS                                                                                                         \
	{ "t", read_task, "a candidate has no t" },                                                                    \
	{ "dev", read_dev, NULL },                                                                                     \
	{ "from", read_from, NULL },                                                                                   \
	{ "if", read_if, NULL },                                                                                       \
	{ "limit", read_limit, NULL },                                                                                 \
	{ "percent", read_percent, NULL },                                                                             \
	{ "ramp", read_ramp, NULL },                                                                                   \
	{ "unless", read_unless, NULL },                                                                               \
	{ "until", read_until, NULL },                                                                                 \
	{ "window", read_window, NULL },                                                                               \
	{ "wl", read_lists, NULL }
/* clang-format on */

static int read_answer_candidate(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = { { "a", read_answer_number, "a candidate has no a" }, GUARDS };
	static const struct wire_shape shape = { NO_CANDIDATE, UNKNOWN_CANDIDATE, members, COUNT(members) };

	return wire_object(w, out, value, &shape);
}

static int read_patch_candidate(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = { { "a", read_answer_number, "a candidate has no a" },
						      { "above", read_above, NULL },
						      GUARDS };
	static const struct wire_shape shape = { NO_CANDIDATE, UNKNOWN_CANDIDATE, members, COUNT(members) };

	return wire_object(w, out, value, &shape);
}

static int read_value_candidate(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = { { "v", read_value, "a candidate has no v" }, GUARDS };
	static const struct wire_shape shape = { NO_CANDIDATE, UNKNOWN_CANDIDATE, members, COUNT(members) };

	return wire_object(w, out, value, &shape);
}

static int read_slot(struct wire *w, void *out, const json_t *value)
{
	const struct decoder *d = w->ctx;
	struct mf_slot *slot = out;

	slot->v = wire_array(w, &slot->n, value, sizeof(*slot->v), d->candidate, "a slot is no array of candidates");
	return slot->v ? 0 : -1;
}

/* --- the whole ------------------------------------------------------------------------------------------------ */
static int read_later(struct wire *w, void *out,
		      const json_t *value) /* slots refer to all other tables: they go last */
{
	(void)w, (void)out, (void)value;
	return 0;
}

/* How the entries of `answers` and the candidates look. */
static const struct {
	wire_fn *answer, *candidate;
} kinds[KIND_COUNT] = {
	[KIND_UPGRADE] = { manifest_read_answer, read_answer_candidate },
	[KIND_HOTPATCH] = { manifest_read_answer, read_answer_candidate },
	[KIND_H5] = { manifest_read_inline, read_answer_candidate },
	[KIND_QUICKFIX] = { manifest_read_quickfix, read_patch_candidate },
	[KIND_SWITCH] = { NULL, read_value_candidate },
};

static int decode_tables(struct wire *w, struct manifest *m, const json_t *json, enum kind kind,
			 const struct manifest *shared)
{
	const json_t *answers = json_object_get(json, "answers"), *rules = json_object_get(json, "rules");
	const json_t *lists = json_object_get(json, "whitelists");

	if (shared && lists)
		return wire_fail(w, "a manifest behind units has whitelists of its own");
	if (shared) {
		m->whitelists = shared->whitelists;
		m->nwhitelists = shared->nwhitelists;
	}
	if (lists && whitelists_decode(&m->whitelists, &m->nwhitelists, w->a, lists, &w->why))
		return -1;
	if (rules) {
		m->rules = wire_array(w, &m->nrules, rules, sizeof(*m->rules), manifest_read_rule,
				      "rules is no array of rules");
		if (!m->rules)
			return -1;
	}
	if (answers && !kinds[kind].answer)
		return wire_fail(w, "a manifest of this kind has answers");
	if (answers) {
		m->answers = wire_array(w, &m->nanswers, answers, sizeof(*m->answers), kinds[kind].answer,
					"answers is no array of answers");
		if (!m->answers)
			return -1;
	}
	return 0;
}

static int decode_slots(struct wire *w, struct manifest *m, const json_t *slots, enum kind kind)
{
	struct decoder d = { m, kinds[kind].candidate };

	w->ctx = &d;
	m->slots = wire_table(w, &m->nslots, slots, sizeof(*m->slots), read_slot, "slots is no table of slots");
	w->ctx = NULL;
	if (!m->slots)
		return -1;
	if (kind_is_single(kind) && m->nslots != 1)
		return wire_fail(w, "a manifest of this kind has more than one slot");
	return 0;
}

static int decode(struct wire *w, struct manifest *m, const json_t *json, enum kind kind, const struct manifest *shared)
{
	static const struct wire_member members[] = {
		{ "answers", read_later, NULL },
		{ "rules", read_later, NULL },
		{ "slots", read_later, "a manifest has no slots" },
		{ "whitelists", read_later, NULL },
	};
	static const struct wire_shape shape = { "a manifest is no object", "a manifest has an unknown key", members,
						 COUNT(members) };

	if (wire_object(w, NULL, json, &shape) || decode_tables(w, m, json, kind, shared))
		return -1;
	return decode_slots(w, m, json_object_get(json, "slots"), kind);
}

int manifest_decode(struct manifest *out, struct arena *a, const json_t *json, enum kind kind,
		    const struct manifest *shared, const char **why)
{
	struct wire w = { .a = a };
	struct manifest m = { 0 };

	if (decode(&w, &m, json, kind, shared)) {
		*why = w.why;
		return -1;
	}
	*out = m;
	return 0;
}
