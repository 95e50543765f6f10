/* For random pairs of definitions and random devices: a device lies in at most one segment, which has its candidates before and
 * after; one that lies in none has the same ones. And what segments are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../plan/random.h"
#include "plan/prune.h"
#include "report/partition.h"

#define PAIRS   150
#define DEVICES 120
#define MAX     64

struct tally {
	size_t pairs, apart, cut, devices, changed, gained, lost;
};

/* --- two models ----------------------------------------------------------------------------------------------------------- */

static void mutate(struct app *app, struct arena *a, const struct style *style)
{
	size_t newest = app->nupgrades - 1 - below(3); /* what older ones say, few devices hear */
	struct upgrade *u = &app->upgrades[newest];
	struct task *tasks = ARENA_ARRAY(a, struct task, u->r.ntasks + 1), *t;

	for (size_t i = 0; i < u->r.ntasks; i++)
		tasks[i] = u->r.tasks[i];
	u->r.tasks = tasks;
	if (u->r.ntasks == 0)
		return;
	t = &tasks[below((uint32_t)u->r.ntasks)];
	switch (below(5)) {
	case 0:
		t->status = t->status == STATUS_PAUSED ? STATUS_RELEASING : STATUS_PAUSED;
		break;
	case 1:
		t->rules = random_rules(a, 3, style);
		break;
	case 2:
		t->thousandths = t->thousandths == 50000 ? 25000 : 50000;
		break;
	case 3:
		random_unless(&u->r, a, style);
		break;
	default:
		t->dev = !t->dev;
		break;
	}
}

static struct app changed(const struct app *before, struct arena *a, const struct style *style)
{
	struct app app = *before;

	app.upgrades = ARENA_ARRAY(a, struct upgrade, before->nupgrades);
	for (size_t i = 0; i < before->nupgrades; i++)
		app.upgrades[i] = before->upgrades[i];
	for (uint32_t n = 1 + below(3); n > 0; n--)
		mutate(&app, a, style);
	app_list_releases(&app, a);
	return app;
}

/* Numbers offers by what they give and by their guards. */
static void read_side(struct partition_side *out, struct offers *o, struct arena *a, const struct app *app)
{
	struct arena scratch = ARENA_INIT;
	uint32_t *means;

	offers_releases(o, a, app, PLATFORM_ANDROID, KIND_UPGRADE, COMMIT_TIME);
	offers_prune(o, a, &scratch);
	means = ARENA_ARRAY(a, uint32_t, o->n);
	for (size_t i = 0; i < o->n; i++)
		means[i] = (uint32_t)strtoul(o->v[i].task->id.p + 1, NULL, 10) * 16 + o->v[i].thousandths / 25000 * 2 +
			   o->v[i].dev;
	*out = (struct partition_side){ .means = means };
	if (o->nslots) {
		out->offers = o;
		out->slot = o->slots;
	}
	arena_release(&scratch);
}

/* --- directly ------------------------------------------------------------------------------------------------------------- */

struct numbers_list {
	uint32_t v[1000];
	size_t n;
};

static bool all_hold(const struct offers *of, const struct numbers *rules, const struct device *d)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!rule_holds(of->rules.v[rules->v[i]].rule, d))
			return false;
	return true;
}

static bool holds(const struct offers *of, const struct offer *o, const struct device *d)
{
	for (size_t i = 0; i < o->nunless; i++)
		if (all_hold(of, &o->unless[i], d))
			return false;
	return all_hold(of, &o->rules, d);
}

/* Whoever comes to `o` was not taken by a candidate that has no guard, or the same channel alone. */
static void candidates(struct numbers_list *out, const struct partition_side *side, const struct device *d)
{
	bool everybody = false, developers = false;

	out->n = 0;
	for (uint32_t i = 0; side->offers && i < side->slot->n; i++) {
		const struct offer *o = &side->offers->v[side->slot->first + i];
		bool guarded = o->nlists || o->has_from || o->has_window || o->has_percent || o->has_until;

		if (o->fate != OFFER_LIVE || everybody || (developers && o->dev) || !holds(side->offers, o, d))
			continue;
		out->v[out->n++] = side->means[side->slot->first + i];
		everybody |= !guarded && !o->dev;
		developers |= !guarded && o->dev;
	}
}

static bool same_lists(const struct numbers_list *x, const struct numbers_list *y)
{
	return x->n == y->n && memcmp(x->v, y->v, x->n * sizeof(*x->v)) == 0;
}

