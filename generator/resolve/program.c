#include "resolve/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/kinds.h"
#include "format/json.h"
#include "format/paths.h"
#include "resolve/cache.h"

void program_free(struct program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->ntables; i++)
		table_release(&p->tables[i]);
	free(p->entries);
	arena_release(&p->mem);
	free(p);
}

/* --- the index ----------------------------------------------------------------------------------------------------------- */

static enum mdr_code check_index(const struct index *ix, struct slice app, enum platform platform, enum kind kind,
				 const char *path, struct mdr_error *err)
{
	if (!slice_eq(ix->app, app)) {
		return fail(err, MDR_REFUSED, "%s: is of app \"" SLICE_FMT "\", not of \"" SLICE_FMT "\"", path,
			    SLICE_ARG(ix->app), SLICE_ARG(app));
	}
	if (ix->platform != platform || ix->kind != kind) {
		return fail(err, MDR_REFUSED, "%s: is the index of %s-%s", path, platform_name(ix->platform),
			    kind_name(ix->kind));
	}
	return MDR_OK;
}

static int bind_attributes(struct program *p, struct names *names)
{
	uint32_t *numbers = arena_try(&p->mem, p->index.nattrs, sizeof(*numbers));

	if (!numbers)
		return -1;
	for (size_t i = 0; i < p->index.nattrs; i++) {
		numbers[i] = names_add(names, p->index.attrs[i].name);
		if (numbers[i] == NAME_NONE)
			return -1;
	}
	p->types = (struct element_types){ &p->index, numbers };
	return 0;
}

static int make_tables(struct program *p)
{
	const struct index *ix = &p->index;
	size_t n = ix->inline_manifest ? 1 : ix->nsegments + ix->nunits;

	p->shared.whitelists = ix->whitelists;
	p->shared.nwhitelists = ix->nwhitelists;
	p->tables = arena_try(&p->mem, n, sizeof(*p->tables));
	p->expressions = arena_try(&p->mem, ix->nwhitelists, sizeof(*p->expressions));
	if (!p->tables || !p->expressions)
		return -1;
	p->ntables = n;
	if (!ix->inline_manifest)
		return 0;
	p->tables[0].mem.limit = p->limit;
	return table_compile(&p->tables[0], ix->inline_manifest, &p->types, NULL);
}

static enum mdr_code build(struct program *p, struct slice bytes, struct names *names, struct slice app,
			   enum platform platform, enum kind kind, const char *path, struct mdr_error *err)
{
	const char *why = "";
	enum mdr_code code;

	p->mem.limit = p->limit;
	if (index_decode(&p->index, &p->mem, bytes, &why))
		return fail(err, MDR_REFUSED, "%s: %s", path, why);
	code = check_index(&p->index, app, platform, kind, path, err);
	if (!code && (bind_attributes(p, names) || make_tables(p)))
		code = fail_memory(err);
	return code;
}

static enum mdr_code check_length(uint64_t length, const struct mdr_limits *limits, const char *path,
				  struct mdr_error *err)
{
	if (length > limits->object)
		return fail(err, MDR_MEMORY, "%s: is longer than the limit for one object", path);
	return MDR_OK;
}

/* A new program of the index that `target` describes. */
static enum mdr_code load_program(struct program **out, struct names *names, const struct fetcher *f,
				  const struct mdr_limits *limits, struct slice app, const struct tuf_target *target,
				  enum platform platform, enum kind kind, struct mdr_error *err)
{
	struct strbuf path = STRBUF_INIT, bytes = STRBUF_INIT;
	struct program *made = calloc(1, sizeof(*made));
	enum mdr_code code;

	path_target_file(&path, target->path, target->hash);
	if (path.failed || !made) {
		strbuf_release(&path);
		free(made);
		return fail_memory(err);
	}
	memcpy(made->hash, target->hash, SHA256_SIZE);
	made->limit = (size_t)limits->memory;
	code = check_length(target->length, limits, path.p, err);
	if (!code)
		code = cache_read(&bytes, f, path.p, target->length, true, target->hash, err);
	if (!code)
		code = build(made, strbuf_slice(&bytes), names, app, platform, kind, path.p, err);
	if (code) {
		program_free(made);
	} else {
		cache_done(f, target->hash, &bytes);
		*out = made;
	}
	strbuf_release(&path);
	strbuf_release(&bytes);
	return code;
}

enum mdr_code program_update(struct program **p, struct names *names, const struct fetcher *f,
			     const struct mdr_limits *limits, struct slice app, const struct tuf_targets *targets,
			     enum platform platform, enum kind kind, struct mdr_error *err)
{
	struct strbuf path = STRBUF_INIT;
	const struct tuf_target *target;
	struct program *made = NULL;
	enum mdr_code code;

	path_index_target(&path, platform, kind);
	if (path.failed)
		return fail_memory(err);
	target = tuf_target_find(targets, strbuf_slice(&path));
	strbuf_release(&path);
	if (target && *p && memcmp((*p)->hash, target->hash, SHA256_SIZE) == 0)
		return MDR_OK;
	if (target) {
		code = load_program(&made, names, f, limits, app, target, platform, kind, err);
		if (code)
			return code;
	}
	program_free(*p);
	*p = made;
	return MDR_OK;
}

/* --- manifests ----------------------------------------------------------------------------------------------------------- */

static size_t bytes_used(const struct program *p)
{
	size_t used = p->mem.used;

	for (size_t i = 0; i < p->ntables; i++)
		used += p->tables[i].mem.used;
	return used;
}

