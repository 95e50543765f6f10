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
	struct metadata m;
	size_t parts_cap;
	const char
		*unheld; /* "path: why" of what does not hold together below a file by replaced keys; NULL: all does */
	struct slice dropped; /* the first role whose number is not continued, and how many there are */
	size_t ndropped;
};

static const struct tuf_file *newest_of(const struct loading *l)
{
	return &l->chain->v[l->chain->n - 1];
}

/* The file of this type was verified, and the newest root still names who signed it. */
static bool vouched(const struct loading *l, enum tuf_type type)
{
	return l->m.signed_by[type] == newest_of(l);
}

/* --- roots -------------------------------------------------------------------------------------------------------------- */

/* The tree's newest: where devices that follow its roots come to. */
static uint64_t newest_root(const struct loading *l)
{
	uint64_t newest = 0, version;
	struct slice role;

	for (bool found = true; found;) {
		found = false;
		for (size_t i = 0; i < l->files.n && !found; i++)
			found = metadata_name(&version, &role, l->files.path[i]) && slice_eqs(role, "root") &&
				version == newest + 1;
		newest += found;
	}
	return newest;
}

/* The root under which the tree was signed must be one that the commit has. */
static int check_root(struct loading *l)
{
	struct arena *a = &l->out->mem;
	uint64_t newest = newest_root(l);
	const char *rel = arena_printf(a, "metadata/%" PRIu64 ".root.json", newest).p, *path;
	struct slice bytes;
	int result;

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
	return 0;
}

/* --- metadata ----------------------------------------------------------------------------------------------------------- */

/* The fault lies below a file by replaced keys: whoever had them may have made it say what he liked. */
static bool thief_did_it(const struct loading *l)
{
	if (l->m.signed_by[TUF_SNAPSHOT])
		return !vouched(l, TUF_SNAPSHOT);
	return l->m.signed_by[TUF_TIMESTAMP] && !vouched(l, TUF_TIMESTAMP);
}

static const char *why_unusable(const struct loading *l)
{
	struct arena *a = &l->out->mem;

	if (l->unheld)
		return arena_printf(a, "it is signed by keys that were replaced since, and does not hold together (%s)",
				    l->unheld)
			.p;
	if (!vouched(l, TUF_TARGETS))
		return arena_printf(a, "its targets are signed by keys that root version %" PRIu64 " no longer names",
				    newest_of(l)->version)
			.p;
	return NULL;
}

