#include "emit/metadata.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "format/paths.h"

#define H16_DIGITS 16

struct loading {
	struct arena *a;
	struct digests *dg;
	struct diags *d;
	const struct metadata_terms *terms;
	const char *dir;
	struct metadata *out;
	size_t parts_cap, indexes_cap, objects_cap;
};

int metadata_read(struct slice *out, const char **path, struct arena *a, const char *dir, const char *rel,
		  uint64_t limit, struct diags *d)
{
	const char *name = arena_printf(a, "%s/%s", dir, rel).p;
	struct strbuf bytes = STRBUF_INIT;
	int result = file_read_optional(&bytes, name, limit, d);

	if (path)
		*path = name;
	if (!result)
		*out = arena_copy(a, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return result;
}

/* Reads metadata/[version.]role.json and holds it against what its referrer says of it (NULL: nothing does). */
static int read_part(struct tuf_part *out, const char **path, struct loading *l, const struct tuf_meta *meta,
		     struct slice role)
{
	uint8_t hash[SHA256_SIZE];
	struct strbuf rel = STRBUF_INIT;
	int result;

	path_metadata(&rel, meta ? meta->version : 0, arena_str(l->a, role));
	result =
		metadata_read(&out->bytes, path, l->a, l->dir, rel.p, meta ? TUF_TARGETS_MAX : TUF_TIMESTAMP_MAX, l->d);
	strbuf_release(&rel);
	if (result)
		return result < 0 ? -1 : diag_error(l->d, SRCPOS_FILE(*path), "this file of the metadata is missing");
	out->role = arena_copy(l->a, role);
	if (digest_sha256(l->dg, hash, out->bytes))
		return diag_environment(l->d, *path, "cannot hash");
	if (!meta) {
		memcpy(l->out->timestamp, hash, sizeof(hash));
		return 0;
	}
	if (out->bytes.n != meta->length || memcmp(hash, meta->hash, sizeof(hash)) != 0)
		return diag_error(l->d, SRCPOS_FILE(*path), "differs from what the metadata above it lists (%s)",
				  out->bytes.n != meta->length ? "length" : "SHA-256");
	out->version = out->highest = meta->version;
	return 0;
}

static int decode_part(struct tuf_part *part, const char *path, struct loading *l, enum tuf_type type)
{
	const char *why;
	struct tuf_file *f = ARENA_NEW(l->a, struct tuf_file);

	if (tuf_decode(f, l->a, l->dg, type, part->bytes, &why))
		return diag_error(l->d, SRCPOS_FILE(path), "%s", why);
	if (part->version && f->version != part->version)
		return diag_error(l->d, SRCPOS_FILE(path), "says that it is version %" PRIu64, f->version);
	if (!l->out->app.n)
		l->out->app = f->app;
	if (!slice_eq(f->app, l->out->app))
		return diag_error(l->d, SRCPOS_FILE(path), "belongs to the app " SLICE_FMT ", not to " SLICE_FMT,
				  SLICE_ARG(f->app), SLICE_ARG(l->out->app));
	part->version = part->highest = f->version;
	part->file = f;
	return 0;
}

/* The newest root that is satisfied with the file's signatures, and which of them count; NULL: none is. */
static const struct tuf_file *root_of(const struct loading *l, const struct tuf_file *f, uint64_t *good)
{
	const struct tuf_chain *chain = l->terms->chain;
	size_t oldest = l->terms->replaced ? 0 : chain->n - 1;

	for (size_t i = chain->n; i-- > oldest;) {
		*good = 0;
		if (tuf_signed_by_role(f, &chain->v[i], good))
			return &chain->v[i];
	}
	return NULL;
}

static int load_part(struct tuf_part *part, struct loading *l, enum tuf_type type, const struct tuf_meta *meta,
		     struct slice role, const struct tuf_targets *delegator, const struct tuf_delegation *delegation)
{
	uint64_t good = 0;
	const char *path;
	bool trusted;

	*part = (struct tuf_part){ .version = 0 };
	if (read_part(part, &path, l, meta, role) || decode_part(part, path, l, type))
		return -1;
	assert(part->file);
	if (delegation) {
		trusted = tuf_signed_by_delegation(part->file, delegator, delegation, &good);
	} else {
		l->out->signed_by[type] = root_of(l, part->file, &good);
		trusted = l->out->signed_by[type] != NULL;
	}
	if (!trusted)
		return diag_error(l->d, SRCPOS_FILE(path), "is not signed by the keys of its role");
	if (!l->terms->replaced && !envelope_all(&part->file->signatures, good))
		return diag_error(l->d, SRCPOS_FILE(path),
				  "has a signature that is not by a key of its role, or does not hold");
	ARENA_PUSH(l->a, l->out->parts.v, l->out->parts.n, l->parts_cap, *part);
	return 0;
}

/* "o/<h16>/<name>" with the head of the target's own hash. */
static bool is_object(const struct tuf_target *t)
{
	char hex[SHA256_HEX];

	digest_hex(hex, t->hash, SHA256_SIZE);
	return slice_starts(t->path, "o/") &&
	       slice_eq(slice_sub(t->path, 2, H16_DIGITS), (struct slice){ hex, H16_DIGITS }) &&
	       t->path.n > 3 + H16_DIGITS && t->path.p[2 + H16_DIGITS] == '/' &&
	       slice_rfind(t->path, '/') == 2 + H16_DIGITS;
}

static bool covered(const struct tuf_delegation *d, struct slice path)
{
	for (size_t i = 0; i < d->npaths; i++) {
		if (tuf_path_matches(d->paths[i], path))
			return true;
	}
	return false;
}

static int load_objects(struct loading *l, const struct tuf_file *targets, const struct tuf_metas *metas)
{
	for (size_t i = 0; i < targets->targets.ndelegations; i++) {
		const struct tuf_delegation *d = &targets->targets.delegations[i];
		const struct tuf_meta *meta = tuf_meta_find(metas, d->name);
		struct tuf_part part;

		if (!meta)
			return diag_error(l->d, SRCPOS_FILE(l->dir), "the snapshot does not list the role " SLICE_FMT,
					  SLICE_ARG(d->name));
		if (load_part(&part, l, TUF_TARGETS, meta, d->name, &targets->targets, d))
			return -1;
		for (size_t k = 0; k < part.file->targets.n; k++) {
			struct tuf_target *t = &part.file->targets.v[k];

			if (!is_object(t) || !covered(d, t->path))
				return diag_error(l->d, SRCPOS_FILE(l->dir),
						  "the role " SLICE_FMT " lists " SLICE_FMT
						  ", which is not its to list",
						  SLICE_ARG(d->name), SLICE_ARG(t->path));
			ARENA_PUSH(l->a, l->out->objects, l->out->nobjects, l->objects_cap, *t);
		}
	}
	return 0;
}

static int load_indexes(struct loading *l, const struct tuf_file *targets)
{
	for (size_t i = 0; i < targets->targets.n; i++) {
		const struct tuf_target *t = &targets->targets.v[i];

		if (!slice_starts(t->path, "index/"))
			return diag_error(l->d, SRCPOS_FILE(l->dir),
					  "targets.json lists " SLICE_FMT ", which is no index", SLICE_ARG(t->path));
		ARENA_PUSH(l->a, l->out->indexes, l->out->nindexes, l->indexes_cap, *t);
	}
	return 0;
}

/* Roles that nothing delegates to any more: their last file stays, and counts for its bytes only. */
static int load_retired(struct loading *l, const struct tuf_metas *metas)
{
	for (size_t i = 0; i < metas->n; i++) {
		struct tuf_part part = { .version = 0 };
		const char *path;
		bool known = false;

		for (size_t k = 0; k < l->out->parts.n && !known; k++)
			known = slice_eq(l->out->parts.v[k].role, metas->v[i].role);
		if (known)
			continue;
		if (read_part(&part, &path, l, &metas->v[i], metas->v[i].role))
			return -1;
		ARENA_PUSH(l->a, l->out->parts.v, l->out->parts.n, l->parts_cap, part);
	}
	return 0;
}

static int target_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_target *)a)->path, ((const struct tuf_target *)b)->path);
}

