/* convert/rules.c: rules that are read. */
#include "convert/rules.h"

#include "base/text.h"
#include "convert/mds.h"
#include "defs/reader.h"

struct rule_reader {
	const struct app *app;
	struct form f;
	const struct element *element;
	enum rule_op op;
};

/* --- elements and operations ---------------------------------------------------------------------------------------- */

static bool read_element(struct rule_reader *r, const char *key)
{
	struct arena *a = r->f.s->a;
	struct slice name;

	if (!form_require(&r->f, key) || !form_text(&name, &r->f, key))
		return false;
	struct slice *names = ARENA_ARRAY(a, struct slice, r->app->nelements);
	for (size_t i = 0; i < r->app->nelements; i++) {
		names[i] = r->app->elements[i].name;
		if (slice_eq(names[i], name)) {
			r->element = &r->app->elements[i];
			return true;
		}
	}
	return form_error(&r->f, key, "unknown element %s%s", quote(a, name),
			  hint(a, text_nearest(name, names, r->app->nelements)));
}

static bool check_operation(const struct rule_reader *r, const char *key)
{
	bool range = r->op == RULE_IN || r->op == RULE_OUT;

	if (range && r->element->type != ATTR_VERSION)
		return form_error(&r->f, key, "a range is for versions; " SLICE_FMT " is a text, which %s or %s",
				  SLICE_ARG(r->element->name), "contains (1)", "excludes (2)");
	return true;
}

static bool read_code(struct rule_reader *r)
{
	int64_t code;

	if (!form_require(&r->f, "operation") || !form_int(&code, &r->f, "operation"))
		return false;
	if (!mds_operation_parse(&r->op, code))
		return form_error(&r->f, "operation",
				  "operation %" JSON_INTEGER_FORMAT
				  " is unknown; 1 (contains), 2 (excludes), 3 (in) and 4 (out) are known",
				  (json_int_t)code);
	return check_operation(r, "operation");
}

static bool read_operator(struct rule_reader *r)
{
	struct slice word;

	if (!form_require(&r->f, "operator") || !form_text(&word, &r->f, "operator"))
		return false;
	if (!mds_operator_parse(&r->op, word))
		return form_error(&r->f, "operator",
				  "operator %s is unknown; contains, excludes, vLimitIn and vLimitOut are known",
				  quote(r->f.s->a, word));
	return check_operation(r, "operator");
}

/* --- values --------------------------------------------------------------------------------------------------------- */

static bool same_value(enum attr_type type, struct slice a, struct slice b)
{
	struct version x, y;

	if (type == ATTR_VERSION && version_parse(&x, a) && version_parse(&y, b))
		return version_cmp(&x, &y) == 0;
	return type == ATTR_FOLD ? slice_eq_nocase(a, b) : slice_eq(a, b);
}

/* A value that repeats another says nothing new: MDS's lists are put together from several drop-down boxes. */
static bool add_value(const struct rule_reader *r, const char *key, json_t *list, struct slice text)
{
	struct version v;
	size_t i;
	json_t *other;

	text = slice_trim(text);
	if (!text.n)
		return true;
	if (r->element->type == ATTR_VERSION && !version_parse(&v, text))
		return form_error(&r->f, key, "%s is not a version: 1 to 8 numbers with dots between them, like 5.0.1",
				  quote(r->f.s->a, text));
	json_array_foreach(list, i, other)
	{
		if (same_value(r->element->type, slice_of(json_string_value(other)), text))
			return true;
	}
	return json_array_append_new(list, json_stringn(text.p, text.n)) == 0;
}