/* `unit` NULL: the manifest of a segment. */
static enum mdr_code load_table(struct table *t, const struct program *p, const struct index_unit *unit,
				struct digests *digests, struct slice bytes, const char *path, struct mdr_error *err)
{
	struct manifest *m = arena_try(&t->mem, 1, sizeof(*m));
	const char *why = "";
	json_t *json = NULL;
	int bad;

	if (!m)
		return fail_memory(err);
	bad = json_parse_wire(&json, bytes, bytes.n, &why);
	if (!bad)
		bad = manifest_decode(m, &t->mem, json, p->index.kind, unit ? &p->shared : NULL, &why);
	if (!bad && unit)
		bad = index_unit_check(unit, m, digests, &why);
	json_decref(json);
	if (bad)
		return fail(err, MDR_REFUSED, "%s: %s", path, why);
	return table_compile(t, m, &p->types, unit ? p->expressions : NULL) ? fail_memory(err) : MDR_OK;
}

/* The table of a segment or unit. */
static enum mdr_code need_table(struct program *p, size_t number, const struct fetcher *f,
				const struct mdr_limits *limits, struct mdr_error *err)
{
	const struct index_unit *unit = p->index.nunits ? &p->index.units[number] : NULL;
	const uint8_t *hash = unit ? unit->hash : p->index.segments[number].hash;
	struct table made = { .mem = ARENA_INIT };
	struct strbuf path = STRBUF_INIT, bytes = STRBUF_INIT;
	size_t used = bytes_used(p);
	enum mdr_code code;

	if (p->tables[number].manifest)
		return MDR_OK;
	path_object(&path, hash, "manifest.json");
	made.mem.limit = used < p->limit ? p->limit - used : 1;
	code = path.failed ? fail_memory(err) : check_length(p->index.longest, limits, path.p, err);
	if (!code) /* a manifest's own length is not in the index */
		code = cache_read(&bytes, f, path.p, p->index.longest, false, hash, err);
	if (!code)
		code = load_table(&made, p, unit, f->digests, strbuf_slice(&bytes), path.p, err);
	if (code) {
		table_release(&made);
	} else {
		cache_done(f, hash, &bytes);
		p->tables[number] = made;
	}
	strbuf_release(&path);
	strbuf_release(&bytes);
	return code;
}

static void use_answers(const struct table *t, struct cache *o)
{
	for (size_t i = 0; i < t->nslots; i++) {
		for (size_t j = 0; j < t->slots[i].n; j++) {
			const struct choice *c = &t->slots[i].v[j];

			if (c->text.n)
				cache_use(o, t->manifest->answers[c->mf->answer].hash);
		}
	}
}

void program_use(const struct program *p, struct cache *o)
{
	const struct index *ix = &p->index;

	cache_use(o, p->hash);
	for (size_t i = 0; i < p->ntables; i++) {
		if (!p->tables[i].manifest)
			continue;
		if (!ix->inline_manifest)
			cache_use(o, ix->nunits ? ix->units[i].hash : ix->segments[i].hash);
		if (ix->kind == KIND_UPGRADE || ix->kind == KIND_HOTPATCH)
			use_answers(&p->tables[i], o);
	}
}

enum mdr_code program_table(struct table **out, struct program *p, const struct fetcher *f,
			    const struct mdr_limits *limits, uint32_t segment, struct mdr_error *err)
{
	const struct index *ix = &p->index;
	enum mdr_code code = MDR_OK;

	*out = NULL;
	if (!ix->inline_manifest) {
		if (segment >= ix->nsegments || ix->segments[segment].empty)
			return MDR_OK;
		code = need_table(p, segment, f, limits, err);
	}
	if (!code)
		*out = &p->tables[segment];
	return code;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return slice_cmp(x->slot->name, y->slot->name);
}

static int make_entries(struct program *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->ntables; i++)
		n += p->tables[i].nslots;
	p->entries = calloc(n ? n : 1, sizeof(*p->entries));
	if (!p->entries)
		return -1;
	for (size_t i = 0; i < p->ntables; i++) {
		for (size_t j = 0; j < p->tables[i].nslots; j++)
			p->entries[p->nentries++] = (struct entry){ &p->tables[i].slots[j], &p->tables[i] };
	}
	if (p->ntables > 1)
		qsort(p->entries, p->nentries, sizeof(*p->entries), compare_entries);
	return 0;
}

enum mdr_code program_all(struct program *p, const struct fetcher *f, const struct mdr_limits *limits,
			  struct mdr_error *err)
{
	if (p->entries)
		return MDR_OK;
	for (size_t i = 0; i < p->index.nunits; i++) {
		enum mdr_code code = need_table(p, i, f, limits, err);

		if (code)
			return code;
	}
	return make_entries(p) ? fail_memory(err) : MDR_OK;
}

enum mdr_code program_slot(struct entry *out, struct program *p, const struct fetcher *f,
			   const struct mdr_limits *limits, struct slice name, struct mdr_error *err)
{
	const struct index *ix = &p->index;
	const struct index_unit *unit;
	uint8_t hash[SHA256_SIZE];
	enum mdr_code code = MDR_OK;
	size_t number = 0;

	*out = (struct entry){ NULL, NULL };
	if (!ix->inline_manifest) {
		if (digest_sha256(f->digests, hash, name))
			return fail_memory(err);
		unit = index_unit_of(ix, hash);
		if (!unit)
			return MDR_OK;
		number = (size_t)(unit - ix->units);
		code = need_table(p, number, f, limits, err);
	}
	if (!code)
		*out = (struct entry){ table_slot(&p->tables[number], name), &p->tables[number] };
	return code;
}
