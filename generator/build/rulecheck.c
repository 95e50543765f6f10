#include "build/rulecheck.h"

#include "model/places.h"

/* --- listed values ------------------------------------------------------------------------------------------------ */

static bool in_range(const struct rule *r, const struct version *v)
{
	int lower = r->has_lower ? version_cmp(v, &r->lower) : 1, upper = r->has_upper ? version_cmp(v, &r->upper) : -1;

	return r->exclusive ? lower > 0 && upper < 0 : lower >= 0 && upper <= 0;
}

static bool names(const struct rule *r, struct slice text, const struct version *v)
{
	for (size_t i = 0; i < r->nvalues; i++) {
		if (r->type == ATTR_VERSION ? version_cmp(&r->versions[i], v) == 0
		    : r->type == ATTR_FOLD  ? slice_eq_nocase(r->values[i], text)
					    : slice_eq(r->values[i], text))
			return true;
	}
	return false;
}

static bool holds_for(const struct rule *r, struct slice listed)
{
	struct version v = { .n = 0 };

	if (r->type == ATTR_VERSION && !version_parse(&v, listed))
		return false;
	if (r->op == RULE_EXCLUDES)
		return !names(r, listed, &v);
	return in_range(r, &v) == (r->op == RULE_IN);
}

static const struct element *element_of(const struct app *app, const struct rule *r)
{
	for (size_t i = 0; i < app->nelements; i++)
		if (slice_eq(app->elements[i].name, r->element))
			return &app->elements[i];
	return NULL;
}

static bool none_listed(const struct app *app, const struct rule *r)
{
	const struct element *e = r->default_result || r->op == RULE_CONTAINS ? NULL : element_of(app, r);

	if (!e || !e->nlisted)
		return false;
	for (size_t i = 0; i < e->nlisted; i++)
		if (holds_for(r, e->listed[i]))
			return false;
	return true;
}

/* --- where rules stand -------------------------------------------------------------------------------------------- */

struct checking {
	const struct app *app;
	struct diags *d;
	struct arena scratch;
	struct places places;
};

/* `at`: JSON pointer of the array of rules. */
static void check_rules(struct checking *c, const struct origin *o, const struct rules *rules, struct slice at)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->v[i];
		struct slice pointer;

		if (!none_listed(c->app, r))
			continue;
		pointer = arena_printf(&c->scratch, SLICE_FMT "/%zu", SLICE_ARG(at), i);
		diag_warning(c->d, places_pos(&c->places, o, pointer.p),
			     "none of the values in resources/" SLICE_FMT ".json satisfies this rule",
			     SLICE_ARG(r->element));
	}
}

static void check_release(struct checking *c, const struct release *r)
{
	for (size_t i = 0; i < r->ntasks; i++)
		if (r->tasks[i].status != STATUS_ENDED && r->tasks[i].rules.n)
			check_rules(c, &r->origin, &r->tasks[i].rules,
				    arena_printf(&c->scratch, "/tasks/%zu/rules", r->tasks[i].index));
	for (size_t i = 0; i < r->nunless; i++)
		check_rules(c, &r->origin, &r->unless[i], arena_printf(&c->scratch, "/unless/%zu", i));
}

static void check_switch(struct checking *c, const struct switch_def *s)
{
	for (size_t i = 0; i < s->nvalues; i++)
		if (s->values[i].rules.n)
			check_rules(c, &s->origin, &s->values[i].rules,
				    arena_printf(&c->scratch, "/values/%zu/rules", i));
}

void rules_check(const struct app *app, struct diags *d)
{
	struct checking c = { app, d, ARENA_INIT, PLACES_INIT };

	for (int k = 0; k < KIND_COUNT; k++)
		for (size_t i = 0; i < app->nreleases[k]; i++)
			check_release(&c, app->releases[k][i]);
	for (size_t i = 0; i < app->nswitches; i++)
		check_switch(&c, &app->switches[i]);
	arena_release(&c.scratch);
	places_release(&c.places);
}
