#include "emit/previous.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "emit/metadata.h"
#include "format/paths.h"

struct loading {
	struct previous *out;
	const struct tuf_chain *chain;
	struct slice app;
	struct digests *dg;
	struct diags *d;
	const char *dir;
	struct file_list files; /* of metadata/ */
};

static uint64_t newest_root(const struct loading *l)
{
	uint64_t newest = 0, version;
	struct slice role;

	for (size_t i = 0; i < l->files.n; i++) {
		if (metadata_name(&version, &role, l->files.path[i]) && slice_eqs(role, "root") && version > newest)
			newest = version;
	}
	return newest;
}

/* The root under which the tree was signed must be one that the commit has. */
static int find_root(const struct tuf_file **root, struct loading *l)
{
	struct arena *a = &l->out->mem;
	uint64_t newest = newest_root(l);
	const char *rel = arena_printf(a, "metadata/%" PRIu64 ".root.json", newest).p, *path;
	struct slice bytes;
	int result;

	*root = NULL;
	if (newest == 0)
		return diag_error(l->d, SRCPOS_FILE(l->dir), "metadata/ has no root.json");
	if (newest > l->chain->n)
		return diag_error(l->d, SRCPOS_FILE(arena_printf(a, "%s/%s", l->dir, rel).p),
				  "the commit's chain of roots ends at version %zu", l->chain->n);
	result = metadata_read(&bytes, &path, a, l->dir, rel, TUF_ROOT_MAX, l->d);
	if (result)
		return result < 0 ? -1 : diag_error(l->d, SRCPOS_FILE(path), "vanished while it was read");
	if (!slice_eq(bytes, l->chain->bytes[newest - 1]))
		return diag_error(l->d, SRCPOS_FILE(path), "differs from the commit's root of that version");
	*root = &l->chain->v[newest - 1];
	return 0;
}

static struct tuf_part *part_of(struct tuf_parts *parts, struct slice role)
{
	for (size_t i = 0; i < parts->n; i++) {
		if (slice_eq(parts->v[i].role, role))
			return &parts->v[i];
	}
	return NULL;
}

static int part_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_part *)a)->role, ((const struct tuf_part *)b)->role);
}

/* A number that any file of metadata/ bears is used up, also where the file is not part of the tree. */
static void count_versions(struct loading *l)
{
	struct arena *a = &l->out->mem;
	struct tuf_parts *parts = &l->out->parts;
	size_t cap = parts->n;

	for (size_t i = 0; i < l->files.n; i++) {
		struct tuf_part *part;
		struct slice role;
		uint64_t version;

		if (!metadata_name(&version, &role, l->files.path[i]) || version == 0 || slice_eqs(role, "root"))
			continue;
		part = part_of(parts, role);
		if (!part) {
			struct tuf_part orphan = { .role = arena_copy(a, role), .highest = version };

			ARENA_PUSH(a, parts->v, parts->n, cap, orphan);
		} else if (version > part->highest) {
			part->highest = version;
		}
	}
	qsort(parts->v, parts->n, sizeof(*parts->v), part_cmp);
}

/* The bytes of the object that has this name, held against their hash. 0, 1 there is none at hand, -1 error. */
static int load_object(struct slice *out, const char **path, struct loading *l, const char *name, uint64_t limit)
{
	struct previous *p = l->out;
	struct slice ending = arena_printf(&p->mem, "/%s", name);
	uint8_t hash[SHA256_SIZE];
	struct strbuf rel = STRBUF_INIT;
	int result = 1;

	for (size_t i = 0; i < p->nobjects && result == 1; i++) {
		if (!slice_ends(p->objects[i].path, ending.p))
			continue;
		strbuf_reset(&rel);
		path_object(&rel, p->objects[i].hash, name);
		result = metadata_read(out, path, &p->mem, p->dir, rel.p, limit, l->d);
		if (result)
			continue;
		if (digest_sha256(l->dg, hash, *out))
			result = diag_environment(l->d, *path, "cannot hash");
		else if (memcmp(hash, p->objects[i].hash, sizeof(hash)) != 0)
			result = diag_error(l->d, SRCPOS_FILE(*path), "differs from its SHA-256 in the metadata");
	}
	strbuf_release(&rel);
	return result;
}

