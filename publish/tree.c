#include "publish/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "emit/apps.h"
#include "emit/metadata.h"
#include "emit/tree.h"
#include "format/files.h"
#include "format/paths.h"

struct opening {
	struct arena *a; /* of the tree */
	struct digests *dg;
	struct diags *d;
	struct app_tree *app;
	struct file_list here;
	struct tuf_chain chain;
	struct metadata m;
	struct files listed;
	size_t cap; /* of app->v */
};

static const char *path_in(struct opening *o, struct slice path)
{
	return arena_printf(o->a, "%s/" SLICE_FMT, o->app->dir, SLICE_ARG(path)).p;
}

/* --- what is needed -------------------------------------------------------------------------------------------------------- */

static void need(struct opening *o, struct slice path, const uint8_t hash[SHA256_SIZE], uint64_t length)
{
	struct app_tree *t = o->app;
	struct tree_file f = { .length = length };

	f.key = arena_printf(o->a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(t->app), SLICE_ARG(path)).p;
	f.path = slice_from(slice_of(f.key), t->app.n + 1);
	memcpy(f.sha256, hash, SHA256_SIZE);
	file_class(&f.class, f.path, t->build.pointer_max_age);
	ARENA_PUSH(o->a, t->v, t->n, o->cap, f);
}

/* A file whose bytes are known already. */
static int need_bytes(struct opening *o, struct slice path, struct slice bytes)
{
	uint8_t hash[SHA256_SIZE];

	if (digest_sha256(o->dg, hash, bytes))
		return diag_environment(o->d, path_in(o, path), "cannot hash");
	need(o, path, hash, bytes.n);
	return 0;
}

static int need_metadata(struct opening *o, uint64_t version, const char *role, struct slice bytes)
{
	struct strbuf path = STRBUF_INIT;
	int result;

	path_metadata(&path, version, role);
	result = need_bytes(o, strbuf_slice(&path), bytes);
	strbuf_release(&path);
	return result;
}

static int need_all_metadata(struct opening *o)
{
	for (size_t i = 0; i < o->chain.n; i++) {
		if (need_metadata(o, i + 1, "root", o->chain.bytes[i]))
			return -1;
	}
	for (size_t i = 0; i < o->m.parts.n; i++) {
		const struct tuf_part *p = &o->m.parts.v[i];
		bool pointer = slice_eqs(p->role, tuf_type_name(TUF_TIMESTAMP));

		if (need_metadata(o, pointer ? 0 : p->version, arena_str(o->a, p->role), p->bytes))
			return -1;
	}
	return 0;
}

static void need_targets(struct opening *o, const struct tuf_target *v, size_t n)
{
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		strbuf_reset(&path);
		path_target_file(&path, v[i].path, v[i].hash);
		need(o, strbuf_slice(&path), v[i].hash, v[i].length);
	}
	strbuf_release(&path);
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static int need_all(struct opening *o, struct slice build)
{
	struct app_tree *t = o->app;

	if (need_all_metadata(o) || need_bytes(o, SLICE(BUILDINFO_NAME), build))
		return -1;
	memcpy(t->timestamp, o->m.timestamp, SHA256_SIZE);
	memcpy(t->notes, t->v[t->n - 1].sha256, SHA256_SIZE);
	need_targets(o, o->m.indexes, o->m.nindexes);
	need_targets(o, o->m.objects, o->m.nobjects);
	for (size_t i = 0; i < o->listed.n; i++)
		need(o, o->listed.v[i].path, o->listed.v[i].hash, o->listed.v[i].length);
	qsort(t->v, t->n, sizeof(*t->v), by_path);
	for (size_t i = 1; i < t->n; i++) {
		if (slice_eq(t->v[i - 1].path, t->v[i].path))
			return diag_error(o->d, SRCPOS_FILE(path_in(o, t->v[i].path)),
					  "the metadata lists this file twice");
	}
	return 0;
}

/* --- what is here ---------------------------------------------------------------------------------------------------------- */

static struct tree_file *find(const struct app_tree *t, struct slice path)
{
	size_t at = t->n ? slice_rank(&t->v->path, t->n, sizeof(*t->v), path, false) : 0;

	return at < t->n && slice_eq(t->v[at].path, path) ? &t->v[at] : NULL;
}

const struct tree_file *pub_tree_find(const struct app_tree *t, struct slice path)
{
	return find(t, path);
}

/* All of it is looked at, so that every fault is reported. */
static int find_here(struct opening *o)
{
	struct app_tree *t = o->app;
	size_t before = o->d->errors;

	for (size_t i = 0; i < o->here.n; i++) {
		struct tree_file *f = find(t, o->here.path[i]);
		const char *path = path_in(o, o->here.path[i]);

		if (!f) {
			diag_error(o->d, SRCPOS_FILE(path), "nothing in the tree's metadata lists this file");
		} else if (f->length != o->here.size[i]) {
			diag_error(o->d, SRCPOS_FILE(path), "has %" PRIu64 " bytes; the metadata says %" PRIu64,
				   o->here.size[i], f->length);
		} else {
			f->local = path;
			t->bytes += f->length;
		}
	}
	for (size_t i = 0; i < t->n; i++)
		t->elsewhere += !t->v[i].local;
	return o->d->errors > before ? -1 : 0;
}

