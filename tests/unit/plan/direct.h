/* Definitions read literally: which task or value a device gets, by trying all of them. */
#ifndef UNIT_PLAN_DIRECT_H
#define UNIT_PLAN_DIRECT_H

#include "model/model.h"

#define COMMIT_TIME 1000
#define ATTRS       6

static const char *const names[ATTRS] = { "appVersion", "osVersion", "netType", "city", "mobileModel", "tier" };

struct device {
	struct slice value[ATTRS]; /* p NULL: absent */
	uint64_t luck;             /* decides what the guards say */
};

static inline uint32_t attr_number(struct slice element)
{
	uint32_t i = 0;

	while (!slice_eqs(element, names[i]))
		i++;
	return i;
}

static inline bool among(const struct rule *r, struct slice text, const struct version *v)
{
	for (size_t i = 0; i < r->nvalues; i++) {
		if (r->type == ATTR_VERSION ? version_cmp(&r->versions[i], v) == 0
		    : r->type == ATTR_FOLD  ? slice_eq_nocase(r->values[i], text)
					    : slice_eq(r->values[i], text))
			return true;
	}
	return false;
}

static inline bool between(const struct rule *r, const struct version *v)
{
	int lower = r->has_lower ? version_cmp(v, &r->lower) : 1, upper = r->has_upper ? version_cmp(v, &r->upper) : -1;

	return r->exclusive ? lower > 0 && upper < 0 : lower >= 0 && upper <= 0;
}

static inline bool rule_holds(const struct rule *r, const struct device *d)
{
	struct slice text = slice_trim(d->value[attr_number(r->element)]);
	struct version v = { .n = 0 };

	if (text.n == 0 || (r->type == ATTR_VERSION && !version_parse_device(&v, text)))
		return r->default_result;
	switch (r->op) {
	case RULE_CONTAINS:
		return among(r, text, &v);
	case RULE_EXCLUDES:
		return !among(r, text, &v);
	case RULE_IN:
		return between(r, &v);
	default:
		return !between(r, &v);
	}
}

static inline bool rules_hold(const struct rules *rules, const struct device *d)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!rule_holds(&rules->v[i], d))
			return false;
	return true;
}

/* What a device finds out by itself: any answer will do, as long as it is the same for the same thing. */
static inline bool lucky(const struct device *d, struct slice id)
{
	uint64_t h = d->luck;

	for (size_t i = 0; i < id.n; i++)
		h = (h ^ (unsigned char)id.p[i]) * 0x9e3779b97f4a7c15u;
	return h >> 63;
}

static inline bool task_guards(const struct task *t, const struct device *d)
{
	if (t->type == TASK_PERCENTAGE && t->thousandths == 0)
		return false;
	if (t->type == TASK_WHITELIST || t->type == TASK_WINDOW || t->dev || t->published_at > COMMIT_TIME)
		return lucky(d, t->id);
	return t->type != TASK_PERCENTAGE || t->thousandths == 100000 || lucky(d, t->id);
}

static inline bool better(const struct upgrade *u, const struct task *t, const struct upgrade *v, const struct task *s)
{
	if (!s || version_cmp(&u->version, &v->version) != 0)
		return !s || version_cmp(&u->version, &v->version) > 0;
	if (t->type != s->type)
		return t->type < s->type;
	if (t->published_at != s->published_at)
		return t->published_at > s->published_at;
	return slice_cmp(t->id, s->id) > 0;
}

static inline bool upgrade_applies(const struct upgrade *u, const struct device *d)
{
	struct version installed;

	if (!version_parse_device(&installed, slice_trim(d->value[0])) || version_cmp(&u->version, &installed) <= 0)
		return false;
	for (size_t i = 0; i < u->nunless; i++)
		if (rules_hold(&u->unless[i], d))
			return false;
	return true;
}

static inline const void *upgrade_directly(const struct app *app, const struct device *d)
{
	const struct upgrade *release = NULL;
	const struct task *best = NULL;

	for (size_t i = 0; i < app->nupgrades; i++) {
		const struct upgrade *u = &app->upgrades[i];

		for (size_t k = 0; upgrade_applies(u, d) && k < u->ntasks; k++) {
			const struct task *t = &u->tasks[k];

			if (t->status != STATUS_RELEASING || !task_guards(t, d) || !rules_hold(&t->rules, d) ||
			    !better(u, t, release, best))
				continue;
			release = u;
			best = t;
		}
	}
	return best;
}

static inline bool value_guards(const struct switch_value *v, const struct device *d)
{
	if (v->type == SWITCH_WHITELIST)
		return lucky(d, v->id);
	if (v->type == SWITCH_FULL || v->thousandths == 100000)
		return true;
	return v->thousandths > 0 && lucky(d, v->id);
}

static inline const void *switch_directly(const struct switch_def *sw, const struct device *d)
{
	for (size_t i = 0; sw->active && i < sw->nvalues; i++) {
		const struct switch_value *v = &sw->values[i];

		if (v->platforms[PLATFORM_ANDROID] && value_guards(v, d) && rules_hold(&v->rules, d))
			return v;
	}
	return NULL;
}

#endif
