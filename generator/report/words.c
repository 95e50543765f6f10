#include "report/words.h"

#include <inttypes.h>

#include "base/instant.h"

#define NAMED_MAX 5 /* values of one rule that are named */

/* --- words of definitions ------------------------------------------------------------------------------------------------ */

const char *words_state(enum release_state s)
{
	static const char *const names[] = { "rolled back", "official", "gray", "paused", "ended", "to be released" };

	return names[s];
}

const char *words_status(enum task_status s)
{
	static const char *const names[] = { "pending", "releasing", "paused", "ended" };

	return names[s];
}

const char *words_task_type(enum task_type t)
{
	static const char *const names[] = { "official", "gray", "gray", "gray", "rollback" };

	return names[t];
}

const char *words_task_mode(enum task_type t)
{
	static const char *const names[] = { NULL, "whitelist", "timeWindow", "percentage", NULL };

	return names[t];
}

const char *words_switch_type(enum switch_type t)
{
	static const char *const names[] = { "full", "whitelist", "percentage" };

	return names[t];
}

const char *words_upgrade_mode(enum upgrade_mode m)
{
	return m == MODE_ONCE ? "once" : m == MODE_MULTIPLE ? "multiple" : "forced";
}

static enum release_state task_state(const struct task *t)
{
	switch (t->status) {
	case STATUS_RELEASING:
		if (t->type == TASK_ROLLBACK)
			return RELEASE_ROLLED_BACK;
		return t->type == TASK_OFFICIAL && !t->dev ? RELEASE_OFFICIAL : RELEASE_GRAY;
	case STATUS_PAUSED:
		return RELEASE_PAUSED;
	case STATUS_ENDED:
		return RELEASE_ENDED;
	default:
		return RELEASE_TO_BE_RELEASED;
	}
}

enum release_state release_state(const struct release *r)
{
	enum release_state best = RELEASE_TO_BE_RELEASED;

	for (size_t i = 0; i < r->ntasks; i++) {
		if (task_state(&r->tasks[i]) < best)
			best = task_state(&r->tasks[i]);
	}
	return best;
}

/* --- small parts --------------------------------------------------------------------------------------------------------- */

static void add_time(struct strbuf *out, const char *before, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	strbuf_adds(out, before);
	strbuf_adds(out, text);
}

static void add_version(struct strbuf *out, const char *before, const struct version *v)
{
	strbuf_adds(out, before);
	version_format(out, v);
}

static void add_percent(struct strbuf *out, uint32_t thousandths)
{
	strbuf_addthousandths(out, thousandths);
	strbuf_adds(out, " %");
}

void words_platforms(struct strbuf *out, const bool platforms[PLATFORM_COUNT])
{
	size_t n = 0, first = out->n;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		n += platforms[p];
	if (n == PLATFORM_COUNT) {
		strbuf_adds(out, "all");
		return;
	}
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (platforms[p])
			strbuf_addf(out, "%s%s", out->n > first ? ", " : "", platform_name((enum platform)p));
	}
}

static void add_whitelists(struct strbuf *out, struct whitelist *const *lists, size_t n)
{
	strbuf_adds(out, n > 1 ? "whitelists" : "whitelist");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "%s" SLICE_FMT, i ? ", " : " ", SLICE_ARG(lists[i]->name));
}

/* --- rules --------------------------------------------------------------------------------------------------------------- */

/* "a", "a or b", "a, b, c or 4 others" */
static void add_values(struct strbuf *out, const struct rule *rule, const char *last)
{
	size_t named = rule->nvalues > NAMED_MAX ? NAMED_MAX : rule->nvalues;

	for (size_t i = 0; i < named; i++) {
		if (i > 0)
			strbuf_adds(out, i + 1 == rule->nvalues ? last : ", ");
		strbuf_addslice(out, rule->values[i]);
	}
	if (named < rule->nvalues)
		strbuf_addf(out, "%s%zu other%s", last, rule->nvalues - named, rule->nvalues - named > 1 ? "s" : "");
}

/* `out` is exactly what `in` is not, so strict and inclusive bounds change places. */
static void add_range(struct strbuf *out, const struct rule *rule)
{
	bool in = rule->op == RULE_IN, both = rule->has_lower && rule->has_upper;
	bool from_to = in && both && !rule->exclusive;
	const char *above = in == rule->exclusive ? " above " : " at least ";
	const char *below = in == rule->exclusive ? " below " : " at most ";

	if (rule->has_lower)
		add_version(out, from_to ? " from " : in ? above : below, &rule->lower);
	if (both && !from_to)
		strbuf_adds(out, in ? " and" : " or");
	if (rule->has_upper)
		add_version(out, from_to ? " to " : in ? below : above, &rule->upper);
}