/* NULL where something is wrong, or nothing was left; both are reported. */
static json_t *finish_list(const struct rule_reader *r, const char *key, json_t *list, bool good)
{
	if (good && !json_array_size(list))
		good = form_error(&r->f, key, "\"%s\" names no value", key);
	if (good)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *split_list(const struct rule_reader *r)
{
	struct slice rest;
	bool good = true;

	if (!form_require(&r->f, "value") || !form_text(&rest, &r->f, "value"))
		return NULL;
	json_t *list = json_array();
	while (rest.p)
		good &= add_value(r, "value", list, slice_cut(&rest, ','));
	return finish_list(r, "value", list, good);
}

static json_t *left_list(const struct rule_reader *r)
{
	json_t *left = form_value(&r->f, "left"), *list = json_array(), *item;
	bool good = true;
	size_t i;

	if (!json_is_array(left)) {
		json_decref(list);
		form_error(&r->f, "left", "\"left\" must be an array, not %s", value_type(left));
		return NULL;
	}
	json_array_foreach(left, i, item)
	{
		if (json_is_string(item))
			good &= add_value(r, "left", list, slice_of(json_string_value(item)));
		else
			good = form_error(&r->f, "left", "\"left\" must hold strings, not %s", value_type(item));
	}
	return finish_list(r, "left", list, good);
}

/* {"lower", "upper"} of two texts, of which one may be empty. */
static json_t *range_of(const struct rule_reader *r, const char *key, struct slice lower, struct slice upper)
{
	struct version low = { .n = 0 }, high = { .n = 0 };
	struct arena *a = r->f.s->a;

	lower = slice_trim(lower);
	upper = slice_trim(upper);
	if (!lower.n && !upper.n)
		return form_error(&r->f, key, "a range needs at least one end"), NULL;
	if (lower.n && !version_parse(&low, lower))
		return form_error(&r->f, key, "%s is not a version", quote(a, lower)), NULL;
	if (upper.n && !version_parse(&high, upper))
		return form_error(&r->f, key, "%s is not a version", quote(a, upper)), NULL;
	if (lower.n && upper.n && version_cmp(&low, &high) > 0)
		return form_error(&r->f, key, "the lower end %s is above the upper end %s", quote(a, lower),
				  quote(a, upper)),
		       NULL;
	json_t *out = json_object();
	if (lower.n)
		json_object_set_new(out, "lower", json_stringn(lower.p, lower.n));
	if (upper.n)
		json_object_set_new(out, "upper", json_stringn(upper.p, upper.n));
	return out;
}

/* `aa-bb`, else value1 and value2. */
static json_t *split_range(const struct rule_reader *r)
{
	struct slice lower = { NULL, 0 }, upper = { NULL, 0 }, text, low, high;

	if (form_text(&low, &r->f, "value1"))
		lower = slice_trim(low);
	if (form_text(&high, &r->f, "value2"))
		upper = slice_trim(high);
	if (!form_has(&r->f, "value"))
		return range_of(r, lower.n || upper.n ? "value1" : NULL, lower, upper);
	if (!form_text(&text, &r->f, "value"))
		return NULL;
	high = text;
	low = slice_trim(slice_cut(&high, '-'));
	if (!high.p)
		return form_error(&r->f, "value", "%s is not a range of versions: aa-bb", quote(r->f.s->a, text)), NULL;
	high = slice_trim(high);
	if ((lower.n && !slice_eq(low, lower)) || (upper.n && !slice_eq(high, upper)))
		return form_error(&r->f, "value", "%s is another range than value1 and value2", quote(r->f.s->a, text)),
		       NULL;
	return range_of(r, "value", low, high);
}

static json_t *left_range(const struct rule_reader *r)
{
	json_t *left = form_value(&r->f, "left");
	const char *key;
	json_t *v;

	if (!json_is_object(left))
		return form_error(&r->f, "left", "\"left\" must be an object, not %s", value_type(left)), NULL;
	json_object_foreach(left, key, v)
	{
		if (!slice_eqs(SLICE("lower"), key) && !slice_eqs(SLICE("upper"), key))
			return form_error(&r->f, "left", "unknown key %s in \"left\"", quote(r->f.s->a, slice_of(key))),
			       NULL;
		if (!json_is_string(v) && !json_is_null(v))
			return form_error(&r->f, "left", "\"%s\" must be a string, not %s", key, value_type(v)), NULL;
	}
	return range_of(r, "left", slice_of(json_string_value(json_object_get(left, "lower"))),
			slice_of(json_string_value(json_object_get(left, "upper"))));
}

/* --- one rule -------------------------------------------------------------------------------------------------------- */

static json_t *define(const struct rule_reader *r, json_t *value)
{
	json_t *out;

	if (!value)
		return NULL;
	out = json_object();
	json_object_set_new(out, "element", json_stringn(r->element->name.p, r->element->name.n));
	json_object_set_new(out, "operation", json_string(rule_op_name(r->op)));
	json_object_set_new(out, "value", value);
	return out;
}

static json_t *request_rule(const struct form_source *s, json_t *json, struct slice pointer, const struct app *app)
{
	static const struct form_key keys[] = {
		{ "ruleElement", FORM_TAKEN }, { "operation", FORM_TAKEN },  { "value", FORM_TAKEN },
		{ "value1", FORM_TAKEN },      { "value2", FORM_TAKEN },     { "ruleType", FORM_DROPPED },
		{ "id", FORM_DROPPED },        { "ruleDesc", FORM_DROPPED },
	};
	struct rule_reader r = { .app = app };

	if (!form_open(&r.f, s, json, pointer, keys, COUNT(keys)) || !read_element(&r, "ruleElement") || !read_code(&r))
		return NULL;
	return define(&r, r.op == RULE_IN || r.op == RULE_OUT ? split_range(&r) : split_list(&r));
}

static bool read_flag(bool *out, const struct form *f, const char *key)
{
	json_t *v = form_value(f, key);

	if (v && !json_is_boolean(v))
		return form_error(f, key, "\"%s\" must be true or false, not %s", key, value_type(v));
	*out = json_is_true(v);
	return true;
}

static json_t *answer_rule(const struct form_source *s, json_t *json, struct slice pointer, const struct app *app)
{
	static const struct form_key keys[] = {
		{ "operator", FORM_TAKEN },  { "left", FORM_TAKEN },          { "right", FORM_TAKEN },
		{ "exclusive", FORM_TAKEN }, { "defaultResult", FORM_TAKEN },
	};
	struct rule_reader r = { .app = app };
	bool exclusive, fallback;

	if (!form_open(&r.f, s, json, pointer, keys, COUNT(keys)) || !read_element(&r, "right") || !read_operator(&r) ||
	    !form_require(&r.f, "left") || !read_flag(&exclusive, &r.f, "exclusive") ||
	    !read_flag(&fallback, &r.f, "defaultResult"))
		return NULL;
	bool range = r.op == RULE_IN || r.op == RULE_OUT;
	if (exclusive && !range)
		return form_error(&r.f, "exclusive", "\"exclusive\" belongs to vLimitIn and vLimitOut"), NULL;
	json_t *out = define(&r, range ? left_range(&r) : left_list(&r));
	if (out && exclusive)
		json_object_set_new(out, "exclusive", json_true());
	if (out && fallback)
		json_object_set_new(out, "defaultResult", json_true());
	return out;
}

/* --- all of them ----------------------------------------------------------------------------------------------------- */

typedef json_t *read_rule(const struct form_source *s, json_t *json, struct slice pointer, const struct app *app);

static json_t *read_rules(const struct form_source *s, json_t *list, struct slice pointer, const struct app *app,
			  read_rule *read)
{
	json_t *out = json_array(), *item;
	bool good = true;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct slice at = arena_printf(s->a, SLICE_FMT "/%zu", SLICE_ARG(pointer), i);
		struct form_source one = *s;

		if (s->at)
			one.what = arena_printf(s->a, "%srule %zu: ", s->what, i + 1).p;
		json_t *rule = read(&one, item, at, app);
		good &= rule != NULL && json_array_append_new(out, rule) == 0;
	}
	if (good)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *answer_rules(const struct form_source *s, json_t *json, struct slice pointer, const struct app *app)
{
	static const struct form_key keys[] = {
		{ "operator", FORM_TAKEN },
		{ "subRules", FORM_TAKEN },
		{ "defaultResult", FORM_EMPTY },
	};
	struct slice word = SLICE("and");
	struct form f;

	if (!form_open(&f, s, json, pointer, keys, COUNT(keys)))
		return NULL;
	form_text(&word, &f, "operator");
	if (!slice_eqs(word, "and"))
		return form_error(&f, "operator", "operator %s is not \"and\": rules are joined by and alone",
				  quote(s->a, word)),
		       NULL;
	json_t *list = form_value(&f, "subRules");
	if (!list)
		return json_array();
	if (!json_is_array(list))
		return form_error(&f, "subRules", "\"subRules\" must be an array, not %s", value_type(list)), NULL;
	return read_rules(s, list, form_pointer(&f, "subRules"), app, answer_rule);
}

static json_t *rules_of(const struct form_source *s, json_t *json, struct slice pointer, const struct app *app)
{
	if (json_is_array(json))
		return read_rules(s, json, pointer, app, request_rule);
	if (json_is_object(json))
		return json_object_size(json) ? answer_rules(s, json, pointer, app) : json_array();
	form_error_at(s, pointer, "rules are an array, or an object with \"subRules\", not %s", value_type(json));
	return NULL;
}

json_t *rules_import(const struct form *f, const char *key, const struct app *app)
{
	json_t *v = form_value(f, key), *inner, *out;
	struct srcpos at = form_pos(f, key);
	struct form_source s = *f->s;
	json_error_t err;

	if (!json_is_string(v))
		return rules_of(f->s, v, form_pointer(f, key), app);
	inner = json_loadb(json_string_value(v), json_string_length(v), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &err);
	if (!inner)
		return form_error(f, key, "\"%s\" holds no valid JSON: %s", key, err.text), NULL;
	s.at = &at;
	s.what = arena_printf(s.a, "%s%s: ", f->s->what, key).p;
	s.origin.text = slice_of(json_string_value(v));
	out = rules_of(&s, inner, SLICE(""), app);
	json_decref(inner);
	return out;
}