/* --- an app ---------------------------------------------------------------------------------------------------------------- */

bool is_app_code(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '-' && text_is_name(slice_sub(s, 0, i)) && text_is_name(slice_from(s, i + 1)))
			return true;
	}
	return false;
}

/* It is the first part of every key, and comes from outside. */
static int check_app(struct opening *o)
{
	o->app->app = arena_copy(o->a, o->m.app);
	return is_app_code(o->m.app) ? 0
				     : diag_error(o->d, SRCPOS_FILE(o->app->dir), "the metadata's app %s is no appCode",
						  quote(o->a, o->m.app));
}

static int load_listed(struct opening *o)
{
	const char *path = o->app->dir, *why;
	struct slice bytes;
	int result = metadata_object(&bytes, &path, o->a, o->dg, o->app->dir, &o->m, FILES_NAME, FILES_MAX, o->d);

	if (!result)
		return files_decode(&o->listed, o->a, bytes, &why) ? diag_error(o->d, SRCPOS_FILE(path), "%s", why) : 0;
	for (size_t i = 0; result > 0 && i < o->m.nobjects; i++) {
		if (slice_ends(o->m.objects[i].path, "/" FILES_NAME))
			result = diag_error(o->d, SRCPOS_FILE(path),
					    "is missing: it says what lies under h5/ and pages/; build the tree again, "
					    "or fetch it with mdstatic-publish pull");
	}
	return result < 0 ? -1 : 0;
}

static void set_roles(struct opening *o)
{
	const struct tuf_file *root = &o->chain.v[o->chain.n - 1];
	struct app_tree *t = o->app;

	t->roles = ARENA_ARRAY(o->a, struct tree_role, o->m.parts.n + 1);
	t->roles[t->nroles++] = (struct tree_role){ SLICE("root"), root->version, root->expires };
	for (size_t i = 0; i < o->m.parts.n; i++) {
		const struct tuf_part *p = &o->m.parts.v[i];

		if (p->file)
			t->roles[t->nroles++] = (struct tree_role){ p->role, p->version, p->file->expires };
	}
}

/* `name` is the appCode that the metadata must bear; empty: any. */
static int load_app(struct opening *o, struct slice name)
{
	const struct metadata_terms terms = { .dir = o->app->dir, .chain = &o->chain, .app = name };
	struct slice build;

	if (file_walk(&o->here, o->app->dir, o->d) ||
	    metadata_roots(&o->chain, o->a, o->dg, o->app->dir, NULL, NULL, o->d) ||
	    metadata_load(&o->m, o->a, o->dg, &terms, o->d) || check_app(o) || load_listed(o) ||
	    metadata_build(&o->app->build, &build, o->a, o->app->dir, &o->chain, &o->m, o->d))
		return -1;
	set_roles(o);
	return need_all(o, build) || find_here(o) ? -1 : 0;
}

static int open_app(struct pub_tree *out, const char *dir, struct slice name, struct digests *dg, struct diags *d)
{
	struct app_tree *app = &out->apps[out->napps++];
	struct opening o = { .a = &out->mem, .dg = dg, .d = d, .app = app };
	int result;

	app->dir = dir;
	result = load_app(&o, name);
	file_list_release(&o.here);
	return result;
}

/* --- a tree ---------------------------------------------------------------------------------------------------------------- */

/* `folder` holds the apps. A tree that was copied has no lock. */
static int take_lock(struct pub_tree *out, const char *folder, struct diags *d)
{
	const char *path = arena_printf(&out->mem, "%s/" OUTDIR_LOCK, folder).p;

	out->lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (out->lock < 0)
		return errno == ENOENT ? 0 : diag_environment(d, path, "cannot open: %s", strerror(errno));
	return file_lock(out->lock, true, path, d);
}

static int open_one(struct pub_tree *out, const char *tree, struct digests *dg, struct diags *d)
{
	char *real = realpath(tree, NULL);
	const char *dir = arena_str(&out->mem, slice_of(tree));
	int result;

	if (!real)
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	result = take_lock(out, arena_printf(&out->mem, "%s/..", real).p, d);
	free(real);
	out->apps = ARENA_NEW(&out->mem, struct app_tree);
	return result ? -1 : open_app(out, dir, SLICE(""), dg, d);
}

static int open_all(struct pub_tree *out, const char *tree, struct digests *dg, struct diags *d)
{
	struct slice *names;
	size_t n;
	int result;

	if (take_lock(out, tree, d))
		return -1;
	result = apps_list(&names, &n, &out->mem, tree, d);
	out->apps = ARENA_ARRAY(&out->mem, struct app_tree, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *dir = arena_printf(&out->mem, "%s/" SLICE_FMT, tree, SLICE_ARG(names[i])).p;

		if (open_app(out, dir, names[i], dg, d))
			result = -1;
	}
	return result;
}

int pub_tree_open(struct pub_tree *out, const char *tree, struct digests *dg, struct diags *d)
{
	int result = apps_is_one(tree) ? open_one(out, tree, dg, d) : open_all(out, tree, dg, d);

	if (result)
		pub_tree_release(out);
	return result;
}

void pub_tree_release(struct pub_tree *t)
{
	file_close_at(&t->lock);
	arena_release(&t->mem);
	*t = (struct pub_tree)PUB_TREE_INIT;
}