void words_rule(struct strbuf *out, const struct rule *rule)
{
	strbuf_addslice(out, rule->element);
	switch (rule->op) {
	case RULE_CONTAINS:
		strbuf_adds(out, " is ");
		add_values(out, rule, " or ");
		break;
	case RULE_EXCLUDES:
		strbuf_adds(out, rule->nvalues == 1   ? " is not "
				 : rule->nvalues == 2 ? " is neither "
						      : " is none of ");
		add_values(out, rule, rule->nvalues == 2 ? " nor " : ", ");
		break;
	case RULE_IN:
	case RULE_OUT:
		add_range(out, rule);
		break;
	}
	if (rule->default_result)
		strbuf_adds(out, " (or not known)");
}

static void add_rules(struct strbuf *out, const struct rules *rules, const char *before, const char *between)
{
	for (size_t i = 0; i < rules->n; i++) {
		strbuf_adds(out, i ? between : before);
		words_rule(out, &rules->v[i]);
	}
}

/* --- tasks --------------------------------------------------------------------------------------------------------------- */

static void add_window(struct strbuf *out, const struct window *w, int64_t now)
{
	strbuf_addf(out, "%" PRIu64 " device%s", w->users, w->users == 1 ? "" : "s");
	add_time(out, " from ", w->start);
	add_time(out, " to ", w->end);
	if (w->end <= now)
		strbuf_adds(out, " (over)");
	else if (w->start > now)
		strbuf_adds(out, " (not open yet)");
	for (size_t i = 0; i < w->nramp; i++) {
		strbuf_adds(out, i ? ", " : ", of them ");
		add_percent(out, w->ramp[i].thousandths);
		add_time(out, " at ", w->ramp[i].at);
	}
}

static void add_audience(struct strbuf *out, const struct task *t, int64_t now)
{
	switch (t->type) {
	case TASK_OFFICIAL:
		strbuf_adds(out, "everybody");
		break;
	case TASK_WHITELIST:
		add_whitelists(out, t->whitelists, t->nwhitelists);
		break;
	case TASK_WINDOW:
		add_window(out, &t->window, now);
		break;
	case TASK_PERCENTAGE:
		add_percent(out, t->thousandths);
		strbuf_adds(out, " of devices");
		break;
	case TASK_ROLLBACK:
		strbuf_adds(out, "everybody drops it");
		break;
	}
}

void words_task(struct strbuf *out, const struct task *t, int64_t now)
{
	add_audience(out, t, now);
	add_rules(out, &t->rules, "; ", "; ");
	if (t->dev)
		strbuf_adds(out, "; channel dev");
	if (t->published_at > now && (t->type != TASK_WINDOW || t->window.start < t->published_at))
		add_time(out, "; not before ", t->published_at);
}

void words_value(struct strbuf *out, const struct switch_value *v)
{
	switch (v->type) {
	case SWITCH_FULL:
		strbuf_adds(out, "everybody");
		break;
	case SWITCH_WHITELIST:
		add_whitelists(out, v->whitelists, v->nwhitelists);
		break;
	case SWITCH_PERCENTAGE:
		add_percent(out, v->thousandths);
		strbuf_adds(out, " of devices");
		break;
	}
	add_rules(out, &v->rules, "; ", "; ");
	if (v->dev)
		strbuf_adds(out, "; channel dev");
}

/* --- releases -------------------------------------------------------------------------------------------------------------- */

static void add_client_ranges(struct strbuf *out, const struct h5_release *h)
{
	const char *before = "";

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		const struct client_range *c = &h->client[p];

		if (!h->r.platforms[p])
			continue;
		strbuf_addf(out, "%s%s from", before, platform_name((enum platform)p));
		add_version(out, " ", &c->min);
		if (c->has_max)
			add_version(out, " to ", &c->max);
		before = ", ";
	}
}

void words_release(struct strbuf *out, const struct release *r)
{
	size_t first = out->n;

	if (r->kind == KIND_H5)
		add_client_ranges(out, h5_of(r));
	if (r->kind == KIND_HOTPATCH && hotpatch_of(r)->version_key.n)
		strbuf_addf(out, "versionKey " SLICE_FMT, SLICE_ARG(hotpatch_of(r)->version_key));
	for (size_t i = 0; i < r->nunless; i++) {
		strbuf_adds(out, out->n > first && i == 0 ? "; " : "");
		add_rules(out, &r->unless[i], i ? ", or " : "unless ", " and ");
	}
}
