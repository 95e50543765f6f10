#include "resolve/table.h"

#include <string.h>

#include "resolve/jsontext.h"

static const struct index_attr *find_attr(const struct index *ix, struct slice name)
{
	size_t low = 0, high = ix->nattrs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_cmp(ix->attrs[middle].name, name);
		if (order == 0)
			return &ix->attrs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int compile_rules(struct table *t, const struct element_types *types)
{
	const struct manifest *m = t->manifest;

	t->rules = arena_try(&t->mem, m->nrules, sizeof(*t->rules));
	t->verdicts = arena_try(&t->mem, m->nrules, sizeof(*t->verdicts));
	if (!t->rules || !t->verdicts)
		return -1;
	for (size_t i = 0; i < m->nrules; i++) {
		const struct index_attr *attr = find_attr(types->index, m->rules[i].element);
		const enum attr_type *type = attr && attr->known ? &attr->type : NULL;
		uint32_t number = attr ? types->attributes[attr - types->index->attrs] : NAME_NONE;

		if (rule_compile(&t->rules[i], &t->mem, &m->rules[i], type, number))
			return -1;
	}
	return 0;
}

/* appCode "/" kind "/" slot "/" [release version "/"] task, and a zero byte. */
static int make_salt(struct table *t, struct choice *c, const struct index *ix, struct slice slot)
{
	struct strbuf salt = STRBUF_INIT;
	bool ok;

	strbuf_addslice(&salt, ix->app);
	strbuf_addch(&salt, '/');
	strbuf_adds(&salt, kind_name(ix->kind));
	strbuf_addch(&salt, '/');
	strbuf_addslice(&salt, slot);
	strbuf_addch(&salt, '/');
	if (ix->kind != KIND_SWITCH) {
		strbuf_addslice(&salt, t->manifest->answers[c->mf->answer].version);
		strbuf_addch(&salt, '/');
	}
	strbuf_addslice(&salt, c->mf->task);
	strbuf_addch(&salt, '\0');
	ok = !salt.failed && arena_try_copy(&c->salt, &t->mem, strbuf_slice(&salt));
	strbuf_release(&salt);
	return ok ? 0 : -1;
}

/* `"KEY":"value"`: a switch's answer needs nothing but itself. */
static int make_member(struct table *t, struct choice *c, struct slice key)
{
	struct strbuf text = STRBUF_INIT;
	bool ok;

	jsontext_string(&text, key);
	strbuf_addch(&text, ':');
	jsontext_string(&text, c->mf->value);
	ok = !text.failed && arena_try_copy(&c->text, &t->mem, strbuf_slice(&text));
	strbuf_release(&text);
	return ok ? 0 : -1;
}

static int compile_choice(struct table *t, struct choice *c, const struct mf_candidate *mf, const struct index *ix,
			  struct slice slot)
{
	bool share = mf->has_percent || mf->has_limit || mf->nramp > 0;

	c->mf = mf;
	c->plain = !share && !mf->dev && !mf->has_from && !mf->has_until && !mf->has_window && !mf->has_above &&
		   !mf->nlists && !mf->nrules && !mf->nunless;
	if (mf->has_percent)
		c->percent = bound_of_percent(mf->thousandths);
	if (share && make_salt(t, c, ix, slot))
		return -1;
	return ix->kind == KIND_SWITCH ? make_member(t, c, slot) : 0;
}

int table_compile(struct table *t, const struct manifest *m, const struct element_types *types,
		  struct expressions *expressions)
{
	t->manifest = m;
	t->expressions = expressions ? expressions : arena_try(&t->mem, m->nwhitelists, sizeof(*expressions));
	if (!t->expressions)
		return -1;
	t->slots = arena_try(&t->mem, m->nslots, sizeof(*t->slots));
	if (!t->slots || compile_rules(t, types))
		return -1;
	t->nslots = m->nslots;
	for (size_t i = 0; i < m->nslots; i++) {
		struct slot *s = &t->slots[i];

		s->name = m->slots[i].name;
		s->n = m->slots[i].n;
		s->v = arena_try(&t->mem, s->n, sizeof(*s->v));
		if (!s->v)
			return -1;
		for (size_t j = 0; j < s->n; j++) {
			if (compile_choice(t, &s->v[j], &m->slots[i].v[j], types->index, s->name))
				return -1;
		}
	}
	return 0;
}

void table_release(struct table *t)
{
	arena_release(&t->mem);
	*t = (struct table){ .mem = ARENA_INIT };
}

const struct slot *table_slot(const struct table *t, struct slice name)
{
	size_t low = 0, high = t->nslots;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_cmp(t->slots[middle].name, name);
		if (order == 0)
			return &t->slots[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool table_rule(struct table *t, uint32_t rule, struct value *values, uint64_t number)
{
	uint64_t verdict = t->verdicts[rule];

	if (verdict >> 1 != number) {
		verdict = number << 1 | (rule_holds(&t->rules[rule], values) ? 1 : 0);
		t->verdicts[rule] = verdict;
	}
	return verdict & 1;
}