static int part_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_part *)a)->role, ((const struct tuf_part *)b)->role);
}

static int load(struct loading *l)
{
	struct tuf_part timestamp, snapshot, targets;
	const struct tuf_metas *metas;

	if (load_part(&timestamp, l, TUF_TIMESTAMP, NULL, SLICE("timestamp"), NULL, NULL) ||
	    load_part(&snapshot, l, TUF_SNAPSHOT, &timestamp.file->metas.v[0], SLICE("snapshot"), NULL, NULL))
		return -1;
	metas = &snapshot.file->metas;
	if (!tuf_meta_find(metas, SLICE("targets")))
		return diag_error(l->d, SRCPOS_FILE(l->dir), "the snapshot does not list targets.json");
	if (load_part(&targets, l, TUF_TARGETS, tuf_meta_find(metas, SLICE("targets")), SLICE("targets"), NULL, NULL))
		return -1;
	return load_indexes(l, targets.file) || load_objects(l, targets.file, metas) || load_retired(l, metas) ? -1 : 0;
}

int metadata_load(struct metadata *out, struct arena *a, struct digests *dg, const struct metadata_terms *terms,
		  struct diags *d)
{
	struct loading l = { .a = a, .dg = dg, .d = d, .terms = terms, .dir = terms->dir, .out = out };
	int result;

	*out = (struct metadata){ .app = terms->app };
	result = load(&l);
	if (out->nobjects)
		qsort(out->objects, out->nobjects, sizeof(*out->objects), target_cmp);
	if (out->parts.n)
		qsort(out->parts.v, out->parts.n, sizeof(*out->parts.v), part_cmp);
	return result;
}

/* --- roots -------------------------------------------------------------------------------------------------------------- */
static const char *root_path(struct arena *a, const char *dir, uint64_t version)
{
	return arena_printf(a, "%s/metadata/%" PRIu64 ".root.json", dir, version).p;
}

