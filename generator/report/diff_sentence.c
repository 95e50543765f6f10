/* Parts of a sentence about a change: "12.5 % → 25 %; city: + Beijing". */
#include "report/diff_parts.h"
#include "report/words.h"

#define TEXT_BYTES   60 /* of a text that is told */
#define COMMON_BYTES 20 /* of what two texts begin with that are told, where they differ behind the cut */

void part_begin(struct strbuf *out)
{
	if (out->n > 0)
		strbuf_adds(out, "; ");
}

void part_percent(struct strbuf *out, uint32_t before, uint32_t after)
{
	if (before == after)
		return;
	part_begin(out);
	strbuf_addthousandths(out, before);
	strbuf_adds(out, " % → ");
	strbuf_addthousandths(out, after);
	strbuf_adds(out, " %");
}

/* The number, or a lower one, of bytes that end with a character. */
static size_t whole_characters(struct slice text, size_t n)
{
	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

size_t part_skip(struct slice before, struct slice after)
{
	size_t n = 0, max = before.n < after.n ? before.n : after.n;

	while (n < max && before.p[n] == after.p[n])
		n++;
	if (n < TEXT_BYTES - COMMON_BYTES || (before.n <= TEXT_BYTES && after.n <= TEXT_BYTES))
		return 0;
	return whole_characters(before, n - COMMON_BYTES);
}

void part_cut(struct strbuf *out, struct slice text, size_t skip)
{
	struct slice shown = slice_from(text, skip);

	shown.n = shown.n > TEXT_BYTES ? whole_characters(shown, TEXT_BYTES) : shown.n;
	strbuf_addf(out, "%s" SLICE_FMT "%s", skip ? "…" : "", SLICE_ARG(shown), skip + shown.n < text.n ? "…" : "");
}

static void add_quoted(struct strbuf *out, struct slice text, size_t skip)
{
	if (!text.n) {
		strbuf_adds(out, "none");
		return;
	}
	strbuf_addch(out, '"');
	part_cut(out, text, skip);
	strbuf_addch(out, '"');
}

void part_quoted(struct strbuf *out, struct slice text)
{
	add_quoted(out, text, 0);
}

void part_words(struct strbuf *out, const char *name, const char *before, const char *after)
{
	if (slice_eqs(slice_of(before), after))
		return;
	part_begin(out);
	strbuf_addf(out, "%s%s%s → %s", name, *name ? ": " : "", before, after);
}

void part_texts(struct strbuf *out, const char *name, struct slice before, struct slice after)
{
	size_t skip = part_skip(before, after);

	if (slice_eq(before, after))
		return;
	part_begin(out);
	strbuf_addf(out, "%s: ", name);
	add_quoted(out, before, skip);
	strbuf_adds(out, " → ");
	add_quoted(out, after, skip);
}

/* --- rules -------------------------------------------------------------------------------------------------------------------- */

/* The values of a rule by what they say: rules have tens of thousands. */
static void values_index(struct map *out, const struct rule *rule)
{
	for (size_t i = 0; i < rule->nvalues; i++)
		map_set(out, rule->values[i], &rule->values[i]);
}

static size_t values_without(const struct rule *rule, const struct rule *other)
{
	CLEANUP(map_release) struct map others = MAP_INIT;
	size_t n = 0;

	if (rule->nvalues)
		values_index(&others, other);
	for (size_t i = 0; i < rule->nvalues; i++)
		n += !map_get(&others, rule->values[i]);
	return n;
}

static bool values_are_same(const struct rule *a, const struct rule *b)
{
	size_t i = 0;

	while (i < a->nvalues && i < b->nvalues && slice_eq(a->values[i], b->values[i]))
		i++;
	return (i == a->nvalues && i == b->nvalues) || (!values_without(a, b) && !values_without(b, a));
}

static bool bounds_are_same(const struct rule *a, const struct rule *b)
{
	return a->has_lower == b->has_lower && a->has_upper == b->has_upper && a->exclusive == b->exclusive &&
	       (!a->has_lower || version_cmp(&a->lower, &b->lower) == 0) &&
	       (!a->has_upper || version_cmp(&a->upper, &b->upper) == 0);
}

static bool may_be_compared(const struct rule *a, const struct rule *b)
{
	return slice_eq(a->element, b->element) && a->op == b->op && a->default_result == b->default_result;
}

bool rule_is_same(const struct rule *a, const struct rule *b)
{
	return may_be_compared(a, b) && bounds_are_same(a, b) && values_are_same(a, b);
}

bool rules_are_same(const struct rules *a, const struct rules *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!rule_is_same(&a->v[i], &b->v[i]))
			return false;
	return a->n == b->n;
}

