#include "publish/remote.h"

#include <inttypes.h>
#include <string.h>

#include "format/files.h"
#include "format/paths.h"
#include "format/recipes.h"
#include "publish/place.h"

#define LISTS_MAX 2 /* of a snapshot: recipes.json, files.json */

/* What is known of a file before it is fetched. */
struct wanted {
	struct slice path;
	uint64_t limit, length; /* length: where `hash` is known */
	const uint8_t *hash;    /* NULL: anything */
	struct remote_snapshot *snapshot;
	enum tuf_type type; /* TUF_TYPE_COUNT: no metadata */
	uint64_t version;
};

struct batch {
	struct wanted *v;
	size_t n, cap;
};

void remote_open(struct remote *r, struct dest *dest, struct slice app, struct digests *digests, struct diags *d)
{
	*r = (struct remote){
		.mem = ARENA_INIT, .dest = dest, .digests = digests, .d = d, .files = MAP_INIT, .kept = MAP_INIT
	};
	r->app = arena_copy(&r->mem, app);
	r->end = &r->first;
}

void remote_close(struct remote *r)
{
	map_release(&r->files);
	map_release(&r->kept);
	arena_release(&r->mem);
}

static const char *key_of(struct remote *r, struct slice path)
{
	return arena_printf(&r->mem, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(r->app), SLICE_ARG(path)).p;
}

const char *remote_name(struct remote *r, struct slice path)
{
	return dest_place(&r->mem, r->dest, key_of(r, path));
}

bool remote_keeps(const struct remote *r, struct slice path)
{
	return map_get(&r->kept, path) != NULL;
}

const struct remote_file *remote_file(const struct remote *r, struct slice path)
{
	return map_get(&r->files, path);
}

static void keep(struct remote *r, struct slice path)
{
	if (map_put(&r->kept, path, r)) /* any value will do */
		return;
	ARENA_PUSH(&r->mem, r->paths, r->npaths, r->paths_cap, path);
}

/* --- fetching ------------------------------------------------------------------------------------------------------------- */
static void want(struct remote *r, struct batch *b, struct wanted w)
{
	ARENA_PUSH(&r->mem, b->v, b->n, b->cap, w);
}

static struct slice metadata_path(struct remote *r, uint64_t version, struct slice role)
{
	struct strbuf text = STRBUF_INIT;
	struct slice path;

	path_metadata(&text, version, arena_str(&r->mem, role));
	path = arena_copy(&r->mem, strbuf_slice(&text));
	strbuf_release(&text);
	return path;
}

/* The snapshot does not lead to this file as it says: an error where it is needed, else the snapshot does not count. */
static int broken(struct remote *r, const struct wanted *w, const char *why)
{
	if (w->snapshot->needed)
		return diag_error(r->d, SRCPOS_FILE(remote_name(r, w->path)), "%s", why);
	w->snapshot->whole = false;
	return 0;
}

static int take(struct remote *r, const struct wanted *w, const struct dest_get *g)
{
	struct remote_file *f = ARENA_NEW(&r->mem, struct remote_file);

	f->path = w->path;
	f->bytes = arena_copy(&r->mem, strbuf_slice(&g->body));
	if (digest_sha256(r->digests, f->hash, f->bytes))
		return diag_environment(r->d, remote_name(r, w->path), "cannot hash");
	map_put(&r->files, f->path, f);
	*r->end = f;
	r->end = &f->next;
	return 0;
}

/* Fetches what is not there yet. Files that are absent stay away. */
static int fetch(struct remote *r, const struct batch *b)
{
	struct map queued = MAP_INIT;
	struct dest_get *gets = ARENA_ARRAY(&r->mem, struct dest_get, b->n + 1);
	const struct wanted **of = ARENA_ARRAY(&r->mem, const struct wanted *, b->n + 1);
	size_t n = 0;
	int bad = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (map_get(&r->files, b->v[i].path) || map_put(&queued, b->v[i].path, &b->v[i]))
			continue;
		gets[n] = (struct dest_get){ .key = key_of(r, b->v[i].path), .limit = b->v[i].limit };
		of[n] = &b->v[i];
		r->dest->ops->queue_get(r->dest, &gets[n++]);
	}
	if (n)
		bad = dest_run(&r->dest, 1, r->d);
	for (size_t i = 0; i < n; i++) {
		if (gets[i].outcome == GET_FOUND && !bad)
			bad = take(r, of[i], &gets[i]);
		strbuf_release(&gets[i].body);
	}
	map_release(&queued);
	return bad;
}

