#include "build/manifests.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "build/answer.h"
#include "build/itms.h"
#include "build/whitelists.h"

/* What one manifest collects while its candidates are converted. */
struct making {
	struct compile *c;
	const struct plan *plan;
	struct manifest *m;
	uint32_t *number_of; /* plan's rule number → number in this manifest + 1 */
	size_t rules_cap, answers_cap;
	uint32_t first_answer; /* of the slot at hand: slots share none */
};

static struct slice version_slice(struct compile *c, const struct version *v)
{
	struct strbuf sb = STRBUF_INIT;
	struct slice s;

	version_format(&sb, v);
	s = arena_copy(&c->out->mem, strbuf_slice(&sb));
	strbuf_release(&sb);
	return s;
}

static struct mf_rule convert_rule(struct compile *c, const struct rule *r)
{
	struct mf_rule out = {
		.known = true,
		.element = r->element,
		.op = r->op,
		.values = r->values,
		.nvalues = r->nvalues,
		.has_lower = r->has_lower,
		.has_upper = r->has_upper,
		.exclusive = r->exclusive,
		.default_result = r->default_result,
	};

	if (r->has_lower)
		out.lower = version_slice(c, &r->lower);
	if (r->has_upper)
		out.upper = version_slice(c, &r->upper);
	return out;
}

static uint32_t rule_number(struct making *k, uint32_t planned)
{
	if (!k->number_of[planned]) {
		struct mf_rule r = convert_rule(k->c, k->plan->offers.rules.v[planned].rule);

		ARENA_PUSH(&k->c->out->mem, k->m->rules, k->m->nrules, k->rules_cap, r);
		k->number_of[planned] = (uint32_t)k->m->nrules;
	}
	return k->number_of[planned] - 1;
}

static uint32_t *rule_numbers(struct making *k, struct numbers planned)
{
	uint32_t *v = ARENA_ARRAY(&k->c->out->mem, uint32_t, planned.n);

	for (size_t i = 0; i < planned.n; i++)
		v[i] = rule_number(k, planned.v[i]);
	return v;
}

static uint32_t list_number(const struct manifest *m, struct slice name)
{
	size_t low = 0, high = m->nwhitelists;

	while (low + 1 < high) {
		size_t mid = low + (high - low) / 2;

		if (slice_cmp(m->whitelists[mid].name, name) <= 0)
			low = mid;
		else
			high = mid;
	}
	return (uint32_t)low;
}

static void convert_guards(struct making *k, struct mf_candidate *out, const struct offer *o)
{
	struct arena *a = &k->c->out->mem;

	out->dev = o->dev;
	out->has_from = o->has_from;
	out->from = o->from;
	out->has_window = o->has_window;
	out->start = o->start;
	out->end = o->end;
	out->has_until = o->has_until;
	out->until = o->until;
	out->has_above = o->has_above;
	out->above = o->above;
	out->has_percent = o->has_percent;
	out->thousandths = o->thousandths;
	out->has_limit = o->has_limit;
	out->limit = o->limit;
	out->nramp = o->nramp;
	out->ramp = ARENA_ARRAY(a, struct mf_ramp, o->nramp);
	for (size_t i = 0; i < o->nramp; i++)
		out->ramp[i] = (struct mf_ramp){ o->ramp[i].at, o->ramp[i].thousandths };
	out->nlists = o->nlists;
	out->lists = ARENA_ARRAY(a, uint32_t, o->nlists);
	for (size_t i = 0; i < o->nlists; i++)
		out->lists[i] = list_number(k->m, o->lists[i]->name);
	out->nunless = o->nunless;
	out->unless = ARENA_ARRAY(a, uint32_t *, o->nunless);
	out->unless_n = ARENA_ARRAY(a, size_t, o->nunless);
	for (size_t i = 0; i < o->nunless; i++) {
		out->unless[i] = rule_numbers(k, o->unless[i]);
		out->unless_n[i] = o->unless[i].n;
	}
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

/* The link through which iOS installs an enterprise release; the manifest that it leads to becomes an object. */
static int install_link(struct compile *c, struct strbuf *out, const struct upgrade *u)
{
	struct strbuf plist = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];
	int bad;

	itms_manifest(&plist, c->app, u);
	bad = plist.failed || compile_object(c, hash, ITMS_NAME, strbuf_slice(&plist)) ? -1 : 0;
	if (!bad)
		itms_link(out, c->app, hash);
	strbuf_release(&plist);
	return bad || out->failed ? -1 : 0;
}

static int answer_text(struct compile *c, struct strbuf *out, const struct offer *o)
{
	const struct release *r = o->release;
	struct strbuf link = STRBUF_INIT;
	int bad = 0;

	if (r->kind == KIND_UPGRADE && upgrade_of(r)->distribution == DIST_ENTERPRISE)
		bad = install_link(c, &link, upgrade_of(r));
	if (!bad)
		bad = answer_make(out, c->app, r, o->task, strbuf_slice(&link));
	strbuf_release(&link);
	return bad;
}