static void is_list(const struct offer_view *view, const struct partition_side *side, const struct numbers_list *want)
{
	assert_int_equal(view->n, want->n);
	for (size_t i = 0; i < want->n; i++)
		assert_int_equal(side->means[view->v[i] - side->offers->v], want->v[i]);
}

/* --- the property --------------------------------------------------------------------------------------------------------- */

static bool lies_in(const struct partition *p, const struct segment *s, const struct device *d)
{
	for (size_t i = 0; i < p->nattrs; i++) {
		struct slice value = d->value[attr_number(p->attrs[i]->name)];

		if (!set_has(&s->sets[i], partition_region(p, i, value)))
			return false;
	}
	return true;
}

static void one_device(struct tally *t, const struct partition *p, const struct partition_side sides[2],
		       const struct device *d)
{
	struct numbers_list before, after;
	const struct segment *found = NULL;

	candidates(&before, &sides[0], d);
	candidates(&after, &sides[1], d);
	for (size_t i = 0; i < p->nsegments; i++) {
		if (!lies_in(p, &p->segments[i], d))
			continue;
		assert_null(found);
		found = &p->segments[i];
	}
	t->devices++;
	t->changed += found != NULL;
	t->gained += found && found->before.n == 0;
	t->lost += found && found->after.n == 0;
	if (!found) {
		assert_true(same_lists(&before, &after) || p->further);
		return;
	}
	assert_false(same_lists(&before, &after));
	is_list(&found->before, &sides[0], &before);
	is_list(&found->after, &sides[1], &after);
}

static void one_pair(struct tally *t, bool was, bool is)
{
	struct arena a = ARENA_INIT;
	struct style style = random_style();
	struct app before = { .segments_max = 1 }, after;
	struct partition_side sides[2] = { { NULL, NULL, NULL }, { NULL, NULL, NULL } };
	struct offers offers[2];
	struct partition p;

	random_upgrades(&before, &a, &style);
	after = changed(&before, &a, &style);
	if (was)
		read_side(&sides[0], &offers[0], &a, &before);
	if (is)
		read_side(&sides[1], &offers[1], &a, &after);
	partition_make(&p, &a, &sides[0], &sides[1], MAX);
	assert_true(p.nsegments <= MAX);
	t->pairs++;
	t->apart += p.any_apart;
	t->cut += p.further > 0;
	for (size_t i = 0; i < DEVICES && !p.any_apart; i++) {
		struct device d = random_device(&a, PLATFORM_ANDROID, style.width);

		one_device(t, &p, sides, &d);
	}
	arena_release(&a);
}

static void test_property(void **state)
{
	struct tally t = { .pairs = 0 };

	for (size_t i = 0; i < PAIRS; i++)
		one_pair(&t, i % 10 != 0, i % 10 != 5);
	print_message(
		"%zu pairs: %zu with attributes apart, %zu cut; %zu devices, %zu in segments, %zu gain, %zu lose\n",
		t.pairs, t.apart, t.cut, t.devices, t.changed, t.gained, t.lost);
	assert_true(t.devices > 10000 && t.changed > 500 && t.gained > 100 && t.lost > 100);
}

/* --- words ---------------------------------------------------------------------------------------------------------------- */

/* One switch. A value is "rules => what"; rules are separated by ';': "city=a b", "city!a b", "osVersion=9..10", "osVersion!9..10",
 * "osVersion>9", "osVersion<10"; a '?' at the end: also when not known. */
static struct rule parse_rule(struct arena *a, struct slice text)
{
	bool or_unknown = slice_ends(text, "?");
	size_t at = strcspn(text.p, "=!<>");
	const char *element = arena_str(a, slice_sub(text, 0, at));
	const char *value = arena_str(a, slice_sub(text, at + 1, text.n - at - 1 - or_unknown));
	const char *to = strstr(value, "..");
	struct rule rule;

	if (to)
		rule = make_range(element, text.p[at] == '=' ? RULE_IN : RULE_OUT,
				  arena_str(a, slice_bytes(value, (size_t)(to - value))), to + 2, false);
	else if (text.p[at] == '<' || text.p[at] == '>')
		rule = make_range(element, RULE_IN, text.p[at] == '>' ? value : NULL, text.p[at] == '<' ? value : NULL,
				  true);
	else
		rule = make_list(a, element, text.p[at] == '=' ? RULE_CONTAINS : RULE_EXCLUDES, value);
	rule.default_result = or_unknown;
	return rule;
}

