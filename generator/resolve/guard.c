#include "resolve/guard.h"

bool question_id(const struct question *q, enum fixed_name which, struct slice *id)
{
	const struct value *v = &q->client->values[which];

	*id = v->raw;
	return v->present && v->raw.n > 0;
}

static bool refuse(struct refusal *why, enum guard guard)
{
	why->guard = guard;
	return false;
}

static bool channel_holds(const struct question *q, const struct mf_candidate *mf, struct refusal *why)
{
	struct slice channel;
	bool dev = question_id(q, NAME_CHANNEL, &channel) && slice_eqs(channel, "dev");

	return mf->dev == dev || (dev && !q->strict) || refuse(why, GUARD_CHANNEL);
}

static bool time_holds(const struct question *q, const struct mf_candidate *mf, struct refusal *why)
{
	why->unknown = !q->timed;
	if (mf->has_from && (!q->timed || q->at < mf->from))
		return refuse(why, GUARD_FROM);
	if (mf->has_until && (!q->timed || q->at >= mf->until))
		return refuse(why, GUARD_UNTIL);
	if (mf->has_window && (!q->timed || q->at < mf->start || q->at >= mf->end))
		return refuse(why, GUARD_WINDOW);
	return true;
}

static bool all_hold(const struct question *q, struct table *t, const uint32_t *rules, size_t n, size_t *which)
{
	for (size_t i = 0; i < n; i++) {
		if (!table_rule(t, rules[i], q->client->values, q->number)) {
			*which = i;
			return false;
		}
	}
	return true;
}

static bool rules_hold(const struct question *q, struct table *t, const struct mf_candidate *mf, struct refusal *why)
{
	size_t ignored;

	if (!all_hold(q, t, mf->rules, mf->nrules, &why->which))
		return refuse(why, GUARD_RULE);
	for (size_t i = 0; i < mf->nunless; i++) {
		if (all_hold(q, t, mf->unless[i], mf->unless_n[i], &ignored)) {
			why->which = i;
			return refuse(why, GUARD_UNLESS);
		}
	}
	return true;
}

/* Bucket of `id` below the bound? Where libcrypto fails nobody is in. */
static bool in_share(const struct question *q, const struct choice *c, struct slice id, struct refusal *why)
{
	if (why->bound.everybody)
		return true;
	why->unknown = bucket_of(&why->bucket, q->client->terms.fetch.digests, c->salt, id) != 0;
	return !why->unknown && bucket_within(why->bucket, why->bound);
}

static bool percent_holds(const struct question *q, const struct choice *c, struct refusal *why)
{
	struct slice id;

	why->bound = c->percent;
	why->unknown = !question_id(q, NAME_USER_ID, &id) && !question_id(q, NAME_DEVICE_ID, &id);
	if (why->unknown || !in_share(q, c, id, why))
		return refuse(why, GUARD_PERCENT);
	return true;
}

static bool users_hold(const struct question *q, const struct choice *c, struct refusal *why)
{
	const struct mf_candidate *mf = c->mf;
	uint32_t thousandths = SHARE_WHOLE;
	struct slice id;

	why->unknown = mf->nramp > 0 && !q->timed;
	if (why->unknown)
		return refuse(why, GUARD_USERS);
	if (mf->nramp > 0)
		thousandths = ramp_value(mf->ramp, mf->nramp, q->at);
	why->bound = bound_of_limit(mf->has_limit ? &mf->limit : NULL, thousandths);
	if (why->bound.everybody)
		return true;
	why->unknown = !question_id(q, NAME_DEVICE_ID, &id);
	if (why->unknown || !in_share(q, c, id, why))
		return refuse(why, GUARD_USERS);
	return true;
}

static enum listed look_up(struct question *q, const struct table *t, uint32_t number, struct slice id)
{
	const struct mf_whitelist *list = &t->manifest->whitelists[number];
	struct mdr_client *c = q->client;

	if (list->npatterns)
		return expressions_look_up(&t->expressions[number], q->patterns, &c->matcher, list, id, q->number);
	return listed_look_up(&c->listed, &c->terms.fetch, c->terms.app, list, id);
}

/* On any of the lists. A list that could not be asked only matters where no other one says yes. */
static bool listed(struct question *q, const struct table *t, const struct mf_candidate *mf, struct refusal *why)
{
	why->unproven = false;
	for (size_t i = 0; i < mf->nlists; i++) {
		const struct mf_whitelist *list = &t->manifest->whitelists[mf->lists[i]];
		enum fixed_name attribute = list->id_type == ID_USER ? NAME_USER_ID : NAME_DEVICE_ID;
		struct slice id;
		enum listed verdict;

		if (!question_id(q, attribute, &id))
			continue;
		verdict = look_up(q, t, mf->lists[i], id);
		if (verdict == LISTED_YES)
			return true;
		if (verdict == LISTED_UNKNOWN && !why->unproven)
			why->which = i;
		why->unproven = why->unproven || verdict == LISTED_UNKNOWN;
	}
	q->incomplete = q->incomplete || why->unproven;
	return refuse(why, GUARD_LIST);
}

bool guard_holds(struct question *q, struct table *t, const struct choice *c, struct refusal *why)
{
	const struct mf_candidate *mf = c->mf;

	if (c->plain && !q->strict)
		return true;
	if (mf->has_above && q->patch >= mf->above)
		return refuse(why, GUARD_ABOVE);
	return channel_holds(q, mf, why) && time_holds(q, mf, why) && rules_hold(q, t, mf, why) &&
	       (!mf->has_percent || percent_holds(q, c, why)) &&
	       ((!mf->has_limit && !mf->nramp) || users_hold(q, c, why)) && (!mf->nlists || listed(q, t, mf, why));
}
