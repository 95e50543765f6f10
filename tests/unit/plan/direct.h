/* Definitions read literally: which task or value a device gets, by trying all of them. */
#ifndef UNIT_PLAN_DIRECT_H
#define UNIT_PLAN_DIRECT_H

#include "model/model.h"

#define COMMIT_TIME 1000
#define ATTRS       7
#define RULED       6 /* the attributes that rules name; behind them versionKey */

static const char *const names[ATTRS] = { "appVersion",  "osVersion", "netType",   "city",
					  "mobileModel", "tier",      "versionKey" };

struct device {
	enum platform platform;
	struct slice value[ATTRS]; /* p NULL: absent */
	uint64_t luck;             /* decides what the guards say */
	bool dev, early;           /* its channel; before TestFlight builds expire */
	bool strict;               /* it asks for ships: tasks of its own channel alone */
	bool patched;              /* it has a patchVersionCode */
	uint32_t patch;
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

static inline struct slice attr_text(const struct device *d, struct slice name, enum attr_type type)
{
	struct slice text = d->value[attr_number(name)];

	return type == ATTR_EXACT ? text : slice_trim(text);
}

static inline bool rule_holds(const struct rule *r, const struct device *d)
{
	struct slice text = attr_text(d, r->element, r->type);
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
	if ((t->dev && !d->dev) || (d->strict && d->dev && !t->dev) ||
	    (t->type == TASK_PERCENTAGE && t->thousandths == 0))
		return false;
	if (t->type == TASK_WHITELIST || t->type == TASK_WINDOW || t->published_at > COMMIT_TIME)
		return lucky(d, t->id);
	return t->type != TASK_PERCENTAGE || t->thousandths == 100000 || lucky(d, t->id);
}

/* --- releases ----------------------------------------------------------------------------------------------------- */

/* The last column of DEFINITIONS "Slots and kinds", but for patchVersionCode. */
static inline bool release_fits(const struct release *r, const struct device *d)
{
	const struct client_range *client = r->kind == KIND_H5 ? &h5_of(r)->client[d->platform] : NULL;
	struct slice key = d->value[attr_number(SLICE("versionKey"))];
	struct version v;
	bool versioned = version_parse_device(&v, slice_trim(d->value[0]));

	if (!r->platforms[d->platform])
		return false;
	switch (r->kind) {
	case KIND_UPGRADE:
		return versioned && version_cmp(&upgrade_of(r)->version, &v) > 0;
	case KIND_HOTPATCH:
		if (hotpatch_of(r)->version_key.n)
			return slice_eq(hotpatch_of(r)->version_key, key);
		return versioned && version_cmp(&hotpatch_of(r)->product, &v) == 0;
	case KIND_H5:
		return versioned && version_cmp(&client->min, &v) <= 0 &&
		       (!client->has_max || version_cmp(&client->max, &v) >= 0);
	default:
		return true;
	}
}

static inline bool release_applies(const struct release *r, const struct device *d)
{
	if (!release_fits(r, d))
		return false;
	for (size_t i = 0; i < r->nunless; i++)
		if (rules_hold(&r->unless[i], d))
			return false;
	if (r->kind == KIND_QUICKFIX)
		return !d->patched || quickfix_of(r)->patch_version_code > d->patch;
	return r->kind != KIND_UPGRADE || upgrade_of(r)->distribution != DIST_TEST_FLIGHT || d->early;
}

static inline int release_cmp(const struct release *x, const struct release *y)
{
	const struct hotpatch *a = hotpatch_of(x), *b = hotpatch_of(y);

	switch (x->kind) {
	case KIND_UPGRADE:
		return version_cmp(&upgrade_of(x)->version, &upgrade_of(y)->version);
	case KIND_HOTPATCH:
		if (a->patch_number != b->patch_number)
			return a->patch_number < b->patch_number ? -1 : 1;
		return version_cmp(&a->product, &b->product);
	case KIND_H5:
		return version_cmp(&h5_of(x)->version, &h5_of(y)->version);
	default:
		return quickfix_of(x)->patch_version_code < quickfix_of(y)->patch_version_code ? -1 : 1;
	}
}

static inline bool better(const struct release *r, const struct task *t, const struct release *other,
			  const struct task *s)
{
	if (!s || r != other)
		return !s || release_cmp(r, other) > 0;
	if (t->type != s->type)
		return t->type < s->type;
	if (t->published_at != s->published_at)
		return t->published_at > s->published_at;
	return slice_cmp(t->id, s->id) > 0;
}

static inline const struct task *takes_back(const struct release *r)
{
	for (size_t i = 0; i < r->ntasks; i++)
		if (r->tasks[i].type == TASK_ROLLBACK && r->tasks[i].status == STATUS_RELEASING)
			return &r->tasks[i];
	return NULL;
}

static inline const struct task *release_directly(const struct app *app, enum kind kind, struct slice slot,
						  const struct device *d)
{
	const struct release *release = NULL, *back = NULL;
	const struct task *best = NULL;

	for (size_t i = 0; i < app->nreleases[kind]; i++) {
		const struct release *r = app->releases[kind][i];

		if (!slice_eq(r->slot, slot))
			continue;
		if (takes_back(r)) {
			if (release_fits(r, d) && (!back || release_cmp(r, back) > 0))
				back = r;
			continue;
		}
		for (size_t k = 0; release_applies(r, d) && k < r->ntasks; k++) {
			const struct task *t = &r->tasks[k];

			if (t->status != STATUS_RELEASING || !task_guards(t, d) || !rules_hold(&t->rules, d) ||
			    !better(r, t, release, best))
				continue;
			release = r;
			best = t;
		}
	}
	if (d->strict && d->dev)
		back = NULL; /* rollbacks are prod tasks */
	return !best && back ? takes_back(back) : best;
}

/* --- switches ----------------------------------------------------------------------------------------------------- */

static inline bool value_guards(const struct switch_value *v, const struct device *d)
{
	if (v->dev && !d->dev)
		return false;
	if (v->type == SWITCH_WHITELIST)
		return lucky(d, v->id);
	if (v->type == SWITCH_FULL || v->thousandths == 100000)
		return true;
	return v->thousandths > 0 && lucky(d, v->id);
}

static inline const struct switch_value *switch_directly(const struct switch_def *sw, const struct device *d)
{
	for (size_t i = 0; sw->active && i < sw->nvalues; i++) {
		const struct switch_value *v = &sw->values[i];

		if (v->platforms[d->platform] && value_guards(v, d) && rules_hold(&v->rules, d))
			return v;
	}
	return NULL;
}

#endif
