#include "format/manifest_parts.h"

static int read_text(struct wire *w, void *out, const json_t *value)
{
	return wire_text(w, out, value, "value of a rule is no array of texts");
}

static int read_rule_element(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	return wire_word(w, &rule->element, value, "element of a rule is no text");
}

static int read_rule_op(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	return rule_op_parse(&rule->op, wire_slice(value)) ? 0 : wire_fail(w, "op of a rule is unknown");
}

static int read_rule_values(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	rule->values = wire_array(w, &rule->nvalues, value, sizeof(*rule->values), read_text,
				  "value of a rule is no array of texts");
	return rule->values ? 0 : -1;
}

static int read_bound(struct wire *w, struct slice *out, const json_t *value)
{
	static const char why[] = "a bound of a rule is no version in its shortest form";
	struct version v;

	return wire_version(w, &v, value, why) ? -1 : wire_text(w, out, value, why);
}

static int read_rule_lower(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	rule->has_lower = true;
	return read_bound(w, &rule->lower, value);
}

static int read_rule_upper(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	rule->has_upper = true;
	return read_bound(w, &rule->upper, value);
}

static int read_rule_exclusive(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	return wire_true(w, &rule->exclusive, value, "exclusive of a rule is not true");
}

static int read_rule_default(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;

	return wire_true(w, &rule->default_result, value, "default of a rule is not true");
}

#define NO_RULE      "a rule is no object"
#define UNKNOWN_RULE "a rule has an unknown key"

/* clang-format off */
static const struct wire_member list_members[] = {
	{ "default", read_rule_default, NULL },
	{ "element", read_rule_element, "a rule has no element" },
	{ "op", read_rule_op, "a rule has no op" },
	{ "value", read_rule_values, "a rule has no value" },
};
static const struct wire_shape list_rule = { NO_RULE, UNKNOWN_RULE, list_members, COUNT(list_members) };

static const struct wire_member range_members[] = {
	{ "default", read_rule_default, NULL },
	{ "element", read_rule_element, "a rule has no element" },
	{ "exclusive", read_rule_exclusive, NULL },
	{ "lower", read_rule_lower, NULL },
	{ "op", read_rule_op, "a rule has no op" },
	{ "upper", read_rule_upper, NULL },
};
static const struct wire_shape range_rule = { NO_RULE, UNKNOWN_RULE, range_members, COUNT(range_members) };
/* clang-format on */

/* A rule of a later version (another op, a key that its op does not have) stays unknown, which counts as false; a rule
 * that looks like ours has to be right. */
int manifest_read_rule(struct wire *w, void *out, const json_t *value)
{
	struct mf_rule *rule = out;
	const struct wire_shape *shape;
	enum rule_op op;

	if (!json_is_object(value))
		return wire_fail(w, NO_RULE);
	if (!rule_op_parse(&op, wire_slice(json_object_get(value, "op"))))
		return 0;
	shape = op == RULE_CONTAINS || op == RULE_EXCLUDES ? &list_rule : &range_rule;
	if (!wire_fits(value, shape))
		return 0;
	if (wire_object(w, rule, value, shape))
		return -1;
	if (shape == &range_rule && !rule->has_lower && !rule->has_upper)
		return wire_fail(w, "a rule has no bound");
	rule->known = true;
	return 0;
}
