#include "emit/metadata.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"
#include "format/paths.h"

#define H16_DIGITS 16

struct loading {
	struct arena *a;
	struct digests *dg;
	struct diags *d;
	const char *dir;
	const struct tuf_file *root;
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

bool metadata_name(uint64_t *version, struct slice *role, struct slice name)
{
	struct slice rest = name, head = slice_cut(&rest, '.');

	if (!slice_ends(name, ".json"))
		return false;
	*version = 0;
	*role = slice_sub(name, 0, name.n - strlen(".json"));
	if (text_uint(version, head) && *version >= 1 && *version <= TUF_VERSION_MAX && head.p[0] != '0')
		*role = slice_sub(rest, 0, rest.n >= strlen(".json") ? rest.n - strlen(".json") : 0);
	return role->n > 0;
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
	trusted = delegation ? tuf_signed_by_delegation(part->file, delegator, delegation, &good)
			     : tuf_signed_by_role(part->file, l->root, &good);
	if (!trusted)
		return diag_error(l->d, SRCPOS_FILE(path), "is not signed by the keys of its role");
	if (!envelope_all(&part->file->signatures, good))
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

int metadata_load(struct metadata *out, struct arena *a, struct digests *dg, const char *dir,
		  const struct tuf_file *root, struct slice app, struct diags *d)
{
	struct metadata m = { .app = app };
	struct loading l = { .a = a, .dg = dg, .d = d, .dir = dir, .root = root, .out = &m };
	struct tuf_part timestamp, snapshot, targets;
	const struct tuf_metas *metas;

	if (load_part(&timestamp, &l, TUF_TIMESTAMP, NULL, SLICE("timestamp"), NULL, NULL) ||
	    load_part(&snapshot, &l, TUF_SNAPSHOT, &timestamp.file->metas.v[0], SLICE("snapshot"), NULL, NULL))
		return -1;
	metas = &snapshot.file->metas;
	if (!tuf_meta_find(metas, SLICE("targets")))
		return diag_error(d, SRCPOS_FILE(dir), "the snapshot does not list targets.json");
	if (load_part(&targets, &l, TUF_TARGETS, tuf_meta_find(metas, SLICE("targets")), SLICE("targets"), NULL,
		      NULL) ||
	    load_indexes(&l, targets.file) || load_objects(&l, targets.file, metas) || load_retired(&l, metas))
		return -1;
	if (m.nobjects)
		qsort(m.objects, m.nobjects, sizeof(*m.objects), target_cmp);
	qsort(m.parts.v, m.parts.n, sizeof(*m.parts.v), part_cmp);
	*out = m;
	return 0;
}
