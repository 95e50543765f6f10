#include "resolve/rule.h"

#include <stdlib.h>

#include "resolve/hash.h"

#define LINEAR_MAX 8 /* up to here a scan is quicker than a binary search */

static int compare_texts(const void *a, const void *b)
{
	const struct rule_text *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return slice_cmp(x->text, y->text);
}

static int compare_versions(const void *a, const void *b)
{
	return version_cmp(a, b);
}

static int compile_texts(struct rule_test *out, struct arena *a, const struct mf_rule *rule)
{
	out->texts = arena_try(a, rule->nvalues, sizeof(*out->texts));
	if (!out->texts)
		return -1;
	for (size_t i = 0; i < rule->nvalues; i++)
		out->texts[i] = (struct rule_text){ hash_text(rule->values[i], out->fold), rule->values[i] };
	out->n = rule->nvalues;
	qsort(out->texts, out->n, sizeof(*out->texts), compare_texts);
	return 0;
}

/* A value that is no version can be no device's: the whole rule is not understood, and so false. */
static int compile_versions(struct rule_test *out, struct arena *a, const struct mf_rule *rule)
{
	out->versions = arena_try(a, rule->nvalues, sizeof(*out->versions));
	if (!out->versions)
		return -1;
	for (size_t i = 0; i < rule->nvalues; i++) {
		if (!version_parse(&out->versions[i], rule->values[i]))
			return 0;
	}
	out->n = rule->nvalues;
	qsort(out->versions, out->n, sizeof(*out->versions), compare_versions);
	out->form = RULE_VERSIONS;
	return 0;
}

static void compile_range(struct rule_test *out, const struct mf_rule *rule)
{
	if ((rule->has_lower && !version_parse(&out->lower, rule->lower)) ||
	    (rule->has_upper && !version_parse(&out->upper, rule->upper)))
		return;
	out->has_lower = rule->has_lower;
	out->has_upper = rule->has_upper;
	out->exclusive = rule->exclusive;
	out->form = RULE_RANGE;
}

int rule_compile(struct rule_test *out, struct arena *a, const struct mf_rule *rule, const enum attr_type *type,
		 uint32_t attribute)
{
	bool range = rule->op == RULE_IN || rule->op == RULE_OUT;

	*out = (struct rule_test){ .form = RULE_NEVER, .attribute = attribute };
	if (!rule->known || !type || (range && *type != ATTR_VERSION))
		return 0;
	out->fold = *type == ATTR_FOLD;
	out->negate = rule->op == RULE_EXCLUDES || rule->op == RULE_OUT;
	out->default_result = rule->default_result;
	if (range) {
		compile_range(out, rule);
		return 0;
	}
	if (*type == ATTR_VERSION)
		return compile_versions(out, a, rule);
	out->form = *type == ATTR_EXACT ? RULE_EXACT : RULE_TEXTS;
	return compile_texts(out, a, rule);
}

static bool same_text(const struct rule_test *r, const struct rule_text *t, struct slice text)
{
	return r->fold ? slice_eq_nocase(t->text, text) : slice_eq(t->text, text);
}

static bool among_texts(const struct rule_test *r, struct slice text, uint64_t hash)
{
	size_t low = 0, high = r->n;

	while (high - low > LINEAR_MAX) {
		size_t middle = low + (high - low) / 2;
		if (r->texts[middle].hash < hash)
			low = middle + 1;
		else
			high = middle + 1;
	}
	for (size_t i = low; i < r->n && r->texts[i].hash <= hash; i++) {
		if (r->texts[i].hash == hash && same_text(r, &r->texts[i], text))
			return true;
	}
	return false;
}

static bool among_versions(const struct rule_test *r, const struct version *v)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = version_cmp(&r->versions[middle], v);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool in_range(const struct rule_test *r, const struct version *v)
{
	int slack = r->exclusive ? 1 : 0;

	if (r->has_lower && version_cmp(v, &r->lower) < slack)
		return false;
	return !r->has_upper || version_cmp(&r->upper, v) >= slack;
}

bool rule_holds(const struct rule_test *r, struct value *values)
{
	struct value *v;
	const struct version *version;

	if (r->form == RULE_NEVER)
		return false;
	v = &values[r->attribute];
	if (r->form == RULE_TEXTS)
		return value_text(v) ? among_texts(r, v->text, value_hash(v, r->fold)) != r->negate : r->default_result;
	if (r->form == RULE_EXACT)
		return value_exact(v) ? among_texts(r, v->raw, v->exact) != r->negate : r->default_result;
	version = value_version(v);
	if (!version)
		return r->default_result;
	return (r->form == RULE_RANGE ? in_range(r, version) : among_versions(r, version)) != r->negate;
}
