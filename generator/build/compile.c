#include "build/compile.h"

#include <stdlib.h>
#include <string.h>

#include "build/manifests.h"
#include "format/index.h"
#include "format/json.h"

int compile_object(struct compile *c, uint8_t hash[SHA256_SIZE], const char *name, struct slice bytes)
{
	struct compiled_object o = { .name = name, .bytes = arena_copy(&c->out->mem, bytes) };

	if (digest_sha256(c->digests, o.hash, bytes))
		return -1;
	memcpy(hash, o.hash, SHA256_SIZE);
	ARENA_PUSH(&c->out->mem, c->out->objects, c->out->nobjects, c->out->objects_cap, o);
	return 0;
}

static int manifest_object(struct compile *c, uint8_t hash[SHA256_SIZE], uint32_t *longest, const struct manifest *m,
			   enum kind kind, bool with_whitelists)
{
	struct strbuf sb = STRBUF_INIT;
	json_t *json = manifest_encode(m, kind, with_whitelists);
	int bad = json ? json_write(&sb, json, JSON_WIRE) : -1;

	json_decref(json);
	if (!bad)
		bad = compile_object(c, hash, "manifest.json", strbuf_slice(&sb));
	if (sb.n > *longest)
		*longest = (uint32_t)sb.n;
	strbuf_release(&sb);
	return bad;
}

static void convert_fold(struct compile *c, struct index_fold *out, const struct plan_fold *from)
{
	*out = (struct index_fold){
		.attribute = from->attribute,
		.type = from->type,
		.missing = from->missing,
		.other = from->other,
		.nvalues = from->nvalues,
		.ncuts = from->ncuts,
		.classes = from->classes,
		.states = from->states,
		.next = from->next,
	};
	out->values = ARENA_ARRAY(&c->scratch, struct index_value, from->nvalues);
	for (size_t i = 0; i < from->nvalues; i++)
		out->values[i] = (struct index_value){ from->values[i].text, from->values[i].class_ };
	out->cuts = ARENA_ARRAY(&c->scratch, struct index_cut, from->ncuts);
	for (size_t i = 0; i < from->ncuts; i++)
		out->cuts[i] = (struct index_cut){ from->cuts[i].bound, from->cuts[i].after, from->cuts[i].class_ };
}

static int fill_segments(struct compile *c, struct index *ix, const struct plan *plan)
{
	ix->nfolds = plan->nfolds;
	ix->folds = ARENA_ARRAY(&c->scratch, struct index_fold, plan->nfolds);
	for (size_t i = 0; i < plan->nfolds; i++)
		convert_fold(c, &ix->folds[i], &plan->folds[i]);
	ix->nsegments = plan->nmanifests;
	ix->segments = ARENA_ARRAY(&c->scratch, struct index_segment, plan->nmanifests);
	for (size_t i = 0; i < plan->nmanifests; i++) {
		struct manifest m;

		ix->segments[i].empty = plan->manifests[i].nslots == 0;
		if (!ix->segments[i].empty &&
		    (manifest_make(&m, c, plan, &plan->manifests[i], NULL) ||
		     manifest_object(c, ix->segments[i].hash, &ix->longest, &m, plan->kind, true)))
			return -1;
	}
	return 0;
}

static int fill_units(struct compile *c, struct index *ix, const struct plan *plan)
{
	struct manifest shared = { 0 };

	if (manifest_lists(&ix->whitelists, &ix->nwhitelists, c, plan->manifests, plan->nmanifests))
		return -1;
	shared.whitelists = ix->whitelists;
	shared.nwhitelists = ix->nwhitelists;
	ix->nunits = plan->nmanifests;
	ix->units = ARENA_ARRAY(&c->scratch, struct index_unit, plan->nmanifests);
	for (size_t i = 0; i < plan->nmanifests; i++) {
		struct manifest m;

		ix->units[i].bits = plan->manifests[i].bits;
		ix->units[i].prefix = plan->manifests[i].prefix;
		if (manifest_make(&m, c, plan, &plan->manifests[i], &shared) ||
		    manifest_object(c, ix->units[i].hash, &ix->longest, &m, plan->kind, false))
			return -1;
	}
	return 0;
}

