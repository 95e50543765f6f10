#include "report/plan.h"

#include "format/wire.h"

static const char *shape_name(enum plan_shape s)
{
	static const char *const names[] = { "nothing", "inline", "segments", "units" };

	return names[s];
}

static json_t *attr_json(const struct plan_attr *a)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "attribute", put_text(a->name), &failed);
	put_member(o, "type", json_string(attr_type_name(a->type)), &failed);
	put_member(o, "folded", json_boolean(a->choice == CHOICE_FOLDED), &failed);
	if (a->choice != CHOICE_FOLDED)
		put_member(o, "why", json_string(plan_choice_text(a->choice)), &failed);
	if (a->classes)
		put_member(o, "classes", json_integer(a->classes), &failed);
	if (a->choice == CHOICE_FOLDED)
		put_member(o, "columns", json_integer(a->columns), &failed);
	if (a->choice == CHOICE_FOLDED || a->choice == CHOICE_NO_GAIN) {
		put_member(o, "costBefore", json_integer((json_int_t)a->before), &failed);
		put_member(o, a->at_least ? "costAfterAtLeast" : "costAfter", json_integer((json_int_t)a->after),
			   &failed);
	}
	return put_done(o, failed);
}

static struct slice offer_task(const struct offer *o)
{
	return o->value ? o->value->id : o->task->id;
}

/* A dropped offer: which it is, why, and which other one closed it. */
static json_t *dropped_json(const struct plan *p, const struct offer *o)
{
	json_t *out = json_object();
	bool failed = false;

	put_member(out, "slot", put_text(p->offers.slots[o->slot].name), &failed);
	if (o->release)
		put_member(out, "version", put_text(o->release->version_text), &failed);
	put_member(out, "task", put_text(offer_task(o)), &failed);
	put_member(out, "why", json_string(offer_fate_text(o->fate)), &failed);
	if (o->fate == OFFER_CLOSED) {
		const struct offer *by = &p->offers.v[o->closer];

		if (by->release)
			put_member(out, "byVersion", put_text(by->release->version_text), &failed);
		put_member(out, "byTask", put_text(offer_task(by)), &failed);
	}
	return put_done(out, failed);
}

json_t *report_index(const struct compiled_index *ix)
{
	const struct plan *p = &ix->plan;
	json_t *o = json_object(), *attrs = json_array(), *dropped = json_array();
	bool failed = false;

	for (size_t i = 0; i < p->nattrs; i++)
		put_item(attrs, attr_json(&p->attrs[i]), &failed);
	for (size_t i = 0; i < p->offers.n; i++) {
		if (p->offers.v[i].fate != OFFER_LIVE)
			put_item(dropped, dropped_json(p, &p->offers.v[i]), &failed);
	}
	put_member(o, "platform", json_string(platform_name(p->platform)), &failed);
	put_member(o, "kind", json_string(kind_name(p->kind)), &failed);
	put_member(o, "shape", json_string(shape_name(p->shape)), &failed);
	put_member(o, "bytes", json_integer((json_int_t)ix->bytes.n), &failed);
	put_member(o, "offers", json_integer((json_int_t)p->offers.n), &failed);
	put_member(o, "live", json_integer((json_int_t)p->nlive), &failed);
	put_member(o, "manifests", json_integer((json_int_t)p->nmanifests), &failed);
	if (p->shape == PLAN_UNITS)
		put_member(o, "shardBytes", json_integer((json_int_t)p->shard_bytes), &failed);
	put_member(o, "attributes", attrs, &failed);
	put_member(o, "dropped", dropped, &failed);
	return put_done(o, failed);
}

void report_index_line(struct strbuf *out, const struct compiled_index *ix)
{
	const struct plan *p = &ix->plan;

	strbuf_addf(out, "%s %s: ", platform_name(p->platform), kind_name(p->kind));
	if (p->shape == PLAN_NOTHING)
		strbuf_adds(out, "nothing but versionKeys");
	else if (p->shape == PLAN_INLINE)
		strbuf_adds(out, "one manifest inside the index");
	else
		strbuf_addf(out, "%zu %s", p->nmanifests, p->shape == PLAN_UNITS ? "shards" : "segments");
	for (size_t i = 0; i < p->nfolds; i++)
		strbuf_addf(out, "%s" SLICE_FMT, i ? ", " : " by ", SLICE_ARG(p->folds[i].attribute));
	strbuf_addf(out, "; %zu of %zu offers", p->nlive, p->offers.n);
}