/* The file, if it is what was wanted. 0; 1 it is not, and its snapshot does not count; -1 error. */
static int check(struct remote_file **out, struct remote *r, const struct wanted *w)
{
	struct remote_file *f = map_get(&r->files, w->path);

	*out = f;
	if (!f)
		return broken(r, w, "is missing, although what leads to it is there") ? -1 : 1;
	if (w->hash && (f->bytes.n != w->length || memcmp(f->hash, w->hash, sizeof(f->hash)) != 0))
		return broken(r, w, "differs from what the file that leads to it says") ? -1 : 1;
	return w->snapshot->whole ? 0 : 1;
}

/* Builds write no more; whoever planted such a snapshot does not decide how much is fetched. */
static bool is_sane(const struct tuf_file *snapshot)
{
	return snapshot->metas.n <= TUF_DELEGATIONS_MAX + 2;
}

/* The same of metadata, which is decoded then. */
static int check_metadata(struct remote_file **out, struct remote *r, const struct wanted *w)
{
	const char *why;
	int bad = check(out, r, w);

	if (bad || (*out)->decoded)
		return bad;
	(*out)->decoded = ARENA_NEW(&r->mem, struct tuf_file);
	if (tuf_decode((*out)->decoded, &r->mem, r->digests, w->type, (*out)->bytes, &why))
		bad = broken(r, w, why);
	else if ((*out)->decoded->version != w->version || !slice_eq((*out)->decoded->app, r->app))
		bad = broken(r, w, "is of another version or app than its name says");
	else if (w->type == TUF_SNAPSHOT && !is_sane((*out)->decoded))
		bad = broken(r, w, "names more roles than any build writes");
	else
		return 0;
	(*out)->decoded = NULL;
	return bad ? bad : 1;
}

/* --- snapshot → roles → objects -------------------------------------------------------------------------------------------- */
static void want_snapshots(struct remote *r, struct batch *b, struct remote_snapshot *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct wanted w = { .path = metadata_path(r, v[i].version, SLICE("snapshot")),
				    .limit = TUF_SNAPSHOT_MAX,
				    .snapshot = &v[i],
				    .type = TUF_SNAPSHOT,
				    .version = v[i].version };

		if (v[i].expected) {
			w.length = v[i].expected->length;
			w.hash = v[i].expected->hash;
		}
		v[i].whole = true;
		v[i].lists = 0;
		want(r, b, w);
	}
}

static void want_roles(struct remote *r, struct batch *b, const struct tuf_file *snapshot, struct remote_snapshot *of)
{
	for (size_t i = 0; i < snapshot->metas.n; i++) {
		const struct tuf_meta *m = &snapshot->metas.v[i];
		struct wanted w = { metadata_path(r, m->version, m->role),
				    TUF_TARGETS_MAX,
				    m->length,
				    m->hash,
				    of,
				    TUF_TARGETS,
				    m->version };

		want(r, b, w);
	}
}

static bool is_list(struct slice target, uint64_t *limit)
{
	if (slice_ends(target, "/" RECIPES_NAME))
		*limit = RECIPES_MAX;
	else if (slice_ends(target, "/" FILES_NAME))
		*limit = FILES_MAX;
	else
		return false;
	return true;
}

static struct slice target_path(struct remote *r, const struct tuf_target *t)
{
	struct strbuf text = STRBUF_INIT;
	struct slice path;

	path_target_file(&text, t->path, t->hash);
	path = arena_copy(&r->mem, strbuf_slice(&text));
	strbuf_release(&text);
	return path;
}