static int by_attr(const void *a, const void *b)
{
	return slice_cmp(((const struct index_attr *)a)->name, ((const struct index_attr *)b)->name);
}

/* --- attributes --------------------------------------------------------------------------------------------------- */

/* Every attribute that a rule or a table of the index names; those of dropped offers only would be dead weight. */
static void fill_attrs(struct compile *c, struct index *ix, const struct plan *plan)
{
	bool *used = ARENA_ARRAY(&c->scratch, bool, plan->offers.rules.nattrs + 1);

	for (size_t i = 0; i < plan->offers.n; i++) {
		const struct offer *o = &plan->offers.v[i];

		if (o->fate != OFFER_LIVE)
			continue;
		for (size_t k = 0; k < o->rules.n; k++)
			used[plan->offers.rules.v[o->rules.v[k]].attr] = true;
		for (size_t u = 0; u < o->nunless; u++) {
			for (size_t k = 0; k < o->unless[u].n; k++)
				used[plan->offers.rules.v[o->unless[u].v[k]].attr] = true;
		}
	}
	ix->attrs = ARENA_ARRAY(&c->scratch, struct index_attr, plan->offers.rules.nattrs);
	for (size_t i = 0; i < plan->offers.rules.nattrs; i++) {
		const struct attribute *a = plan->offers.rules.attrs[i];

		if (used[i])
			ix->attrs[ix->nattrs++] = (struct index_attr){ a->name, true, a->type };
	}
	if (ix->nattrs)
		qsort(ix->attrs, ix->nattrs, sizeof(*ix->attrs), by_attr);
}

/* --- the keys by which devices ask for hotpatches ----------------------------------------------------------------- */

static bool has_version_key(const struct app *app, enum platform p)
{
	for (size_t i = 0; i < app->nhotpatches; i++)
		if (app->hotpatches[i].platform == p && app->hotpatches[i].version_key.n)
			return true;
	return false;
}

/* Also those of releases for which nothing is out: a device so tells "nothing" from a key that is not known. */
static void fill_version_keys(struct compile *c, struct index *ix)
{
	const struct app *app = c->app;
	size_t n = 0;

	ix->version_keys = ARENA_ARRAY(&c->scratch, struct slice, app->nhotpatches);
	for (size_t i = 0; i < app->nhotpatches; i++)
		if (app->hotpatches[i].platform == ix->platform && app->hotpatches[i].version_key.n)
			ix->version_keys[n++] = app->hotpatches[i].version_key;
	if (n)
		qsort(ix->version_keys, n, sizeof(*ix->version_keys), slice_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !slice_eq(ix->version_keys[i], ix->version_keys[ix->nversion_keys - 1]))
			ix->version_keys[ix->nversion_keys++] = ix->version_keys[i];
}

/* --- an index ----------------------------------------------------------------------------------------------------- */

static int index_bytes(struct compile *c, struct compiled_index *out, const struct index *ix)
{
	struct strbuf sb = STRBUF_INIT;
	int bad = index_encode(&sb, ix);

	if (!bad)
		bad = digest_sha256(c->digests, out->hash, strbuf_slice(&sb));
	out->bytes = arena_copy(&c->out->mem, strbuf_slice(&sb));
	strbuf_release(&sb);
	return bad;
}

static int check_size(struct compile *c, const struct plan *plan, size_t index, size_t longest)
{
	size_t larger = index > longest ? index : longest;

	if (larger <= OBJECT_SIZE_MAX)
		return 0;
	c->out->why =
		arena_printf(
			&c->out->mem,
			"the %s of %s %s takes %zu bytes; devices read at most %u: shorten its rules, or end tasks",
			index == larger ? "index" : "longest manifest", platform_name(plan->platform),
			kind_name(plan->kind), larger, OBJECT_SIZE_MAX)
			.p;
	return -1;
}