/* Single-slot kinds: an object of its own, loaded by whoever is offered it. Else it stands in the manifest. */
static int make_answer(struct making *k, struct mf_answer *out, const struct offer *o)
{
	struct strbuf sb = STRBUF_INIT;
	int bad = answer_text(k->c, &sb, o);

	*out = (struct mf_answer){ .version = o->release->version_text };
	if (!bad && kind_is_single(k->plan->kind)) {
		bad = compile_object(k->c, out->hash, "answer.json", strbuf_slice(&sb));
		out->length = (uint32_t)sb.n;
	} else if (!bad) {
		out->text = arena_copy(&k->c->out->mem, strbuf_slice(&sb));
	}
	strbuf_release(&sb);
	return bad;
}

/* Of one slot. Where answers have no hash, all tasks of a release have the same. */
static bool same_answer(const struct mf_answer *x, const struct mf_answer *y)
{
	return memcmp(x->hash, y->hash, SHA256_SIZE) == 0 && slice_eq(x->version, y->version);
}

/* The number of the release's and task's answer among the manifest's answers. */
static int answer_number(struct making *k, uint32_t *out, const struct offer *o)
{
	struct mf_answer answer;

	if (make_answer(k, &answer, o))
		return -1;
	for (*out = k->first_answer; *out < k->m->nanswers; ++*out)
		if (same_answer(&k->m->answers[*out], &answer))
			return 0;
	ARENA_PUSH(&k->c->out->mem, k->m->answers, k->m->nanswers, k->answers_cap, answer);
	return 0;
}

/* --- candidates --------------------------------------------------------------------------------------------------- */

static int convert_candidate(struct making *k, struct mf_candidate *out, const struct candidate *from)
{
	const struct offer *o = from->offer;

	convert_guards(k, out, o);
	out->rules = rule_numbers(k, from->rules);
	out->nrules = from->rules.n;
	if (o->value) {
		out->task = o->value->id;
		out->value = o->value->value;
		return 0;
	}
	out->task = o->task->id;
	return answer_number(k, &out->answer, o);
}

int manifest_make(struct manifest *out, struct compile *c, const struct plan *plan, const struct plan_manifest *from,
		  const struct manifest *shared)
{
	struct making k = { .c = c, .plan = plan, .m = out };

	memset(out, 0, sizeof(*out));
	if (shared) {
		out->whitelists = shared->whitelists;
		out->nwhitelists = shared->nwhitelists;
	} else if (manifest_lists(&out->whitelists, &out->nwhitelists, c, from, 1)) {
		return -1;
	}
	k.number_of = ARENA_ARRAY(&c->scratch, uint32_t, plan->offers.rules.n);
	out->slots = ARENA_ARRAY(&c->out->mem, struct mf_slot, from->nslots);
	out->nslots = from->nslots;
	for (size_t i = 0; i < from->nslots; i++) {
		struct mf_slot *slot = &out->slots[i];

		k.first_answer = (uint32_t)out->nanswers;
		slot->name = from->slots[i].name;
		slot->n = from->slots[i].n;
		slot->v = ARENA_ARRAY(&c->out->mem, struct mf_candidate, slot->n);
		for (size_t j = 0; j < slot->n; j++)
			if (convert_candidate(&k, &slot->v[j], &from->slots[i].v[j]))
				return -1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct mf_whitelist *)a)->name, ((const struct mf_whitelist *)b)->name);
}

struct lists {
	struct mf_whitelist *v;
	size_t n, cap;
	struct map seen; /* by name */
};

static int describe_list(struct mf_whitelist *out, const struct compile *c, const struct whitelist *list)
{
	const struct whitelist_filter *f;

	*out = (struct mf_whitelist){ .name = list->name, .id_type = list->id_type };
	if (list->is_regex) {
		out->patterns = list->patterns;
		out->npatterns = list->npatterns;
		return 0;
	}
	f = whitelists_find(c->filters, c->nfilters, list);
	if (!f)
		return -1;
	memcpy(out->root, f->root, SHA256_SIZE);
	memcpy(out->file, f->file, SHA256_SIZE);
	out->ids = f->ids;
	out->pages = f->plan.pages;
	out->probes = f->plan.probes;
	return 0;
}

/* Adds what an offer names and is not there yet. */
static int push_lists(struct lists *out, struct compile *c, const struct offer *o)
{
	for (size_t i = 0; i < o->nlists; i++) {
		struct mf_whitelist w;

		if (map_put(&out->seen, o->lists[i]->name, o->lists[i]))
			continue;
		if (describe_list(&w, c, o->lists[i]))
			return -1;
		ARENA_PUSH(&c->out->mem, out->v, out->n, out->cap, w);
	}
	return 0;
}

static int push_manifest(struct lists *out, struct compile *c, const struct plan_manifest *m)
{
	for (size_t i = 0; i < m->nslots; i++)
		for (size_t k = 0; k < m->slots[i].n; k++)
			if (push_lists(out, c, m->slots[i].v[k].offer))
				return -1;
	return 0;
}

int manifest_lists(struct mf_whitelist **out, size_t *n, struct compile *c, const struct plan_manifest *from,
		   size_t count)
{
	struct lists lists = { .seen = MAP_INIT };
	int bad = 0;

	for (size_t m = 0; m < count && !bad; m++)
		bad = push_manifest(&lists, c, &from[m]);
	map_release(&lists.seen);
	if (lists.n)
		qsort(lists.v, lists.n, sizeof(*lists.v), by_name);
	*out = lists.v;
	*n = lists.n;
	return bad;
}