static int load_recipes(struct loading *l)
{
	const char *path, *why;
	struct slice bytes;
	int result = load_object(&bytes, &path, l, RECIPES_NAME, RECIPES_MAX);

	if (!result && recipes_decode(&l->out->recipes, &l->out->mem, bytes, &why))
		result = diag_error(l->d, SRCPOS_FILE(path), "%s", why);
	return result < 0 ? -1 : 0;
}

static int load_files(struct loading *l)
{
	const char *path, *why;
	struct slice bytes;
	int result = load_object(&bytes, &path, l, FILES_NAME, FILES_MAX);

	if (!result && files_decode(&l->out->files, &l->out->mem, bytes, &why))
		result = diag_error(l->d, SRCPOS_FILE(path), "%s", why);
	return result < 0 ? -1 : 0;
}

static int load_build(struct loading *l, const struct tuf_file *root)
{
	struct previous *p = l->out;
	const char *path, *why;
	int result = metadata_read(&p->build_bytes, &path, &p->mem, p->dir, BUILDINFO_NAME, BUILDINFO_MAX, l->d);

	if (result)
		return result < 0 ? -1 : 0;
	if (buildinfo_decode(&p->build, &p->mem, p->build_bytes, &why))
		return diag_error(l->d, SRCPOS_FILE(path), "%s", why);
	if (!envelope_verify(&p->build.signatures, p->build.payload, &root->root.keys, &root->root.roles[TUF_TIMESTAMP],
			     NULL))
		return diag_error(l->d, SRCPOS_FILE(path), "is not signed by the key of the role timestamp");
	if (!slice_eq(p->build.app, l->app))
		return diag_error(l->d, SRCPOS_FILE(path), "belongs to the app " SLICE_FMT, SLICE_ARG(p->build.app));
	return 0;
}

static int load(struct loading *l)
{
	struct previous *p = l->out;
	const struct tuf_file *root;
	struct metadata m;

	if (file_walk(&l->files, arena_printf(&p->mem, "%s/metadata", l->dir).p, l->d) || find_root(&root, l) ||
	    metadata_load(&m, &p->mem, l->dg, l->dir, root, l->app, l->d))
		return -1;
	p->dir = l->dir;
	p->parts = m.parts;
	p->indexes = m.indexes;
	p->nindexes = m.nindexes;
	p->objects = m.objects;
	p->nobjects = m.nobjects;
	memcpy(p->timestamp, m.timestamp, sizeof(p->timestamp));
	count_versions(l);
	return load_recipes(l) || load_files(l) || load_build(l, root) ? -1 : 0;
}

int previous_load(struct previous *out, const char *dir, struct slice app, const struct tuf_chain *chain,
		  struct digests *dg, struct diags *d)
{
	struct loading l = { .out = out, .chain = chain, .app = app, .dg = dg, .d = d, .files = { .mem = ARENA_INIT } };
	struct stat st;
	int result;

	if (stat(dir, &st))
		return errno == ENOENT
			       ? 0
			       : diag_environment(d, dir, "cannot look for a previous tree: %s", strerror(errno));
	l.dir = arena_str(&out->mem, slice_of(dir));
	if (stat(arena_printf(&out->mem, "%s/metadata", dir).p, &st))
		result = diag_error(d, SRCPOS_FILE(l.dir), "has no metadata/: this is no tree of mdstatic");
	else
		result = load(&l);
	file_list_release(&l.files);
	if (!result)
		return 0;
	previous_release(out);
	return diag_error(d, SRCPOS_FILE(dir),
			  "the previous tree does not verify, so nothing of it can be reused or continued; "
			  "fetch it again with mdstatic-publish pull, or name a good one with --previous");
}

void previous_release(struct previous *p)
{
	arena_release(&p->mem);
	*p = (struct previous)PREVIOUS_INIT;
}
