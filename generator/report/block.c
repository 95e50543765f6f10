#include "report/block.h"

#include <inttypes.h>

#include "base/instant.h"
#include "base/text.h"
#include "plan/share.h"
#include "report/literal.h"
#include "report/words.h"

#define INDENT "    "

/* --- lines ---------------------------------------------------------------------------------------------------------------- */

static void begin(struct strbuf *out, unsigned depth)
{
	while (depth-- > 0)
		strbuf_adds(out, INDENT);
}

static void line(struct strbuf *out, unsigned depth, const char *text)
{
	begin(out, depth);
	strbuf_adds(out, text);
	strbuf_addch(out, '\n');
}

static void text_line(struct strbuf *out, unsigned depth, const char *before, struct slice text)
{
	begin(out, depth);
	strbuf_adds(out, before);
	literal_add(out, text);
	strbuf_addch(out, '\n');
}

static void time_line(struct strbuf *out, const char *before, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	strbuf_addf(out, INDENT "%s %s\n", before, text);
}

/* --- rules ---------------------------------------------------------------------------------------------------------------- */

/* "city is" and a line for each value; a range of versions in one line. */
static void add_rule(struct strbuf *out, unsigned depth, const char *before, const struct rule *rule)
{
	begin(out, depth);
	strbuf_adds(out, before);
	if (rule->op == RULE_IN || rule->op == RULE_OUT) {
		words_rule(out, rule);
		strbuf_addch(out, '\n');
		return;
	}
	strbuf_addf(out, SLICE_FMT " is%s%s\n", SLICE_ARG(rule->element), rule->op == RULE_EXCLUDES ? " none of" : "",
		    rule->default_result ? " (or not known)" : "");
	for (size_t i = 0; i < rule->nvalues; i++)
		text_line(out, depth + 1, "", rule->values[i]);
}

static void add_rules(struct strbuf *out, const struct rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		add_rule(out, 1, "when ", &rules->v[i]);
}

static void add_unless(struct strbuf *out, const struct release *r)
{
	for (size_t i = 0; i < r->nunless; i++) {
		line(out, 1, "unless");
		for (size_t k = 0; k < r->unless[i].n; k++)
			add_rule(out, 2, "", &r->unless[i].v[k]);
	}
}

/* --- what a kind asks for ------------------------------------------------------------------------------------------------- */

static void add_platforms(struct strbuf *out, const bool platforms[PLATFORM_COUNT])
{
	size_t n = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		n += platforms[p];
	if (n == PLATFORM_COUNT) {
		line(out, 1, "on all platforms");
		return;
	}
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (platforms[p])
			strbuf_addf(out, INDENT "on %s\n", platform_name((enum platform)p));
}

/* Platforms and, of each, the versions of the app. */
static void add_clients(struct strbuf *out, const struct h5_release *h, const bool platforms[PLATFORM_COUNT])
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		const struct client_range *c = &h->client[p];
		struct rule rule = { .element = SLICE("appVersion"), .type = ATTR_VERSION, .op = RULE_IN };

		if (!platforms[p])
			continue;
		rule.has_lower = true;
		rule.lower = c->min;
		rule.has_upper = c->has_max;
		rule.upper = c->max;
		strbuf_addf(out, INDENT "on %s, ", platform_name((enum platform)p));
		words_rule(out, &rule);
		strbuf_addch(out, '\n');
	}
}

static void add_ship(struct strbuf *out, const struct hotpatch *h)
{
	bool keyed = h->version_key.n > 0;

	line(out, 1, keyed ? "when versionKey is" : "when appVersion is");
	text_line(out, 2, "", keyed ? h->version_key : h->product_text);
}

static void add_release(struct strbuf *out, const struct block *b)
{
	const struct release *r = b->offer->release;

	switch (r->kind) {
	case KIND_UPGRADE:
		text_line(out, 1, "when appVersion below ", r->version_text);
		break;
	case KIND_HOTPATCH:
		add_ship(out, hotpatch_of(r));
		break;
	case KIND_H5:
		add_clients(out, h5_of(r), b->platforms);
		break;
	case KIND_QUICKFIX:
	case KIND_SWITCH:
	case KIND_COUNT:
		break;
	}
	if (b->offer->has_above)
		strbuf_addf(out, INDENT "when patchVersionCode below %" PRIu32 " (or not known)\n", b->offer->above);
	if (b->offer->nunless)
		add_unless(out, r);
}