static int load_metadata(struct loading *l)
{
	const struct metadata_terms terms = { .dir = l->dir, .chain = l->chain, .app = l->app, .replaced = true };
	struct previous *p = l->out;
	struct diags found = DIAGS_INIT;
	int result = metadata_load(&l->m, &p->mem, l->dg, &terms, &found);

	if (result && !found.environment && thief_did_it(l)) {
		l->unheld = arena_printf(&p->mem, "%s: %s", found.v[0].at.path, found.v[0].text).p;
		result = 0;
	}
	if (result)
		diags_add(l->d, &found);
	diags_release(&found);
	if (result)
		return -1;
	p->app = l->m.app;
	p->parts = l->m.parts;
	l->parts_cap = p->parts.n;
	p->unusable = why_unusable(l);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		p->replaced[i] = l->m.signed_by[i] && !vouched(l, (enum tuf_type)i);
	memcpy(p->timestamp, l->m.timestamp, sizeof(p->timestamp));
	if (!p->unusable) {
		p->indexes = l->m.indexes;
		p->nindexes = l->m.nindexes;
		p->objects = l->m.objects;
		p->nobjects = l->m.nobjects;
	}
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

/* --- versions ----------------------------------------------------------------------------------------------------------- */

static struct tuf_part *need_part(struct loading *l, struct slice role)
{
	struct tuf_parts *parts = &l->out->parts;
	struct tuf_part *found = part_of(parts, role), made = { .role = role };

	if (found)
		return found;
	made.role = arena_copy(&l->out->mem, role);
	ARENA_PUSH(&l->out->mem, parts->v, parts->n, l->parts_cap, made);
	return &parts->v[parts->n - 1];
}

/* A role's number, as a file states it that somebody signed whom the newest root names (`trusted`), or that once was named. */
static void state(struct loading *l, struct slice role, uint64_t version, bool trusted)
{
	struct tuf_part *part = need_part(l, role);

	if (trusted || version <= VERSION_CONTINUED_MAX)
		part->highest = version > part->highest ? version : part->highest;
	else if (!l->ndropped++)
		l->dropped = role;
}

static void state_versions(struct loading *l)
{
	const struct tuf_part *timestamp = part_of(&l->m.parts, SLICE("timestamp"));
	const struct tuf_part *snapshot = part_of(&l->m.parts, SLICE("snapshot"));
	const struct tuf_metas none = { 0 }, *metas = snapshot ? &snapshot->file->metas : &none;

	for (size_t i = 0; i < l->out->parts.n; i++)
		l->out->parts.v[i].highest = 0;
	state(l, SLICE("timestamp"), timestamp->version, vouched(l, TUF_TIMESTAMP));
	state(l, SLICE("snapshot"), timestamp->file->metas.v[0].version,
	      vouched(l, TUF_TIMESTAMP) || vouched(l, TUF_SNAPSHOT));
	for (size_t i = 0; i < metas->n; i++) {
		const struct tuf_part *part = part_of(&l->m.parts, metas->v[i].role);
		bool own = part && part->file && vouched(l, TUF_TARGETS);

		state(l, metas->v[i].role, metas->v[i].version, own || vouched(l, TUF_SNAPSHOT));
	}
}

/* A role that builds write: of other names in metadata/ there may be any number. */
static bool is_ours(struct slice role)
{
	struct slice bin = slice_from(role, strlen("objects-"));

	if (slice_eqs(role, "timestamp") || slice_eqs(role, "snapshot") || slice_eqs(role, "targets") ||
	    slice_eqs(role, "objects"))
		return true;
	for (size_t i = 0; i < bin.n; i++) {
		if (!strchr("0123456789abcdef", bin.p[i]))
			return false;
	}
	return slice_starts(role, "objects-") && (bin.n == 1 || bin.n == 2);
}

static void warn_planted(struct loading *l, struct slice name)
{
	diag_warning(l->d, SRCPOS_FILE(arena_printf(&l->out->mem, "%s/metadata/" SLICE_FMT, l->dir, SLICE_ARG(name)).p),
		     "its number is not believed: it is more than %" PRIu64 " above the trusted version",
		     VERSION_LEAP_MAX);
}

/* A number that a file of metadata/ bears is used up, also where the file is not part of the tree. */
static void count_names(struct loading *l)
{
	struct tuf_parts *parts = &l->out->parts;
	uint64_t *trusted, version;
	struct slice role, planted = { NULL, 0 };

	for (size_t i = 0; i < l->files.n; i++) {
		if (metadata_name(&version, &role, l->files.path[i]) && version && is_ours(role))
			need_part(l, role);
	}
	trusted = ARENA_ARRAY(&l->out->mem, uint64_t, parts->n);
	for (size_t i = 0; i < parts->n; i++)
		trusted[i] = parts->v[i].highest;
	for (size_t i = 0; i < l->files.n; i++) {
		struct tuf_part *part;

		if (!metadata_name(&version, &role, l->files.path[i]) || !version || !(part = part_of(parts, role)))
			continue;
		if (version > trusted[part - parts->v] + VERSION_LEAP_MAX)
			planted = l->files.path[i];
		else if (version > part->highest)
			part->highest = version;
	}
	if (planted.n)
		warn_planted(l, planted);
}

/* What the next build may continue: files that somebody vouches for, and names and bytes that a snapshot lists of whom this holds. */
static void settle_parts(struct loading *l)
{
	struct tuf_parts *parts = &l->out->parts;

	for (size_t i = 0; i < parts->n; i++) {
		struct tuf_part *p = &parts->v[i];
		enum tuf_type type = p->file ? p->file->type : TUF_TARGETS;
		bool listed = vouched(l, type == TUF_TARGETS ? TUF_SNAPSHOT : type);

		if (l->unheld || !vouched(l, type))
			p->file = NULL;
		if (!p->file && !listed) {
			p->version = 0;
			p->bytes = SLICE("");
		}
	}
	qsort(parts->v, parts->n, sizeof(*parts->v), part_cmp);
}

static void warn_dropped(const struct loading *l)
{
	if (l->ndropped)
		diag_warning(
			l->d, SRCPOS_FILE(l->dir),
			"the version of " SLICE_FMT
			"%s, above 2^52 and vouched for by nobody but keys that were replaced since, is not continued",
			SLICE_ARG(l->dropped), l->ndropped > 1 ? " (and of other roles)" : "");
}

/* --- what it lists ------------------------------------------------------------------------------------------------------ */

static int load_object(struct slice *out, const char **path, struct loading *l, const char *name, uint64_t limit)
{
	const struct previous *p = l->out;
	const struct metadata m = { .objects = p->objects, .nobjects = p->nobjects };

	return metadata_object(out, path, &l->out->mem, l->dg, p->dir, &m, name, limit, l->d);
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

static bool signed_by_chain(const struct tuf_chain *chain, const struct buildinfo *b)
{
	for (size_t i = chain->n; i-- > 0;) {
		const struct tuf_root *root = &chain->v[i].root;

		if (envelope_verify(&b->signatures, b->payload, &root->keys, &root->roles[TUF_TIMESTAMP], NULL))
			return true;
	}
	return false;
}

static int check_build(struct loading *l, const char *path)
{
	struct previous *p = l->out;
	const char *why;

	if (buildinfo_decode(&p->build, &p->mem, p->build_bytes, &why))
		return diag_error(l->d, SRCPOS_FILE(path), "%s", why);
	if (!signed_by_chain(l->chain, &p->build))
		return diag_error(l->d, SRCPOS_FILE(path), "is not signed by the key of the role timestamp");
	if (!slice_eq(p->build.app, p->app))
		return diag_error(l->d, SRCPOS_FILE(path), "belongs to the app " SLICE_FMT, SLICE_ARG(p->build.app));
	return 0;
}

static int load_build(struct loading *l)
{
	struct previous *p = l->out;
	const char *path;
	int result = metadata_read(&p->build_bytes, &path, &p->mem, p->dir, BUILDINFO_NAME, BUILDINFO_MAX, l->d);

	return result ? (result < 0 ? -1 : 0) : check_build(l, path);
}

static int load(struct loading *l)
{
	struct previous *p = l->out;

	if (file_walk(&l->files, arena_printf(&p->mem, "%s/metadata", l->dir).p, l->d) || check_root(l) ||
	    load_metadata(l))
		return -1;
	p->dir = l->dir;
	state_versions(l);
	count_names(l);
	settle_parts(l);
	warn_dropped(l);
	if (!p->unusable && (load_recipes(l) || load_files(l)))
		return -1;
	return load_build(l);
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
	return -1;
}

void previous_forsake(struct previous *p, const char *why)
{
	p->unusable = why;
	p->indexes = p->objects = NULL;
	p->nindexes = p->nobjects = 0;
	p->recipes = (struct recipes){ 0 };
	p->files = (struct files){ 0 };
}

void previous_release(struct previous *p)
{
	arena_release(&p->mem);
	*p = (struct previous)PREVIOUS_INIT;
}
