#include "plan/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plan/budget.h"

#define OPEN UINT32_MAX /* the end of a run that has no end */

/* The order of folding. What nearly every offer carries comes first; what names many values comes last. */
static const char *const fold_order[] = { "versionKey", "appVersion", "osVersion", "vmType",      "deviceType", "abi",
					  "netType",    "isp",        "language",  "mobileModel", "city" };

void rules_init(struct rule_table *t, struct arena *a)
{
	*t = (struct rule_table){ .mem = a, .by_content = MAP_INIT, .by_name = MAP_INIT };
}

/* Maps hold pointers: a number gets a place of its own. */
static uint32_t *keep_number(struct arena *a, size_t number)
{
	uint32_t *place = ARENA_NEW(a, uint32_t);

	*place = (uint32_t)number;
	return place;
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

static struct attribute *attr_of(struct rule_table *t, const struct rule *rule)
{
	struct attribute *attr = map_get(&t->by_name, rule->element);

	if (attr)
		return attr;
	attr = ARENA_NEW(t->mem, struct attribute);
	attr->name = rule->element;
	attr->type = rule->type;
	attr->number = (uint32_t)t->nattrs;
	map_set(&t->by_name, rule->element, attr);
	attr->older = t->newest;
	t->newest = attr;
	t->nattrs++;
	return attr;
}

static bool has_upper_case(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

static uint32_t text_number(struct rule_table *t, struct attribute *attr, struct slice text)
{
	const uint32_t *known;

	if (attr->type == ATTR_FOLD && has_upper_case(text))
		text = text_fold(t->mem, text);
	known = map_get(&attr->seen, text);
	if (known)
		return *known;
	map_set(&attr->seen, text, keep_number(t->mem, attr->n));
	ARENA_PUSH(t->mem, attr->texts, attr->n, attr->cap, text);
	return (uint32_t)attr->n - 1;
}

/* `v` stays where it is: it is the key of the map. Equal versions have equal parts. */
static uint32_t bound_number(struct rule_table *t, struct attribute *attr, const struct version *v)
{
	struct slice parts = slice_bytes(v->part, sizeof(v->part));
	const uint32_t *known = map_get(&attr->seen, parts);

	if (known)
		return *known;
	map_set(&attr->seen, parts, keep_number(t->mem, attr->n));
	ARENA_PUSH(t->mem, attr->bounds, attr->n, attr->cap, *v);
	return (uint32_t)attr->n - 1;
}

static uint32_t rule_bytes(const struct rule *rule)
{
	size_t n = RULE_BYTES + rule->element.n + ((size_t)rule->has_lower + rule->has_upper) * BOUND_BYTES;

	for (size_t i = 0; i < rule->nvalues; i++)
		n += rule->values[i].n + VALUE_BYTES;
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void key_add(struct rule_table *t, uint32_t number)
{
	ARENA_PUSH(t->mem, t->key, t->key_n, t->key_cap, number);
}

/* Rules are equal when they say the same of the same values in the same order, however these are spelt. */
static void key_make(struct rule_table *t, struct attribute *attr, const struct rule *rule)
{
	t->key_n = 0;
	key_add(t, attr->number);
	key_add(t, (uint32_t)rule->op << 4 | (uint32_t)rule->exclusive << 3 | (uint32_t)rule->default_result << 2 |
			   (uint32_t)rule->has_lower << 1 | rule->has_upper);
	for (size_t i = 0; i < rule->nvalues; i++)
		key_add(t, attr->type == ATTR_VERSION ? bound_number(t, attr, &rule->versions[i])
						      : text_number(t, attr, rule->values[i]));
	if (rule->has_lower)
		key_add(t, bound_number(t, attr, &rule->lower));
	if (rule->has_upper)
		key_add(t, bound_number(t, attr, &rule->upper));
}

uint32_t rules_add(struct rule_table *t, const struct rule *rule)
{
	struct attribute *attr = attr_of(t, rule);
	struct plan_rule added = { .rule = rule, .attr = attr->number };
	const uint32_t *known;
	uint32_t *key;
	size_t bytes;

	key_make(t, attr, rule);
	bytes = t->key_n * sizeof(*key);
	known = map_get(&t->by_content, slice_bytes(t->key, bytes));
	if (known)
		return *known;
	key = memcpy(ARENA_ARRAY(t->mem, uint32_t, t->key_n), t->key, bytes);
	map_set(&t->by_content, slice_bytes(key, bytes), keep_number(t->mem, t->n));
	added.bytes = rule_bytes(rule);
	added.named = key + 2;
	ARENA_PUSH(t->mem, t->v, t->n, t->cap, added);
	return (uint32_t)t->n - 1;
}

/* --- closing ------------------------------------------------------------------------------------------------------ */

static size_t fold_rank(struct slice name)
{
	size_t i = 0;

	while (i < COUNT(fold_order) && !slice_eqs(name, fold_order[i]))
		i++;
	return i;
}

static int by_fold_order(const void *x, const void *y)
{
	const struct attribute *const *a = x, *const *b = y;
	size_t i = fold_rank((*a)->name), j = fold_rank((*b)->name);

	return i != j ? (i < j ? -1 : 1) : slice_cmp((*a)->name, (*b)->name);
}

struct ranked {
	struct version version;
	uint32_t number;
};

static int by_version(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	return version_cmp(&a->version, &b->version);
}

/* Sorts the bounds; in the result: the place of each bound by the number it had. */
static uint32_t *sort_bounds(struct arena *mem, struct attribute *attr)
{
	struct ranked *ranked = ARENA_ARRAY(mem, struct ranked, attr->n);
	uint32_t *place = ARENA_ARRAY(mem, uint32_t, attr->n);

	for (size_t i = 0; i < attr->n; i++)
		ranked[i] = (struct ranked){ attr->bounds[i], (uint32_t)i };
	if (attr->n > 1)
		qsort(ranked, attr->n, sizeof(*ranked), by_version);
	for (size_t i = 0; i < attr->n; i++) {
		attr->bounds[i] = ranked[i].version;
		place[ranked[i].number] = (uint32_t)i;
	}
	return place;
}

/* A set being made: runs are added from left to right. */
static void add_run(uint32_t *at, uint32_t *n, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	if (*n > 0 && at[*n - 1] == from)
		--*n;
	else
		at[(*n)++] = from;
	if (to != OPEN)
		at[(*n)++] = to;
}

static int by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* contains, excludes. `regions` are those of the values; they are sorted here. */
static struct set listed_set(struct arena *mem, const struct rule *rule, uint32_t *regions)
{
	size_t n = rule->nvalues;
	uint32_t *at = ARENA_ARRAY(mem, uint32_t, 2 * n + 3);
	uint32_t made = 0, from = 1;

	if (n > 1)
		qsort(regions, n, sizeof(*regions), by_number);
	add_run(at, &made, 0, rule->default_result);
	for (size_t i = 0; i < n; i++) {
		if (rule->op == RULE_CONTAINS)
			add_run(at, &made, regions[i], regions[i] + 1);
		else
			add_run(at, &made, from, regions[i]);
		from = regions[i] + 1;
	}
	if (rule->op == RULE_EXCLUDES)
		add_run(at, &made, from, OPEN);
	return (struct set){ at, made };
}

/* in, out. `regions` are those of the bounds that are given. */
static struct set range_set(struct arena *mem, const struct rule *rule, const uint32_t *regions)
{
	uint32_t *at = ARENA_ARRAY(mem, uint32_t, 5);
	uint32_t from = 1, to = OPEN, n = 0;

	if (rule->has_lower)
		from = *regions++ + rule->exclusive;
	if (rule->has_upper)
		to = *regions + !rule->exclusive;
	if (to < from)
		to = from;
	add_run(at, &n, 0, rule->default_result);
	if (rule->op == RULE_IN) {
		add_run(at, &n, from, to);
	} else {
		add_run(at, &n, 1, from);
		add_run(at, &n, to, OPEN);
	}
	return (struct set){ at, n };
}

/* Sorts the attributes; in the result: the new number of each by the number it had. */
static uint32_t *sort_attrs(struct rule_table *t)
{
	uint32_t *numbers = ARENA_ARRAY(t->mem, uint32_t, t->nattrs);

	t->attrs = ARENA_ARRAY(t->mem, struct attribute *, t->nattrs);
	for (struct attribute *attr = t->newest; attr; attr = attr->older)
		t->attrs[attr->number] = attr;
	if (t->nattrs > 1)
		qsort(t->attrs, t->nattrs, sizeof(struct attribute *), by_fold_order);
	for (size_t i = 0; i < t->nattrs; i++) {
		numbers[t->attrs[i]->number] = (uint32_t)i;
		t->attrs[i]->number = (uint32_t)i;
	}
	return numbers;
}

/* `place`: of the bounds of a version attribute. */
static void close_rule(struct rule_table *t, struct plan_rule *r, const uint32_t *place)
{
	const struct rule *rule = r->rule;
	size_t named = rule->nvalues + rule->has_lower + rule->has_upper;

	for (size_t i = 0; i < named; i++)
		r->named[i] = place ? 2 + 2 * place[r->named[i]] : 2 + r->named[i];
	if (rule->op == RULE_CONTAINS || rule->op == RULE_EXCLUDES)
		r->holds = listed_set(t->mem, rule, r->named);
	else
		r->holds = range_set(t->mem, rule, r->named);
}

void rules_close(struct rule_table *t)
{
	const uint32_t *numbers = sort_attrs(t);
	uint32_t **places = ARENA_ARRAY(t->mem, uint32_t *, t->nattrs);

	map_release(&t->by_content);
	map_release(&t->by_name);
	for (size_t i = 0; i < t->nattrs; i++) {
		struct attribute *attr = t->attrs[i];

		attr->regions = 2 + (uint32_t)attr->n * (attr->type == ATTR_VERSION ? 2 : 1);
		if (attr->type == ATTR_VERSION)
			places[i] = sort_bounds(t->mem, attr);
		map_release(&attr->seen);
	}
	for (size_t i = 0; i < t->n; i++) {
		t->v[i].attr = numbers[t->v[i].attr];
		close_rule(t, &t->v[i], places[t->v[i].attr]);
	}
}
