/* convert/rules_out.c: rules that are written. */
#include "base/strbuf.h"
#include "convert/mds.h"
#include "convert/rules.h"

static bool is_range(const struct rule *r)
{
	return r->op == RULE_IN || r->op == RULE_OUT;
}

static json_t *text_of(struct slice s)
{
	return json_stringn(s.p ? s.p : "", s.n);
}

static json_t *version_text(const struct version *v)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	version_format(&text, v);
	return text_of(strbuf_slice(&text));
}

static json_t *range_of(const struct rule *r)
{
	json_t *out = json_object();

	if (r->has_lower)
		json_object_set_new(out, "lower", version_text(&r->lower));
	if (r->has_upper)
		json_object_set_new(out, "upper", version_text(&r->upper));
	return out;
}

static json_t *list_of(const struct rule *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < r->nvalues; i++)
		json_array_append_new(out, text_of(r->values[i]));
	return out;
}

/* --- definitions ----------------------------------------------------------------------------------------------------- */

json_t *rules_define(const struct rules *rules)
{
	json_t *out = json_array();

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->v[i];
		json_t *o = json_object();

		json_object_set_new(o, "element", text_of(r->element));
		json_object_set_new(o, "operation", json_string(rule_op_name(r->op)));
		json_object_set_new(o, "value", is_range(r) ? range_of(r) : list_of(r));
		if (r->exclusive)
			json_object_set_new(o, "exclusive", json_true());
		if (r->default_result)
			json_object_set_new(o, "defaultResult", json_true());
		json_array_append_new(out, o);
	}
	return out;
}

/* --- MDS ------------------------------------------------------------------------------------------------------------- */

static bool fits_request(const struct rule *r)
{
	if (r->default_result || r->exclusive || (is_range(r) && !(r->has_lower && r->has_upper)))
		return false;
	for (size_t i = 0; i < r->nvalues; i++)
		if (slice_find(r->values[i], ',') >= 0)
			return false;
	return true;
}

static json_t *request_value(const struct rule *r)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (is_range(r)) {
		version_format(&text, &r->lower);
		strbuf_addch(&text, '-');
		version_format(&text, &r->upper);
	}
	for (size_t i = 0; i < r->nvalues; i++) {
		if (i)
			strbuf_addch(&text, ',');
		strbuf_addslice(&text, r->values[i]);
	}
	return text_of(strbuf_slice(&text));
}

static json_t *request_rules(const struct rules *rules)
{
	json_t *out = json_array();

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->v[i];
		json_t *o = json_object();

		json_object_set_new(o, "ruleElement", text_of(r->element));
		json_object_set_new(o, "operation", json_integer(mds_operation(r->op)));
		json_object_set_new(o, "value", request_value(r));
		json_array_append_new(out, o);
	}
	return out;
}

static json_t *answer_rules(const struct rules *rules)
{
	json_t *out = json_object(), *list = json_array();

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->v[i];
		json_t *o = json_object();

		json_object_set_new(o, "operator", json_string(mds_operator(r->op)));
		if (is_range(r))
			json_object_set_new(o, "exclusive", json_boolean(r->exclusive));
		json_object_set_new(o, "left", is_range(r) ? range_of(r) : list_of(r));
		json_object_set_new(o, "right", text_of(r->element));
		json_object_set_new(o, "defaultResult", json_boolean(r->default_result));
		json_array_append_new(list, o);
	}
	json_object_set_new(out, "operator", json_string("and"));
	json_object_set_new(out, "subRules", list);
	json_object_set_new(out, "defaultResult", json_false());
	return out;
}

char *rules_export(bool *whole, const struct rules *rules)
{
	*whole = true;
	for (size_t i = 0; i < rules->n; i++)
		*whole &= fits_request(&rules->v[i]);
	json_t *form = *whole ? request_rules(rules) : answer_rules(rules);
	char *text = json_dumps(form, JSON_COMPACT);
	json_decref(form);
	return text;
}