/* `inlined` is room for a manifest that stands in the index. */
static int fill_shape(struct compile *c, struct index *ix, const struct plan *plan, struct manifest *inlined)
{
	switch (plan->shape) {
	case PLAN_NOTHING:
		return 0;
	case PLAN_SEGMENTS:
		return fill_segments(c, ix, plan);
	case PLAN_UNITS:
		return fill_units(c, ix, plan);
	case PLAN_INLINE:
		break;
	}
	ix->inline_manifest = inlined;
	return manifest_make(inlined, c, plan, &plan->manifests[0], NULL);
}

static int compile_index(struct compile *c, struct compiled_index *out)
{
	const struct plan *plan = &out->plan;
	struct manifest inlined;
	struct index ix = {
		.app = c->app->app_code,
		.platform = plan->platform,
		.kind = plan->kind,
		.bases = c->app->bases,
		.nbases = c->app->nbases,
	};

	fill_attrs(c, &ix, plan);
	if (plan->kind == KIND_HOTPATCH)
		fill_version_keys(c, &ix);
	if (fill_shape(c, &ix, plan, &inlined))
		return -1;
	return index_bytes(c, out, &ix) || check_size(c, plan, out->bytes.n, ix.longest) ? -1 : 0;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(((const struct compiled_object *)a)->hash, ((const struct compiled_object *)b)->hash,
		      SHA256_SIZE);
}

static void sort_objects(struct compiled *c)
{
	size_t kept = 0;

	if (c->nobjects)
		qsort(c->objects, c->nobjects, sizeof(*c->objects), by_hash);
	for (size_t i = 0; i < c->nobjects; i++) {
		if (!kept || by_hash(&c->objects[kept - 1], &c->objects[i]) != 0)
			c->objects[kept++] = c->objects[i];
	}
	c->nobjects = kept;
}

static bool offers_kind(const struct app *app, enum platform p, enum kind k)
{
	if (k == KIND_SWITCH)
		return app->nswitches > 0;
	for (size_t i = 0; i < app->nreleases[k]; i++) {
		if (app->releases[k][i]->platforms[p])
			return true;
	}
	return false;
}

/* An index without an offer says nothing that its absence does not say, unless devices ask by key. */
static bool is_written(const struct app *app, const struct plan *plan)
{
	return plan->shape != PLAN_NOTHING || (plan->kind == KIND_HOTPATCH && has_version_key(app, plan->platform));
}

int compile_plans(struct compiled *out, const struct app *app, int64_t commit_time, struct digests *digests)
{
	struct arena scratch = ARENA_INIT;
	int bad = 0;

	memset(out, 0, sizeof(*out));
	for (int p = 0; p < PLATFORM_COUNT; p++) {
		for (int k = 0; k < KIND_COUNT && !bad; k++) {
			struct plan *plan = &out->v[out->n].plan;

			if (!offers_kind(app, (enum platform)p, (enum kind)k))
				continue;
			bad = plan_make(plan, &out->mem, &scratch, app, (enum platform)p, (enum kind)k, commit_time,
					digests);
			arena_reset(&scratch);
			if (!bad && is_written(app, plan))
				out->n++;
		}
	}
	arena_release(&scratch);
	return bad;
}

int compile_indexes(struct compiled *out, const struct app *app, int64_t commit_time,
		    const struct whitelist_filter *filters, size_t nfilters, struct digests *digests)
{
	struct compile c = { out, ARENA_INIT, digests, app, commit_time, filters, nfilters };
	int bad = 0;

	for (size_t i = 0; i < out->n && !bad; i++) {
		bad = compile_index(&c, &out->v[i]);
		arena_reset(&c.scratch);
	}
	arena_release(&c.scratch);
	sort_objects(out);
	return bad;
}

int compile_app(struct compiled *out, const struct app *app, int64_t commit_time,
		const struct whitelist_filter *filters, size_t nfilters, struct digests *digests)
{
	return compile_plans(out, app, commit_time, digests) ||
			       compile_indexes(out, app, commit_time, filters, nfilters, digests)
		       ? -1
		       : 0;
}

void compiled_release(struct compiled *c)
{
	arena_release(&c->mem);
	memset(c, 0, sizeof(*c));
}
