#include "plan/plan.h"

#include "plan/fold.h"
#include "plan/prune.h"
#include "plan/shard.h"
#include "plan/share.h"

const char *plan_choice_text(enum plan_choice c)
{
	static const char *const texts[] = {
		[CHOICE_FOLDED] = "folded",
		[CHOICE_UNUSED] = "only offers that nobody can get look at it",
		[CHOICE_SMALL] = "the manifest is small enough to stay in the index",
		[CHOICE_NO_GAIN] = "no gain",
		[CHOICE_MANY_CLASSES] = "too many classes of values",
		[CHOICE_MANY_STATES] = "too many segments",
		[CHOICE_MANY_BYTES] = "the manifests would be too large together",
		[CHOICE_MUCH_WORK] = "too many offers for so many values",
		[CHOICE_MANY_SLOTS] = "kinds with many slots are split by slot instead",
	};

	return texts[c];
}

static void set_limits(struct offers *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct offer *offer = &o->v[i];
		const struct window *w;

		if (offer->fate != OFFER_LIVE || !offer->has_limit)
			continue;
		w = &offer->task->window;
		offer->limit = share_limit(share_of(w->users, (uint64_t)w->audience));
	}
}

static const uint32_t *live_offers(struct plan *out, struct arena *scratch)
{
	uint32_t *live = ARENA_ARRAY(scratch, uint32_t, out->offers.n);

	for (size_t i = 0; i < out->offers.n; i++)
		if (out->offers.v[i].fate == OFFER_LIVE)
			live[out->nlive++] = (uint32_t)i;
	return live;
}

static void list_attrs(struct plan *out, struct arena *a)
{
	const struct rule_table *t = &out->offers.rules;

	out->nattrs = t->nattrs;
	out->attrs = ARENA_ARRAY(a, struct plan_attr, t->nattrs);
	for (size_t i = 0; i < t->nattrs; i++)
		out->attrs[i] =
			(struct plan_attr){ t->attrs[i]->name, .type = t->attrs[i]->type, .choice = CHOICE_MANY_SLOTS };
}

int plan_make(struct plan *out, struct arena *a, struct arena *scratch, const struct app *app, enum platform p,
	      enum kind k, int64_t commit_time, struct digests *hashing)
{
	const uint32_t *live;

	*out = (struct plan){ .app = app, .platform = p, .kind = k };
	if (k == KIND_SWITCH)
		offers_switch(&out->offers, a, app, p);
	else
		offers_releases(&out->offers, a, app, p, k, commit_time);
	offers_prune(&out->offers, a, scratch);
	set_limits(&out->offers);
	live = live_offers(out, scratch);
	if (out->nlive == 0)
		return 0;
	if (kind_is_single(k)) {
		fold_make(out, a, scratch, live, out->nlive);
		return 0;
	}
	list_attrs(out, a);
	return shard_make(out, a, scratch, live, hashing);
}
