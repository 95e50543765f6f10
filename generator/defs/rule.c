/* defs/rule.c: rules, their values and bounds. */
#include "defs/rule.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/text.h"
#include "defs/repeat.h"

/* --- values ------------------------------------------------------------------------------------------------------- */

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return true;
}

/* `s` is valid UTF-8. */
static bool is_nfc(struct slice s)
{
	utf8proc_uint8_t *composed = NULL;

	if (is_ascii(s))
		return true;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &composed,
					  UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	bool same = n >= 0 && slice_eq(s, slice_bytes(composed, (size_t)n));
	free(composed);
	return same;
}

bool value_text_ok(const struct node *n, struct slice s)
{
	if (!slice_trim(s).n)
		return node_error(n, "a value must not be empty");
	if (slice_trim(s).n != s.n)
		return node_error(n, "%s has white space around it", quote(n->r->a, s));
	if (!is_nfc(s))
		return node_error(n, "%s is not in Unicode normal form C (NFC)", quote(n->r->a, s));
	return true;
}

/* What resources/ say of a value that a rule names. */
struct listing {
	size_t listed, near; /* values, and unlisted ones that are close to a listed one */
};

static bool check_listed(struct listing *count, struct defs_scope *s, const struct element *e, const struct node *n,
			 struct slice value)
{
	struct slice near;

	if (scope_is_listed(s, e, value, &near)) {
		count->listed++;
		return true;
	}
	if (s->app->strict_resources)
		return node_error(n, "%s is not listed in resources/" SLICE_FMT ".json%s", quote(s->a, value),
				  SLICE_ARG(e->name), hint(s->a, near));
	count->near += near.n > 0;
	if (near.n)
		node_warning(n, "%s is not listed in resources/" SLICE_FMT ".json%s", quote(s->a, value),
			     SLICE_ARG(e->name), hint(s->a, near));
	return true;
}

struct values {
	struct slice *text;
	struct version *version; /* NULL but for ATTR_VERSION */
	struct slice *key;       /* as the element's type compares */
	size_t *index;           /* in the array */
	size_t n;
};

static bool value_read(struct values *out, struct defs_scope *s, const struct element *e, const struct node *n)
{
	struct slice text;

	if (e->type == ATTR_VERSION) {
		struct version *v = &out->version[out->n];
		if (!node_version(v, &text, n))
			return false;
		out->key[out->n] = slice_bytes(v->part, sizeof(v->part));
	} else {
		if (!node_string(&text, n) || !value_text_ok(n, text))
			return false;
		out->key[out->n] = e->type == ATTR_FOLD ? text_fold(&s->scratch, text) : text;
	}
	out->text[out->n] = text;
	return true;
}

static bool check_repeats(struct defs_scope *s, const struct values *v, const struct array *items)
{
	struct arena *a = items->at.r->a;
	const size_t *first = repeats_find(&s->scratch, v->key, v->n);

	for (size_t i = 0; first && i < v->n; i++) {
		if (first[i] == i)
			continue;
		struct node n = array_item(items, v->index[i]);
		if (slice_eq(v->text[i], v->text[first[i]]))
			node_error(&n, "%s is repeated", quote(a, v->text[i]));
		else
			node_error(&n, "%s is the same as %s", quote(a, v->text[i]), quote(a, v->text[first[i]]));
	}
	return !first;
}

static bool values_of(struct values *out, struct defs_scope *s, const struct element *e, const struct array *items)
{
	bool ok = true;

	if (!items->n)
		return node_error(&items->at, "\"%s\" is empty; name at least one value", items->at.key);
	out->text = ARENA_ARRAY(s->a, struct slice, items->n);
	out->key = ARENA_ARRAY(&s->scratch, struct slice, items->n);
	out->version = e->type == ATTR_VERSION ? ARENA_ARRAY(s->a, struct version, items->n) : NULL;
	out->index = ARENA_ARRAY(&s->scratch, size_t, items->n);
	out->n = 0;
	for (size_t i = 0; i < items->n; i++) {
		struct node n = array_item(items, i);
		out->index[out->n] = i;
		if (value_read(out, s, e, &n))
			out->n++;
		else
			ok = false;
	}
	return check_repeats(s, out, items) && ok;
}

void values_read(struct slice **out, size_t *n, struct defs_scope *s, struct object *o, const char *key,
		 const struct element *e)
{
	struct array items;
	struct values v = { 0 };

	if (!field_array(&items, o, key, OPTIONAL) || !values_of(&v, s, e, &items))
		return;
	*out = v.text;
	*n = v.n;
}

/* --- one rule ----------------------------------------------------------------------------------------------------- */

static bool check_bounds(const struct rule *rule, const struct object *bounds, struct slice lower, struct slice upper)
{
	if (!rule->has_lower && !rule->has_upper)
		return object_error(bounds, NULL, "\"value\" needs \"lower\", \"upper\" or both");
	if (!rule->has_lower || !rule->has_upper)
		return true;
	int c = version_cmp(&rule->lower, &rule->upper);
	if (c > 0)
		return object_error(bounds, "lower", "lower " SLICE_FMT " is above upper " SLICE_FMT, SLICE_ARG(lower),
				    SLICE_ARG(upper));
	if (c == 0 && rule->exclusive)
		object_warning(
			bounds, NULL,
			"no version lies strictly between " SLICE_FMT " and " SLICE_FMT ": this rule holds for %s",
			SLICE_ARG(lower), SLICE_ARG(upper), rule->op == RULE_IN ? "no version" : "every version");
	return true;
}

