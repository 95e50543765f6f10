/* Segments in words. */
#include "base/text.h"
#include "report/partition.h"
#include "report/words.h"

#define NAMED_MAX 12 /* values of one set that are named */

/* --- regions -------------------------------------------------------------------------------------------------------------- */

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* The order of `text`, in lower case where `fold`, and `known`. */
static int text_order(struct slice text, struct slice known, bool fold)
{
	size_t i = 0;

	if (!fold)
		return slice_cmp(text, known);
	while (i < text.n && i < known.n && lower(text.p[i]) == (unsigned char)known.p[i])
		i++;
	if (i == text.n || i == known.n)
		return (text.n > known.n) - (text.n < known.n);
	return lower(text.p[i]) < (unsigned char)known.p[i] ? -1 : 1;
}

static uint32_t text_region(const struct partition *p, size_t attr, struct slice text)
{
	const struct numbered_text *v = p->sorted[attr];
	bool fold = p->attrs[attr]->type == ATTR_FOLD;

	for (size_t low = 0, high = p->attrs[attr]->n; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = text_order(text, v[middle].text, fold);

		if (order == 0)
			return v[middle].region;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 1;
}

static uint32_t version_region(const struct attribute *attr, const struct version *v)
{
	uint32_t below = 0, high = (uint32_t)attr->n; /* bounds that are at or below it */

	while (below < high) {
		uint32_t middle = below + (high - below) / 2;

		if (version_cmp(&attr->bounds[middle], v) <= 0)
			below = middle + 1;
		else
			high = middle;
	}
	if (below == 0)
		return 1;
	return version_cmp(&attr->bounds[below - 1], v) == 0 ? 2 * below : 2 * below + 1;
}

uint32_t partition_region(const struct partition *p, size_t attr, struct slice value)
{
	const struct attribute *a = p->attrs[attr];
	struct slice text = a->type == ATTR_EXACT ? value : slice_trim(value);
	struct version v;

	if (text.n == 0)
		return 0;
	if (a->type != ATTR_VERSION)
		return text_region(p, attr, text);
	return version_parse_device(&v, text) ? version_region(a, &v) : 0;
}

/* --- lists of values ------------------------------------------------------------------------------------------------------ */

struct names { /* "a", "a or b", "a, b, … or 4 others" */
	struct strbuf *out;
	const char *last; /* what stands before the last one */
	size_t n, said;
};

/* What stands before the next name; false: it is one of those that are only counted. */
static bool next_name(struct names *names)
{
	size_t shown = names->n > NAMED_MAX ? NAMED_MAX - 1 : names->n, i = names->said++;

	if (i > 0 && i <= shown)
		strbuf_adds(names->out, i == shown || i + 1 == names->n ? names->last : ", ");
	if (i == shown)
		strbuf_addf(names->out, "%zu others", names->n - shown);
	return i < shown;
}

static struct names names_of(struct strbuf *out, size_t n, bool denied)
{
	const char *denial = n == 1 ? " is not " : n == 2 ? " is neither " : " is none of ";

	strbuf_adds(out, denied ? denial : " is ");
	return (struct names){ .out = out, .n = n, .last = !denied ? " or " : n == 2 ? " nor " : ", " };
}

static void add_texts(struct strbuf *out, const struct partition *p, size_t attr, const struct set *s)
{
	uint32_t regions = p->attrs[attr]->regions;
	bool denied = set_has(s, 1);
	struct names names;
	size_t n = 0;

	for (uint32_t r = 2; r < regions; r++)
		n += set_has(s, r) != denied;
	names = names_of(out, n, denied);
	for (uint32_t r = 2; r < regions; r++)
		if (set_has(s, r) != denied && next_name(&names))
			strbuf_addslice(out, p->as_written[attr][r - 2]);
}

/* --- versions ------------------------------------------------------------------------------------------------------------- */

static void add_bound(struct strbuf *out, const char *before, const struct attribute *attr, uint32_t region)
{
	strbuf_adds(out, before);
	version_format(out, &attr->bounds[(region - 2) / 2]);
}

static bool is_bound(uint32_t region)
{
	return region % 2 == 0;
}

/* Whether the regions of a set, or those that it lacks, are bounds alone; *n: how many. */
static bool bounds_alone(size_t *n, const struct attribute *attr, const struct set *s, bool denied)
{
	*n = 0;
	for (uint32_t r = 1; r < attr->regions; r++) {
		if (set_has(s, r) == denied)
			continue;
		if (!is_bound(r))
			return false;
		++*n;
	}
	return *n > 0;
}

static void add_bounds(struct strbuf *out, const struct attribute *attr, const struct set *s, size_t n, bool denied)
{
	struct names names = names_of(out, n, denied);

	for (uint32_t r = 2; r < attr->regions; r += 2)
		if (set_has(s, r) != denied && next_name(&names))
			version_format(out, &attr->bounds[(r - 2) / 2]);
}

/* From region `first` up to `last`: "from 7 to 8.0.9", "above 7 and below 8", "below 8.0.9". */
static void add_interval(struct strbuf *out, const struct attribute *attr, uint32_t first, uint32_t last)
{
	bool lower = first > 1, upper = last + 1 < attr->regions;
	bool from_to = lower && upper && is_bound(first) && is_bound(last);

	if (first == last && is_bound(first)) {
		add_bound(out, " is ", attr, first);
		return;
	}
	if (lower)
		add_bound(out, from_to ? " from " : is_bound(first) ? " at least " : " above ", attr, first);
	if (lower && upper && !from_to)
		strbuf_adds(out, " and");
	if (upper)
		add_bound(out,
			  from_to          ? " to "
			  : is_bound(last) ? " at most "
					   : " below ",
			  attr, last + !is_bound(last));
}

static void add_intervals(struct strbuf *out, const struct attribute *attr, const struct set *s)
{
	const char *between = "";

	for (uint32_t r = 1, last; r < attr->regions; r = last + 1) {
		last = r;
		if (!set_has(s, r))
			continue;
		while (last + 1 < attr->regions && set_has(s, last + 1))
			last++;
		strbuf_adds(out, between);
		add_interval(out, attr, r, last);
		between = ", or";
	}
}

static void add_versions(struct strbuf *out, const struct attribute *attr, const struct set *s)
{
	size_t n;

	if (bounds_alone(&n, attr, s, false))
		add_bounds(out, attr, s, n, false);
	else if (bounds_alone(&n, attr, s, true))
		add_bounds(out, attr, s, n, true);
	else
		add_intervals(out, attr, s);
}

/* --- segments ------------------------------------------------------------------------------------------------------------- */

/* Whether the set holds nothing but "missing", or all that is present. */
static bool is_presence(const struct set *s)
{
	return s->n > 0 && s->at[s->n - 1] == 1 && s->n <= 2;
}

void words_regions(struct strbuf *out, const struct partition *p, size_t attr, const struct set *s)
{
	if (set_is_full(s))
		return;
	strbuf_addslice(out, p->attrs[attr]->name);
	if (is_presence(s)) {
		strbuf_adds(out, set_has(s, 0) ? " is not known" : " is known");
		return;
	}
	if (p->attrs[attr]->type == ATTR_VERSION)
		add_versions(out, p->attrs[attr], s);
	else
		add_texts(out, p, attr, s);
	if (set_has(s, 0))
		strbuf_adds(out, " (or not known)");
}

void words_segment(struct strbuf *out, const struct partition *p, const struct segment *s)
{
	size_t first = out->n;

	for (size_t i = 0; i < p->nattrs; i++) {
		if (set_is_full(&s->sets[i]))
			continue;
		if (out->n > first)
			strbuf_adds(out, "; ");
		words_regions(out, p, i, &s->sets[i]);
	}
	if (out->n == first)
		strbuf_adds(out, "all devices");
}

/* --- what stayed a condition ---------------------------------------------------------------------------------------------- */

static bool is_apart(const struct partition *p, const struct rule *rule)
{
	for (size_t i = 0; i < p->nattrs; i++)
		if (p->apart[i] && slice_eq(p->attrs[i]->name, rule->element))
			return true;
	return false;
}

static bool some_apart(const struct partition *p, const struct offers *of, const struct numbers *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		if (is_apart(p, of->rules.v[rules->v[i]].rule))
			return true;
	return false;
}

void partition_rest(struct strbuf *out, const struct partition *p, const struct offers *of, const struct offer *o)
{
	size_t first = out->n;

	for (size_t i = 0; i < o->rules.n; i++) {
		const struct rule *rule = of->rules.v[o->rules.v[i]].rule;

		if (!is_apart(p, rule))
			continue;
		strbuf_adds(out, out->n > first ? "; " : "");
		words_rule(out, rule);
	}
	for (size_t i = 0; i < o->nunless; i++) {
		if (!some_apart(p, of, &o->unless[i]))
			continue;
		strbuf_adds(out, out->n > first ? "; unless " : "unless ");
		for (size_t k = 0; k < o->unless[i].n; k++) {
			strbuf_adds(out, k ? " and " : "");
			words_rule(out, of->rules.v[o->unless[i].v[k]].rule);
		}
	}
}