static int read_roots(struct slice *roots, size_t *n, struct arena *a, const char *dir, struct diags *d)
{
	struct strbuf rel = STRBUF_INIT;
	int result = 0;

	while (*n < TUF_ROOTS_MAX && !result) {
		strbuf_reset(&rel);
		path_metadata(&rel, *n + 1, "root");
		result = metadata_read(&roots[*n], NULL, a, dir, rel.p, TUF_ROOT_MAX, d);
		*n += !result;
	}
	strbuf_release(&rel);
	return result < 0 ? -1 : 0;
}

static int check_trusted(const struct tuf_chain *chain, struct arena *a, const char *dir, const struct slice *trusted,
			 uint64_t version, const char *name, struct diags *d)
{
	if (version > chain->n)
		return diag_error(d, SRCPOS_FILE(dir), "the tree's roots end at version %zu, %s is version %" PRIu64,
				  chain->n, name, version);
	if (!slice_eq(chain->bytes[version - 1], *trusted))
		return diag_error(d, SRCPOS_FILE(root_path(a, dir, version)), "differs from %s", name);
	return 0;
}

int metadata_roots(struct tuf_chain *out, struct arena *a, struct digests *dg, const char *dir,
		   const struct slice *trusted, const char *name, struct diags *d)
{
	struct slice *roots = ARENA_ARRAY(a, struct slice, TUF_ROOTS_MAX);
	struct tuf_file *file = ARENA_NEW(a, struct tuf_file);
	const char *why;
	size_t n = 0, bad;

	if (trusted && tuf_decode(file, a, dg, TUF_ROOT, *trusted, &why))
		return diag_error(d, SRCPOS_FILE(name), "%s", why);
	if (read_roots(roots, &n, a, dir, d))
		return -1;
	if (n == 0)
		return diag_error(d, SRCPOS_FILE(dir), "has no metadata/1.root.json: this is no tree of mdstatic");
	if (tuf_chain_decode(out, a, dg, roots, n, &bad, &why))
		return diag_error(d, SRCPOS_FILE(root_path(a, dir, bad)), "%s", why);
	return trusted ? check_trusted(out, a, dir, trusted, file->version, name, d) : 0;
}

/* --- what hangs on it --------------------------------------------------------------------------------------------------- */
static int check_object(struct slice bytes, const struct tuf_target *t, struct digests *dg, const char *path,
			struct diags *d)
{
	uint8_t hash[SHA256_SIZE];

	if (bytes.n != t->length)
		return diag_error(d, SRCPOS_FILE(path), "has %zu bytes; the metadata says %" PRIu64, bytes.n,
				  t->length);
	if (digest_sha256(dg, hash, bytes))
		return diag_environment(d, path, "cannot hash");
	if (memcmp(hash, t->hash, sizeof(hash)) != 0)
		return diag_error(d, SRCPOS_FILE(path), "differs from its SHA-256 in the metadata");
	return 0;
}

int metadata_object(struct slice *out, const char **path, struct arena *a, struct digests *dg, const char *dir,
		    const struct metadata *m, const char *name, uint64_t limit, struct diags *d)
{
	struct slice ending = arena_printf(a, "/%s", name);
	struct strbuf rel = STRBUF_INIT;
	int result = 1;

	for (size_t i = 0; i < m->nobjects && result == 1; i++) {
		const struct tuf_target *t = &m->objects[i];

		if (!slice_ends(t->path, ending.p))
			continue;
		strbuf_reset(&rel);
		path_object(&rel, t->hash, name);
		result = metadata_read(out, path, a, dir, rel.p, limit, d);
		if (!result)
			result = check_object(*out, t, dg, *path, d);
	}
	strbuf_release(&rel);
	return result;
}

int metadata_build(struct buildinfo *out, struct slice *bytes, struct arena *a, const char *dir,
		   const struct tuf_chain *chain, const struct metadata *m, struct diags *d)
{
	const struct tuf_root *root = &chain->v[chain->n - 1].root;
	const char *path, *why;
	uint64_t good = 0;
	int result = metadata_read(bytes, &path, a, dir, BUILDINFO_NAME, BUILDINFO_MAX, d);

	if (result)
		return result < 0 ? -1 : diag_error(d, SRCPOS_FILE(path), "is missing");
	if (buildinfo_decode(out, a, *bytes, &why))
		return diag_error(d, SRCPOS_FILE(path), "%s", why);
	if (!envelope_verify(&out->signatures, out->payload, &root->keys, &root->roles[TUF_TIMESTAMP], &good) ||
	    !envelope_all(&out->signatures, good))
		return diag_error(d, SRCPOS_FILE(path), "is not signed by the keys of the role timestamp");
	if (!slice_eq(out->app, m->app))
		return diag_error(d, SRCPOS_FILE(path), "belongs to the app " SLICE_FMT, SLICE_ARG(out->app));
	if (memcmp(out->lineage[out->nlineage - 1], m->timestamp, SHA256_SIZE) != 0)
		return diag_error(d, SRCPOS_FILE(path), "its lineage does not end with this tree's timestamp.json");
	return 0;
}
