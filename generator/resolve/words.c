#include "resolve/words.h"

#include <inttypes.h>

#include "base/instant.h"

#define VALUES_MAX 5 /* of a rule, printed */

static void add_time(struct strbuf *out, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	strbuf_adds(out, text);
}

/* Thousandths as a percentage: 12500 is "12.5 %". */
static void add_percent(struct strbuf *out, uint32_t thousandths)
{
	strbuf_addthousandths(out, thousandths);
	strbuf_adds(out, " %");
}

static void say_time(struct strbuf *out, const struct question *q, const struct mf_candidate *mf, enum guard guard)
{
	bool early = q->at < mf->start; /* for its window */

	strbuf_adds(out, guard == GUARD_FROM ? "from: " : guard == GUARD_UNTIL ? "expires: " : "window: ");
	if (!q->timed) {
		strbuf_adds(out, "the time is not known");
	} else if (guard == GUARD_FROM) {
		strbuf_adds(out, "not before ");
		add_time(out, mf->from);
	} else if (guard == GUARD_UNTIL) {
		strbuf_adds(out, "expired at ");
		add_time(out, mf->until);
	} else {
		strbuf_adds(out, early ? "opens at " : "closed at ");
		add_time(out, early ? mf->start : mf->end);
	}
}

static void add_values(struct strbuf *out, const struct mf_rule *rule)
{
	for (size_t i = 0; i < rule->nvalues && i < VALUES_MAX; i++)
		strbuf_addf(out, "%s\"" SLICE_FMT "\"", i ? ", " : "", SLICE_ARG(rule->values[i]));
	if (rule->nvalues > VALUES_MAX)
		strbuf_addf(out, " and %zu others", rule->nvalues - VALUES_MAX);
}

static void add_range(struct strbuf *out, const struct mf_rule *rule)
{
	const char *than = rule->exclusive ? "" : " or equal to";

	if (rule->has_lower)
		strbuf_addf(out, "greater than%s " SLICE_FMT, than, SLICE_ARG(rule->lower));
	if (rule->has_lower && rule->has_upper)
		strbuf_adds(out, " and ");
	if (rule->has_upper)
		strbuf_addf(out, "less than%s " SLICE_FMT, than, SLICE_ARG(rule->upper));
}

static bool value_missing(const struct question *q, const struct rule_test *test)
{
	struct value *v = &q->client->values[test->attribute];

	if (test->form == RULE_EXACT)
		return !value_exact(v);
	return test->form == RULE_TEXTS ? !value_text(v) : !value_version(v);
}

static bool is_text(const struct rule_test *test)
{
	return test->form == RULE_TEXTS || test->form == RULE_EXACT;
}

/* The value as it was compared. */
static struct slice value_shown(const struct question *q, const struct rule_test *test)
{
	struct slice raw = q->client->values[test->attribute].raw;

	return test->form == RULE_EXACT ? raw : slice_trim(raw);
}

static void say_rule(struct strbuf *out, const struct question *q, const struct table *t, uint32_t number)
{
	const struct mf_rule *rule = &t->manifest->rules[number];
	const struct rule_test *test = &t->rules[number];

	strbuf_adds(out, "rule: ");
	if (test->form == RULE_NEVER) {
		strbuf_adds(out, "not known to this version");
		return;
	}
	strbuf_addslice(out, rule->element);
	if (value_missing(q, test)) {
		strbuf_adds(out, is_text(test) ? " is missing" : " is missing or no version");
		return;
	}
	strbuf_addf(out, " \"" SLICE_FMT "\" is %s", SLICE_ARG(value_shown(q, test)), test->negate ? "" : "not ");
	if (test->form == RULE_RANGE) {
		add_range(out, rule);
	} else {
		strbuf_adds(out, "one of ");
		add_values(out, rule);
	}
}

static void say_unless(struct strbuf *out, const struct table *t, const struct mf_candidate *mf, size_t which)
{
	strbuf_adds(out, "unless: the device is excepted by its ");
	for (size_t i = 0; i < mf->unless_n[which]; i++) {
		const struct mf_rule *rule = &t->manifest->rules[mf->unless[which][i]];
		strbuf_addf(out, "%s" SLICE_FMT, i ? ", " : "", SLICE_ARG(rule->element));
	}
}

static void say_users(struct strbuf *out, const struct question *q, const struct mf_candidate *mf,
		      const struct refusal *why)
{
	strbuf_adds(out, "users: ");
	if (why->unknown) {
		strbuf_adds(out, mf->nramp && !q->timed ? "the time is not known" : "deviceId is missing");
		return;
	}
	strbuf_addf(out, "bucket 0x%016" PRIx64 " is not below 0x%016" PRIx64, why->bucket, why->bound.below);
	if (!mf->nramp)
		return;
	strbuf_adds(out, " (ramp at ");
	add_percent(out, ramp_value(mf->ramp, mf->nramp, q->at));
	strbuf_addch(out, ')');
}

static void say_lists(struct strbuf *out, const struct table *t, const struct mf_candidate *mf,
		      const struct refusal *why)
{
	const struct mf_whitelist *lists = t->manifest->whitelists;
	bool patterns = true; /* in all of them */

	strbuf_adds(out, mf->nlists > 1 ? "whitelists " : "whitelist ");
	for (size_t i = 0; i < mf->nlists; i++) {
		strbuf_addf(out, "%s" SLICE_FMT, i ? ", " : "", SLICE_ARG(lists[mf->lists[i]].name));
		patterns = patterns && lists[mf->lists[i]].npatterns > 0;
	}
	if (!why->unproven)
		strbuf_adds(out, patterns ? ": matches no pattern" : ": not listed");
	else if (lists[mf->lists[why->which]].npatterns)
		strbuf_adds(out, ": has a pattern that cannot be compiled");
	else
		strbuf_adds(out, ": could not be read or proven");
}

void words_refusal(struct strbuf *out, const struct question *q, const struct table *t, const struct choice *c,
		   const struct refusal *why)
{
	const struct mf_candidate *mf = c->mf;

	switch (why->guard) {
	case GUARD_NONE:
		break;
	case GUARD_CHANNEL:
		strbuf_adds(out, mf->dev ? "channel: prod; this one is for dev" : "channel: dev; this one is for prod");
		break;
	case GUARD_FROM:
	case GUARD_UNTIL:
	case GUARD_WINDOW:
		say_time(out, q, mf, why->guard);
		break;
	case GUARD_ABOVE:
		strbuf_addf(out, "patchVersionCode: the device already has patch %" PRId64, q->patch);
		break;
	case GUARD_RULE:
		say_rule(out, q, t, mf->rules[why->which]);
		break;
	case GUARD_UNLESS:
		say_unless(out, t, mf, why->which);
		break;
	case GUARD_PERCENT:
		if (why->unknown) {
			strbuf_adds(out, "percent: neither userId nor deviceId");
			break;
		}
		strbuf_addf(out, "percent: bucket 0x%016" PRIx64 " is not below ", why->bucket);
		add_percent(out, mf->thousandths);
		break;
	case GUARD_USERS:
		say_users(out, q, mf, why);
		break;
	case GUARD_LIST:
		say_lists(out, t, mf, why);
		break;
	}
}