static void parse_value(struct switch_value *v, struct arena *a, struct slice text)
{
	struct rule rules[16];
	size_t n = 0;

	v->id = arena_copy(a, slice_trim(slice_from(text, (size_t)slice_rfind(text, '>') + 1)));
	v->platforms[PLATFORM_ANDROID] = true;
	v->type = slice_starts(v->id, "%") ? SWITCH_PERCENTAGE : SWITCH_FULL;
	v->thousandths = v->type == SWITCH_PERCENTAGE ? 50000 : 0;
	text = slice_trim(slice_sub(text, 0, (size_t)slice_rfind(text, '>') - 1));
	for (struct slice rest = text, one; rest.n;) {
		one = slice_cut(&rest, ';');
		rules[n++] = parse_rule(a, slice_of(arena_str(a, one)));
	}
	v->rules = make_rules(a, rules, n);
}

static struct partition_side parse_switch(struct arena *a, const char *text, struct offers *o)
{
	struct arena scratch = ARENA_INIT;
	struct app *app = ARENA_NEW(a, struct app);
	struct switch_def *sw = ARENA_NEW(a, struct switch_def);
	uint32_t *means;

	sw->key = SLICE("K");
	sw->active = true;
	sw->values = ARENA_ARRAY(a, struct switch_value, 1000);
	for (struct slice rest = arena_copy(a, slice_of(text)); rest.n;)
		parse_value(&sw->values[sw->nvalues++], a, slice_cut(&rest, '\n'));
	app->switches = sw;
	app->nswitches = 1;
	offers_switch(o, a, app, PLATFORM_ANDROID);
	offers_prune(o, a, &scratch);
	means = ARENA_ARRAY(a, uint32_t, o->n);
	for (size_t i = 0; i < o->n; i++)
		for (struct slice id = o->v[i].value->id; id.n; id = slice_from(id, 1))
			means[i] = means[i] * 31 + (unsigned char)*id.p;
	arena_release(&scratch);
	return (struct partition_side){ o->nslots ? o : NULL, o->slots, means };
}

static void add_ids(struct strbuf *out, const struct offer_view *view)
{
	for (size_t i = 0; i < view->n; i++)
		strbuf_addf(out, " " SLICE_FMT, SLICE_ARG(view->v[i]->value->id));
}

static void describe(struct strbuf *out, const struct partition *p)
{
	for (size_t i = 0; i < p->nsegments; i++) {
		words_segment(out, p, &p->segments[i]);
		strbuf_adds(out, ":");
		add_ids(out, &p->segments[i].before);
		strbuf_adds(out, " ->");
		add_ids(out, &p->segments[i].after);
		strbuf_adds(out, "\n");
	}
}

static const struct {
	const char *name, *before, *after, *want;
} cases[] = {
	{ "nothing", "", "", "" },
	{ "equal", "city=a => x\n=> y", "city=a => x\n=> y", "" },
	{ "new for all", "", "=> x", "all devices: -> x\n" },
	{ "gone", "city=a => x", "", "city is a: x ->\n" },
	{ "a city more", "city=a => x\n=> y", "city=a b => x\n=> y", "city is b: y -> x\n" },
	{ "texts", "", "city=a b => x", "city is a or b: -> x\n" },
	{ "excluded texts", "", "city!a b => x", "city is neither a nor b: -> x\n" },
	{ "or not known", "", "city!a b c? => x", "city is none of a, b, c (or not known): -> x\n" },
	{ "not known", "city=a => x\ncity!a => x", "=> x", "city is not known: -> x\n" },
	{ "known", "=> x", "city=a? => x\ncity!a b? => x\ncity=b => x\n", "" },
	{ "known only", "", "city=a => x\ncity!a => x", "city is known: -> x\n" },
	{ "as written", "", "netType=WIFI => x\nnetType=wifi 4G => y", "netType is WIFI: -> x\nnetType is 4G: -> y\n" },
	{ "many", "", "city=1 2 3 4 5 6 7 8 9 10 11 12 => x",
	  "city is 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 or 12: -> x\n" },
	{ "too many", "", "city!1 2 3 4 5 6 7 8 9 10 11 12 13 => x",
	  "city is none of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2 others: -> x\n" },
	{ "one version", "", "osVersion=10 => x", "osVersion is 10: -> x\n" },
	{ "versions", "", "osVersion=10 11.0 => x", "osVersion is 10 or 11: -> x\n" },
	{ "other versions", "", "osVersion!10 11.0? => x", "osVersion is neither 10 nor 11 (or not known): -> x\n" },
	{ "from to", "", "osVersion=9..10 => x", "osVersion from 9 to 10: -> x\n" },
	{ "above", "", "osVersion>9 => x", "osVersion above 9: -> x\n" },
	{ "below", "", "osVersion<9 => x", "osVersion below 9: -> x\n" },
	{ "between", "", "osVersion>9;osVersion<10 => x", "osVersion above 9 and below 10: -> x\n" },
	{ "outside", "", "osVersion!9..10 => x", "osVersion below 9, or above 10: -> x\n" },
	{ "a raised bound", "osVersion<9 => x", "osVersion<9.5 => x", "osVersion at least 9 and below 9.5: -> x\n" },
	{ "an inner bound", "osVersion=8..9 => x", "osVersion=8..10 => x", "osVersion above 9 and at most 10: -> x\n" },
	{ "two attributes", "city=a => x\n=> y", "city=a;netType=wifi => x\n=> y",
	  "netType is not wifi (or not known); city is a: x -> y\n" },
	{ "a guard hides nothing", "=> y", "city=a => %x\n=> y", "city is a: y -> %x y\n" },
	{ "another order", "city=a => x\nnetType=wifi => y", "netType=wifi => y\ncity=a => x",
	  "netType is wifi; city is a: x -> y\n" },
	{ "joined", "city=a => x\ncity=b;netType=wifi => x\n=> y",
	  "city=a;netType=wifi => x\ncity=b;netType=wifi => x\n=> y",
	  "netType is not wifi (or not known); city is a: x -> y\n" },
	{ "what is behind", "city=a => x\nnetType=wifi => y\n=> z", "netType=wifi => y\n=> z",
	  "netType is wifi; city is a: x -> y\nnetType is not wifi (or not known); city is a: x -> z\n" },
};

