#include "resolve/explain.h"

#include <inttypes.h>

#include "base/instant.h"
#include "resolve/jsontext.h"
#include "resolve/words.h"

static void add_text(struct strbuf *out, struct strbuf *text)
{
	out->failed = out->failed || text->failed;
	jsontext_string(out, strbuf_slice(text));
	strbuf_release(text);
}

/* {"task":…,"verdict":…} with "version" for releases; of switches "id" instead of "task". */
static void add_candidate(struct strbuf *out, struct question *q, struct table *t, const struct choice *c, bool release,
			  bool *chosen)
{
	struct strbuf verdict = STRBUF_INIT;
	struct refusal why = { .guard = GUARD_NONE };

	if (*chosen) {
		strbuf_adds(&verdict, "not reached");
	} else if (guard_holds(q, t, c, &why)) {
		*chosen = true;
		strbuf_adds(&verdict, "chosen");
	} else {
		words_refusal(&verdict, q, t, c, &why);
	}
	strbuf_adds(out, release ? "{\"task\":" : "{\"id\":");
	jsontext_string(out, c->mf->task);
	strbuf_adds(out, ",\"verdict\":");
	add_text(out, &verdict);
	if (release) {
		strbuf_adds(out, ",\"version\":");
		jsontext_string(out, t->manifest->answers[c->mf->answer].version);
	}
	strbuf_addch(out, '}');
}

/* Whether one was chosen. */
static bool add_candidates(struct strbuf *out, struct question *q, struct table *t, const struct slot *slot,
			   bool release)
{
	bool chosen = false;

	strbuf_addch(out, '[');
	for (size_t i = 0; slot && i < slot->n; i++) {
		if (i)
			strbuf_addch(out, ',');
		add_candidate(out, q, t, &slot->v[i], release, &chosen);
	}
	strbuf_addch(out, ']');
	return chosen;
}

/* "name":{"class":n,"value":…}; the tables of an index stand in the planner's order, here they go by name. */
static void add_fold(struct strbuf *out, const struct question *q, const struct index_fold *f)
{
	uint32_t number = names_find(&q->client->names, f->attribute);
	const struct value *v = number == NAME_NONE ? NULL : &q->client->values[number];
	bool present = v && v->present;

	jsontext_string(out, f->attribute);
	strbuf_addf(out, ":{\"class\":%" PRIu32 ",\"value\":", index_class(f, present ? &v->raw : NULL));
	if (present)
		jsontext_string(out, v->raw);
	else
		strbuf_adds(out, "null");
	strbuf_addch(out, '}');
}

/* The fold that follows `after` by name; NULL: none. Few folds: no need to sort them. */
static const struct index_fold *next_fold(const struct index *ix, const struct index_fold *after)
{
	const struct index_fold *best = NULL;

	for (size_t i = 0; i < ix->nfolds; i++) {
		const struct index_fold *f = &ix->folds[i];

		if (after && slice_cmp(f->attribute, after->attribute) <= 0)
			continue;
		if (!best || slice_cmp(f->attribute, best->attribute) < 0)
			best = f;
	}
	return best;
}

void explain_single(struct strbuf *out, struct question *q, const struct program *p, uint32_t segment, struct table *t,
		    const struct slot *slot)
{
	const struct index *ix = &p->index;
	const struct index_fold *first = next_fold(ix, NULL);
	struct slice key;

	strbuf_addch(out, '{');
	if (first) {
		strbuf_adds(out, "\"attributes\":{");
		for (const struct index_fold *f = first; f; f = next_fold(ix, f)) {
			if (f != first)
				strbuf_addch(out, ',');
			add_fold(out, q, f);
		}
		strbuf_adds(out, "},");
	}
	strbuf_adds(out, "\"candidates\":");
	(void)add_candidates(out, q, t, slot, true);
	if (first)
		strbuf_addf(out, ",\"segment\":%" PRIu32, segment);
	if (ix->nversion_keys && question_id(q, NAME_VERSION_KEY, &key))
		strbuf_addf(out, ",\"versionKey\":\"%s\"", index_knows_key(ix, key) ? "known" : "unknown");
	strbuf_addch(out, '}');
}

void explain_quickfix(struct strbuf *out, struct question *q, const struct entry *e, struct slice name, bool given)
{
	bool chosen;

	strbuf_adds(out, "{\"candidates\":");
	chosen = add_candidates(out, q, e->table, e->slot, true);
	if (name.n == 0)
		strbuf_adds(out, ",\"reason\":\"the device lacks bundleName or versionCode\"");
	else if (chosen && !given)
		strbuf_adds(out, ",\"reason\":\"no module is for the device's deviceType and abi\"");
	if (name.n) {
		strbuf_adds(out, ",\"slot\":");
		jsontext_string(out, name);
	}
	strbuf_addch(out, '}');
}

void explain_many(struct strbuf *out, struct question *q, const struct program *p)
{
	strbuf_addch(out, '{');
	for (size_t i = 0; i < p->nentries; i++) {
		if (i)
			strbuf_addch(out, ',');
		jsontext_string(out, p->entries[i].slot->name);
		strbuf_addch(out, ':');
		(void)add_candidates(out, q, p->entries[i].table, p->entries[i].slot, p->index.kind != KIND_SWITCH);
	}
	strbuf_addch(out, '}');
}

void explain_nothing(struct strbuf *out, enum platform platform, enum kind kind)
{
	if (kind == KIND_H5 || kind == KIND_SWITCH) {
		strbuf_adds(out, "{}");
		return;
	}
	strbuf_addf(out, "{\"candidates\":[],\"reason\":\"nothing is offered: the tree has no index %s-%s\"}",
		    platform_name(platform), kind_name(kind));
}
