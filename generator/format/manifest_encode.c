#include "base/strbuf.h"
#include "format/json.h"
#include "format/manifest.h"
#include "format/wire.h"

static json_t *encode_numbers(const uint32_t *v, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(array, json_integer(v[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_pair(int64_t first, int64_t second)
{
	json_t *array = json_array();
	bool failed = false;

	put_item(array, json_integer(first), &failed);
	put_item(array, json_integer(second), &failed);
	return put_done(array, failed);
}

static json_t *encode_texts(const struct slice *v, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(array, put_text(v[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_rule(const struct mf_rule *rule)
{
	json_t *object = json_object();
	bool failed = !rule->known; /* what it said is lost */

	if (rule->default_result)
		put_member(object, "default", json_true(), &failed);
	put_member(object, "element", put_text(rule->element), &failed);
	if (rule->exclusive)
		put_member(object, "exclusive", json_true(), &failed);
	if (rule->has_lower)
		put_member(object, "lower", put_text(rule->lower), &failed);
	put_member(object, "op", json_string(rule_op_name(rule->op)), &failed);
	if (rule->has_upper)
		put_member(object, "upper", put_text(rule->upper), &failed);
	if (rule->op == RULE_CONTAINS || rule->op == RULE_EXCLUDES)
		put_member(object, "value", encode_texts(rule->values, rule->nvalues), &failed);
	return put_done(object, failed);
}

static json_t *encode_limit(uint64_t limit)
{
	char hex[17];

	for (size_t i = 0; i < 16; i++)
		hex[i] = "0123456789abcdef"[limit >> (60 - 4 * i) & 15];
	hex[16] = '\0';
	return json_string(hex);
}

static json_t *encode_ramp(const struct mf_ramp *v, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(array, encode_pair(v[i].at, v[i].thousandths), &failed);
	return put_done(array, failed);
}

static json_t *encode_list_names(const struct mf_candidate *c, const struct manifest *m)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < c->nlists; i++)
		put_item(array, put_text(m->whitelists[c->lists[i]].name), &failed);
	return put_done(array, failed);
}

static json_t *encode_unless(const struct mf_candidate *c)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < c->nunless; i++)
		put_item(array, encode_numbers(c->unless[i], c->unless_n[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_candidate(const struct mf_candidate *c, const struct manifest *m, enum kind kind)
{
	json_t *object = json_object();
	bool failed = false;

	if (kind != KIND_SWITCH)
		put_member(object, "a", json_integer(c->answer), &failed);
	if (c->has_above)
		put_member(object, "above", json_integer(c->above), &failed);
	if (c->dev)
		put_member(object, "dev", json_true(), &failed);
	if (c->has_from)
		put_member(object, "from", json_integer(c->from), &failed);
	if (c->nrules)
		put_member(object, "if", encode_numbers(c->rules, c->nrules), &failed);
	if (c->has_limit)
		put_member(object, "limit", encode_limit(c->limit), &failed);
	if (c->has_percent)
		put_member(object, "percent", json_integer(c->thousandths), &failed);
	if (c->nramp)
		put_member(object, "ramp", encode_ramp(c->ramp, c->nramp), &failed);
	put_member(object, "t", put_text(c->task), &failed);
	if (c->nunless)
		put_member(object, "unless", encode_unless(c), &failed);
	if (c->has_until)
		put_member(object, "until", json_integer(c->until), &failed);
	if (kind == KIND_SWITCH)
		put_member(object, "v", put_text(c->value), &failed);
	if (c->has_window)
		put_member(object, "window", encode_pair(c->start, c->end), &failed);
	if (c->nlists)
		put_member(object, "wl", encode_list_names(c, m), &failed);
	return put_done(object, failed);
}

static json_t *encode_slots(const struct manifest *m, enum kind kind)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < m->nslots; i++) {
		const struct mf_slot *slot = &m->slots[i];
		json_t *array = json_array();

		for (size_t j = 0; j < slot->n; j++)
			put_item(array, encode_candidate(&slot->v[j], m, kind), &failed);
		put_named(object, slot->name, array, &failed);
	}
	return put_done(object, failed);
}

static json_t *encode_answer(const struct mf_answer *v)
{
	json_t *array = json_array(), *inside = NULL;
	bool failed = false;
	const char *why;

	put_item(array, put_text(v->version), &failed);
	if (v->text.n) {
		failed = failed || json_parse_wire(&inside, v->text, v->text.n, &why);
		put_item(array, inside, &failed);
	} else {
		put_item(array, put_hash(v->hash), &failed);
		put_item(array, json_integer(v->length), &failed);
	}
	return put_done(array, failed);
}

static json_t *encode_answers(const struct mf_answer *v, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(array, encode_answer(&v[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_rules(const struct mf_rule *v, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(array, encode_rule(&v[i]), &failed);
	return put_done(array, failed);
}

json_t *manifest_encode(const struct manifest *m, enum kind kind, bool with_whitelists)
{
	json_t *object = json_object();
	bool failed = false;

	if (m->nanswers)
		put_member(object, "answers", encode_answers(m->answers, m->nanswers), &failed);
	if (m->nrules)
		put_member(object, "rules", encode_rules(m->rules, m->nrules), &failed);
	put_member(object, "slots", encode_slots(m, kind), &failed);
	if (with_whitelists && m->nwhitelists)
		put_member(object, "whitelists", whitelists_encode(m->whitelists, m->nwhitelists), &failed);
	return put_done(object, failed);
}