static void test_words(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct strbuf out = STRBUF_INIT;
		struct offers offers[2];
		struct partition_side before = parse_switch(&a, cases[i].before, &offers[0]);
		struct partition_side after = parse_switch(&a, cases[i].after, &offers[1]);
		struct partition p;

		print_message("%s\n", cases[i].name);
		partition_make(&p, &a, &before, &after, MAX);
		describe(&out, &p);
		assert_string_equal(out.p ? out.p : "", cases[i].want);
		assert_int_equal(p.further, 0);
		strbuf_release(&out);
		arena_release(&a);
	}
}

/* --- limits --------------------------------------------------------------------------------------------------------------- */

/* Twenty percentages, each with an attribute of its own, before a value that changes: 2^20 segments. */
static void test_apart(void **state)
{
	struct arena a = ARENA_INIT;
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	struct offers offers[2];
	struct partition_side before, after;
	struct partition p;
	size_t apart = 0, changing;

	for (int i = 0; i < 20; i++)
		strbuf_addf(&text, "e%02d=x y => %%v%d\n", i, i);
	changing = text.n;
	strbuf_adds(&text, "city=a => z\n");
	before = parse_switch(&a, text.p, &offers[0]);
	strbuf_truncate(&text, changing);
	strbuf_adds(&text, "city=a b => z\n");
	after = parse_switch(&a, text.p, &offers[1]);
	partition_make(&p, &a, &before, &after, MAX);
	for (size_t i = 0; i < p.nattrs; i++)
		apart += p.apart[i];
	assert_true(p.any_apart && apart < 20);
	assert_int_equal(p.nsegments, MAX);
	assert_true(p.further > 0);
	words_segment(&out, &p, &p.segments[0]);
	assert_non_null(strstr(out.p, "city is b"));
	strbuf_reset(&out);
	partition_rest(&out, &p, &offers[0], &offers[0].v[0]);
	assert_string_equal(out.p, "e00 is x or y");
	strbuf_reset(&out);
	partition_rest(&out, &p, &offers[0], &offers[0].v[20]);
	assert_int_equal(out.n, 0);
	strbuf_release(&text);
	strbuf_release(&out);
	arena_release(&a);
}

/* More segments than asked for, and than are made at all. */
static void test_further(void **state)
{
	static const size_t values[] = { 10, 11, 30, 900 };

	for (size_t i = 0; i < COUNT(values); i++) {
		struct arena a = ARENA_INIT;
		struct strbuf text = STRBUF_INIT;
		struct offers none, some;
		struct partition_side before = parse_switch(&a, "", &none), after;
		struct partition p;

		print_message("%zu values\n", values[i]);
		for (size_t k = 0; k < values[i]; k++)
			strbuf_addf(&text, "city=c%zu => v%zu\n", k, k);
		after = parse_switch(&a, text.p, &some);
		partition_make(&p, &a, &before, &after, 10);
		assert_int_equal(p.nsegments, 10);
		assert_int_equal(p.further, values[i] - 10);
		strbuf_release(&text);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_property), cmocka_unit_test(test_words),
					    cmocka_unit_test(test_apart), cmocka_unit_test(test_further) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