static void want_lists(struct remote *r, struct batch *b, const struct tuf_file *role, struct remote_snapshot *of)
{
	for (size_t i = 0; i < role->targets.n; i++) {
		const struct tuf_target *t = &role->targets.v[i];
		struct wanted w = { .length = t->length, .hash = t->hash, .snapshot = of, .type = TUF_TYPE_COUNT };

		if (!is_list(t->path, &w.limit) || of->lists++ >= LISTS_MAX)
			continue;
		w.path = target_path(r, t);
		want(r, b, w);
	}
}

static int keep_list(struct remote *r, const struct wanted *w, struct remote_file *f)
{
	struct files files;
	const char *why;

	if (f->kept)
		return 0;
	keep(r, f->path);
	f->kept = true;
	if (!slice_ends(f->path, "." FILES_NAME))
		return 0;
	if (files_decode(&files, &r->mem, f->bytes, &why))
		return broken(r, w, why);
	for (size_t i = 0; i < files.n; i++)
		keep(r, files.v[i].path);
	return 0;
}

static void keep_role(struct remote *r, struct remote_file *f)
{
	if (f->kept)
		return;
	keep(r, f->path);
	f->kept = true;
	for (size_t i = 0; i < f->decoded->targets.n; i++)
		keep(r, target_path(r, &f->decoded->targets.v[i]));
}

/* What belongs to a whole snapshot is kept; of the others nothing is, unless it is shared. */
static int keep_all(struct remote *r, const struct batch *snapshots, const struct batch *roles,
		    const struct batch *lists)
{
	for (size_t i = 0; i < snapshots->n; i++) {
		if (snapshots->v[i].snapshot->whole)
			keep(r, snapshots->v[i].path);
	}
	for (size_t i = 0; i < roles->n; i++) {
		if (roles->v[i].snapshot->whole)
			keep_role(r, map_get(&r->files, roles->v[i].path));
	}
	for (size_t i = 0; i < lists->n; i++) {
		if (lists->v[i].snapshot->whole && keep_list(r, &lists->v[i], map_get(&r->files, lists->v[i].path)))
			return -1;
	}
	return 0;
}

typedef void want_next(struct remote *r, struct batch *next, const struct tuf_file *file, struct remote_snapshot *of);

/* Fetches a batch of metadata, and finds out what to fetch next. */
static int follow(struct batch *next, struct remote *r, const struct batch *b, want_next *want_from)
{
	struct remote_file *f;
	int bad;

	if (fetch(r, b))
		return -1;
	for (size_t i = 0; i < b->n; i++) {
		bad = check_metadata(&f, r, &b->v[i]);
		if (bad < 0)
			return -1;
		if (!bad)
			want_from(r, next, f->decoded, b->v[i].snapshot);
	}
	return 0;
}

int remote_read(struct remote *r, struct remote_snapshot *v, size_t n)
{
	struct batch snapshots = { 0 }, roles = { 0 }, lists = { 0 };
	struct remote_file *f;

	want_snapshots(r, &snapshots, v, n);
	if (follow(&roles, r, &snapshots, want_roles) || follow(&lists, r, &roles, want_lists) || fetch(r, &lists))
		return -1;
	for (size_t i = 0; i < lists.n; i++) {
		if (check(&f, r, &lists.v[i]) < 0)
			return -1;
	}
	return keep_all(r, &snapshots, &roles, &lists);
}

/* --- the pointer ------------------------------------------------------------------------------------------------------------ */
int remote_pointer(struct tuf_file *out, struct dest_get *get, struct remote *r)
{
	const struct slice path = SLICE("metadata/timestamp.json");
	const char *why;

	*get = (struct dest_get){ .key = key_of(r, path), .limit = TUF_TIMESTAMP_MAX };
	if (dest_read(r->dest, get, r->d))
		return -1;
	if (get->outcome == GET_ABSENT)
		return 1;
	if (tuf_decode(out, &r->mem, r->digests, TUF_TIMESTAMP, strbuf_slice(&get->body), &why))
		return diag_error(r->d, SRCPOS_FILE(remote_name(r, path)), "%s", why);
	if (!slice_eq(out->app, r->app))
		return diag_error(r->d, SRCPOS_FILE(remote_name(r, path)), "belongs to the app " SLICE_FMT,
				  SLICE_ARG(out->app));
	return 0;
}