#define NAMED_MAX 5 /* values of one rule that are named */

static void add_other_values(struct strbuf *out, const char *sign, const struct rule *rule, const struct rule *other)
{
	CLEANUP(map_release) struct map others = MAP_INIT;
	size_t n = values_without(rule, other), said = 0;

	values_index(&others, other);
	for (size_t i = 0; i < rule->nvalues && said < n && said < NAMED_MAX; i++)
		if (!map_get(&others, rule->values[i]))
			strbuf_addf(out, "%s" SLICE_FMT, said++ ? ", " : sign, SLICE_ARG(rule->values[i]));
	if (said < n)
		strbuf_addf(out, " and %zu more", n - said);
}

static void rule_compare(struct strbuf *out, const struct rule *before, const struct rule *after)
{
	bool excludes = after->op == RULE_EXCLUDES;

	if (rule_is_same(before, after))
		return;
	part_begin(out);
	if (may_be_compared(before, after) && after->nvalues) {
		strbuf_addf(out, SLICE_FMT "%s:", SLICE_ARG(after->element), excludes ? " excluded" : "");
		add_other_values(out, " + ", after, before);
		add_other_values(out, " − ", before, after);
		return;
	}
	words_rule(out, before);
	strbuf_adds(out, " → ");
	words_rule(out, after);
}

/* The rule of `rules` that stands for `rule`: the same, else that of its element. */
static const struct rule *counterpart(const struct rules *rules, const struct rule *rule)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < rules->n; i++) {
		if (rule_is_same(&rules->v[i], rule))
			return &rules->v[i];
		if (!found && slice_eq(rules->v[i].element, rule->element))
			found = &rules->v[i];
	}
	return found;
}

static void add_single(struct strbuf *out, const char *sign, const struct rule *rule)
{
	part_begin(out);
	strbuf_adds(out, sign);
	words_rule(out, rule);
}

void rules_compare(struct strbuf *out, const struct rules *before, const struct rules *after)
{
	size_t first = out->n;

	if (rules_are_same(before, after))
		return;
	for (size_t i = 0; i < before->n; i++)
		if (!counterpart(after, &before->v[i]))
			add_single(out, "no longer: ", &before->v[i]);
	for (size_t i = 0; i < after->n; i++) {
		const struct rule *was = counterpart(before, &after->v[i]);

		if (was)
			rule_compare(out, was, &after->v[i]);
		else
			add_single(out, "only where ", &after->v[i]);
	}
	if (out->n == first) { /* the same rules in another order, or one of an element given up */
		part_begin(out);
		strbuf_adds(out, "rules are written in another way");
	}
}

/* --- whitelists ------------------------------------------------------------------------------------------------------------------ */

static bool has_list(const struct lists *names, struct slice name)
{
	for (size_t i = 0; i < names->n; i++)
		if (slice_eq(names->v[i]->name, name))
			return true;
	return false;
}

void part_lists(struct strbuf *out, struct lists before, struct lists after)
{
	const char *sign = "whitelists: + ";
	size_t first = out->n;

	for (size_t i = 0; i < after.n; i++) {
		if (has_list(&before, after.v[i]->name))
			continue;
		if (out->n == first)
			part_begin(out);
		strbuf_addf(out, "%s" SLICE_FMT, sign, SLICE_ARG(after.v[i]->name));
		sign = ", ";
	}
	sign = out->n > first ? " − " : "whitelists: − ";
	for (size_t i = 0; i < before.n; i++) {
		if (has_list(&after, before.v[i]->name))
			continue;
		if (out->n == first)
			part_begin(out);
		strbuf_addf(out, "%s" SLICE_FMT, sign, SLICE_ARG(before.v[i]->name));
		sign = ", ";
	}
}