static bool bounds_read(struct rule *rule, struct object *o)
{
	struct object bounds;
	struct slice lower = SLICE(""), upper = SLICE("");

	if (!field_object(&bounds, o, "value", REQUIRED))
		return false;
	bool ok = true;
	rule->has_lower = object_has(&bounds, "lower");
	rule->has_upper = object_has(&bounds, "upper");
	ok &= field_version(&rule->lower, &lower, &bounds, "lower", OPTIONAL) || !rule->has_lower;
	ok &= field_version(&rule->upper, &upper, &bounds, "upper", OPTIONAL) || !rule->has_upper;
	object_finish(&bounds);
	return ok && check_bounds(rule, &bounds, lower, upper);
}

static bool check_all_listed(struct listing *count, struct defs_scope *s, const struct element *e,
			     const struct values *v, const struct array *items)
{
	bool ok = true;

	for (size_t i = 0; i < v->n; i++) {
		struct node n = array_item(items, v->index[i]);
		ok &= check_listed(count, s, e, &n, v->text[i]);
	}
	return ok;
}

static bool list_read(struct rule *rule, struct defs_scope *s, struct object *o, const struct element *e)
{
	struct array items;
	struct values v = { 0 };

	if (!field_array(&items, o, "value", REQUIRED))
		return false;
	struct listing count = { 0, 0 };
	bool good = values_of(&v, s, e, &items), listed = check_all_listed(&count, s, e, &v, &items);
	if (!good || !listed)
		return false;
	if (rule->op == RULE_CONTAINS && !rule->default_result && e->nlisted && !count.listed && !count.near)
		node_warning(&items.at,
			     "none of these values is listed in resources/" SLICE_FMT
			     ".json: no device that sends a listed one satisfies this rule",
			     SLICE_ARG(e->name));
	rule->values = v.text;
	rule->versions = v.version;
	rule->nvalues = v.n;
	return true;
}

static const struct element *element_read(struct defs_scope *s, struct object *o)
{
	struct slice name;

	if (!field_string(&name, o, "element", REQUIRED))
		return NULL;
	const struct element *e = scope_element(s, name);
	if (!e)
		object_error(o, "element", "unknown element %s%s", quote(s->a, name),
			     hint(s->a, scope_nearest_element(s, name)));
	return e;
}

/* The operation, where it fits the element (which may be unknown: NULL). */
static bool op_read(enum rule_op *out, struct object *o, const struct element *e)
{
	static const char *const words[] = {
		[RULE_CONTAINS] = "contains", [RULE_EXCLUDES] = "excludes", [RULE_IN] = "in", [RULE_OUT] = "out"
	};
	size_t word;

	if (!field_word(&word, o, "operation", REQUIRED, words, COUNT(words)))
		return false;
	*out = (enum rule_op)word;
	if (e && e->type != ATTR_VERSION && (*out == RULE_IN || *out == RULE_OUT))
		return object_error(o, "operation",
				    "\"%s\" compares versions; \"" SLICE_FMT "\" takes \"contains\" or \"excludes\"",
				    words[word], SLICE_ARG(e->name));
	return true;
}

static bool rule_read(struct rule *out, struct defs_scope *s, struct object *o)
{
	static const char *const here[] = { [RULE_CONTAINS] = "this rule has operation \"contains\"",
					    [RULE_EXCLUDES] = "this rule has operation \"excludes\"" };
	const struct element *e = element_read(s, o);
	bool has_op = op_read(&out->op, o, e), ok = e && has_op;

	field_bool(&out->default_result, o, "defaultResult", OPTIONAL);
	if (e) {
		out->element = e->name;
		out->type = e->type;
	}
	if (has_op && (out->op == RULE_IN || out->op == RULE_OUT)) {
		field_bool(&out->exclusive, o, "exclusive", OPTIONAL);
		ok &= bounds_read(out, o);
	} else if (has_op) {
		field_refuse(o, "exclusive", "\"in\" and \"out\"", here[out->op]);
		if (e)
			ok &= list_read(out, s, o, e);
		else
			field_skip(o, "value");
	} else {
		field_skip(o, "exclusive");
		field_skip(o, "value");
	}
	object_finish(o);
	return ok;
}

/* --- lists of rules ----------------------------------------------------------------------------------------------- */

static bool rules_of(struct rules *out, struct defs_scope *s, const struct array *items)
{
	out->v = ARENA_ARRAY(s->a, struct rule, items->n);
	out->n = 0;
	for (size_t i = 0; i < items->n; i++) {
		struct node n = array_item(items, i);
		struct object o;
		struct rule rule = { 0 };
		if (node_object(&o, &n) && rule_read(&rule, s, &o))
			out->v[out->n++] = rule;
	}
	return out->n == items->n;
}

bool rules_read(struct rules *out, struct defs_scope *s, struct object *o, const char *key)
{
	struct array items;

	*out = (struct rules){ NULL, 0 };
	if (field_array(&items, o, key, OPTIONAL))
		return rules_of(out, s, &items);
	return !object_has(o, key);
}

void unless_read(struct rules **out, size_t *n, struct defs_scope *s, struct object *o)
{
	struct array outer;

	*n = 0;
	*out = NULL;
	if (!field_array(&outer, o, "unless", OPTIONAL))
		return;
	if (!outer.n)
		object_error(o, "unless", "\"unless\" is empty; leave it out, or name rules");
	*out = ARENA_ARRAY(s->a, struct rules, outer.n);
	for (size_t i = 0; i < outer.n; i++) {
		struct node item = array_item(&outer, i);
		struct array inner;
		if (!node_array(&inner, &item))
			continue;
		if (!inner.n)
			node_error(&item, "an empty array in \"unless\" would hold for every device; name rules");
		(void)rules_of(&(*out)[(*n)++], s, &inner);
	}
}