/* --- guards --------------------------------------------------------------------------------------------------------------- */

static void add_lists(struct strbuf *out, struct whitelist *const *lists, size_t n)
{
	if (n)
		line(out, 1, "listed in");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, INDENT INDENT SLICE_FMT " by %s\n", SLICE_ARG(lists[i]->name),
			    id_type_name(lists[i]->id_type));
}

static void add_percent(struct strbuf *out, uint32_t thousandths)
{
	strbuf_adds(out, INDENT "for ");
	strbuf_addthousandths(out, thousandths);
	strbuf_adds(out, " % of users or devices\n");
}

/* A share as a percentage: all of its digits, but for zeros at the end. */
static void add_share(struct strbuf *out, struct share s)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, s.digits);
	int whole = n + 2 - (int)s.scale; /* digits before the point */

	while (n > 1 && n > whole && digits[n - 1] == '0')
		n--;
	if (whole <= 0)
		strbuf_adds(out, "0");
	for (int i = 0; i < whole; i++)
		strbuf_addch(out, digits[i]);
	if (n > whole)
		strbuf_adds(out, ".");
	for (int i = whole; i < 0; i++)
		strbuf_addch(out, '0');
	for (int i = whole > 0 ? whole : 0; i < n; i++)
		strbuf_addch(out, digits[i]);
}

static void add_window(struct strbuf *out, const struct window *w)
{
	time_line(out, "from", w->start);
	time_line(out, "until", w->end);
	strbuf_addf(out, INDENT "for %" PRIu64 " of %" PRId64 " devices: ", w->users, w->audience);
	if (w->audience > 0 && w->users < (uint64_t)w->audience)
		add_share(out, share_of(w->users, (uint64_t)w->audience));
	else
		strbuf_adds(out, "100");
	strbuf_adds(out, " %\n");
	if (w->nramp)
		line(out, 1, "of these");
	for (size_t i = 0; i < w->nramp; i++) {
		char at[INSTANT_TEXT];

		instant_format(at, w->ramp[i].at);
		begin(out, 2);
		strbuf_addthousandths(out, w->ramp[i].thousandths);
		strbuf_addf(out, " %% at %s\n", at);
	}
}

static void add_task(struct strbuf *out, const struct offer *o)
{
	const struct task *t = o->task;

	add_rules(out, &t->rules);
	add_lists(out, o->lists, o->nlists);
	if (t->type == TASK_WINDOW)
		add_window(out, &t->window);
	if (t->type == TASK_PERCENTAGE)
		add_percent(out, t->thousandths);
	if (o->has_from)
		time_line(out, "from", o->from);
	if (o->has_until)
		time_line(out, "until", o->until);
}

static void add_value(struct strbuf *out, const struct offer *o)
{
	const struct switch_value *v = o->value;

	add_rules(out, &v->rules);
	add_lists(out, o->lists, o->nlists);
	if (v->type == SWITCH_PERCENTAGE)
		add_percent(out, v->thousandths);
}

void block_conditions(struct strbuf *out, const struct block *b)
{
	if (b->offer->value)
		add_platforms(out, b->platforms);
	else
		add_release(out, b);
	if (b->offer->value)
		add_value(out, b->offer);
	else
		add_task(out, b->offer);
	if (b->offer->dev)
		line(out, 1, "when channel is dev");
}

/* --- headline ------------------------------------------------------------------------------------------------------------- */

/* An id that is no more than an index would change with every value that is put before it; it matters where it draws a share. */
static bool id_is_index(const struct offer *o)
{
	uint64_t number;

	return text_uint(&number, o->value->id) && number == (uint64_t)(o->value - o->sw->values);
}

static void value_headline(struct strbuf *out, const struct offer *o)
{
	text_line(out, 0, "value ", o->value->value);
	if (o->has_percent || !id_is_index(o))
		text_line(out, 1, "id ", o->value->id);
}

static void task_headline(struct strbuf *out, const struct release *r, const struct task *t)
{
	const char *mode = words_task_mode(t->type);

	strbuf_addf(out, "release " SLICE_FMT ", task " SLICE_FMT ": %s%s%s\n", SLICE_ARG(r->version_text),
		    SLICE_ARG(t->id), words_task_type(t->type), mode ? " by " : "", mode ? mode : "");
}

void block_headline(struct strbuf *out, const struct block *b)
{
	if (b->offer->value)
		value_headline(out, b->offer);
	else
		task_headline(out, b->offer->release, b->offer->task);
}
