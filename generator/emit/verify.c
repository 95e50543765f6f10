#include "emit/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/instant.h"
#include "emit/apps.h"
#include "emit/copy.h"
#include "emit/metadata.h"
#include "emit/verify_index.h"
#include "format/buildinfo.h"
#include "format/files.h"
#include "format/paths.h"

/* A file that the tree may hold. */
struct expected {
	struct slice path;               /* relative to the app's folder */
	const struct tuf_target *target; /* NULL: metadata and build.json, which are checked in their own way */
	bool elsewhere;                  /* build.json says that it is not here */
	bool seen;
};

struct checking {
	struct verify_result *out;
	struct verify_app *app;
	const struct verify_options *o;
	struct digests *dg;
	struct diags *d;
	struct arena mem;
	const char *dir;
	struct file_list files;
	struct tuf_chain chain;
	struct metadata m;
	struct files listed; /* of files.json */
	struct buildinfo build;
	struct expected *v; /* sorted by path once complete */
	size_t n, cap;
};

static const char *path_in(struct checking *c, struct slice rel)
{
	return arena_printf(&c->mem, "%s/" SLICE_FMT, c->dir, SLICE_ARG(rel)).p;
}

static void expect(struct checking *c, struct slice path, const struct tuf_target *target)
{
	struct expected e = { .path = path, .target = target };

	ARENA_PUSH(&c->mem, c->v, c->n, c->cap, e);
}

static int expected_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct expected *)a)->path, ((const struct expected *)b)->path);
}

static struct expected *find_expected(const struct checking *c, struct slice path)
{
	struct expected key = { .path = path };

	return bsearch(&key, c->v, c->n, sizeof(*c->v), expected_cmp);
}

/* --- roots -------------------------------------------------------------------------------------------------------------- */
static int load_chain(struct checking *c)
{
	struct strbuf rel = STRBUF_INIT;

	if (metadata_roots(&c->chain, &c->mem, c->dg, c->dir, &c->o->root, c->o->root_name, c->d))
		return -1;
	for (size_t i = 0; i < c->chain.n; i++) {
		strbuf_reset(&rel);
		path_metadata(&rel, i + 1, "root");
		expect(c, arena_copy(&c->mem, strbuf_slice(&rel)), NULL);
	}
	strbuf_release(&rel);
	return 0;
}

/* --- roles, expiry -------------------------------------------------------------------------------------------------------- */
static void report_role(struct checking *c, struct slice role, const char *path, const struct tuf_file *f)
{
	struct verify_app *app = c->app;
	char expires[INSTANT_TEXT];

	app->roles[app->nroles++] = (struct verify_role){ arena_copy(&c->out->mem, role), f->version, f->expires };
	if (f->expires > c->o->now)
		return;
	instant_format(expires, f->expires);
	diag_error(c->d, SRCPOS_FILE(path), "expired at %s", expires);
}

static void check_parts(struct checking *c)
{
	const struct tuf_file *root = &c->chain.v[c->chain.n - 1];
	struct strbuf rel = STRBUF_INIT;

	c->app->roles = ARENA_ARRAY(&c->out->mem, struct verify_role, c->m.parts.n + 1);
	path_metadata(&rel, root->version, "root");
	report_role(c, SLICE("root"), path_in(c, strbuf_slice(&rel)), root);
	for (size_t i = 0; i < c->m.parts.n; i++) {
		const struct tuf_part *p = &c->m.parts.v[i];

		strbuf_reset(&rel);
		path_metadata(&rel, slice_eqs(p->role, "timestamp") ? 0 : p->version, arena_str(&c->mem, p->role));
		expect(c, arena_copy(&c->mem, strbuf_slice(&rel)), NULL);
		if (p->file)
			report_role(c, p->role, path_in(c, strbuf_slice(&rel)), p->file);
	}
	strbuf_release(&rel);
}

static void expect_targets(struct checking *c, const struct tuf_target *v, size_t n)
{
	struct strbuf rel = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		strbuf_reset(&rel);
		path_target_file(&rel, v[i].path, v[i].hash);
		expect(c, arena_copy(&c->mem, strbuf_slice(&rel)), &v[i]);
	}
	strbuf_release(&rel);
}

/* --- files.json ----------------------------------------------------------------------------------------------------------- */
static void expect_listed(struct checking *c)
{
	struct tuf_target *targets;
	const char *path, *why;
	struct slice bytes;

	if (metadata_object(&bytes, &path, &c->mem, c->dg, c->dir, &c->m, FILES_NAME, FILES_MAX, c->d))
		return; /* a lost one is reported with all files */
	if (files_decode(&c->listed, &c->mem, bytes, &why)) {
		diag_error(c->d, SRCPOS_FILE(path), "%s", why);
		return;
	}
	targets = ARENA_ARRAY(&c->mem, struct tuf_target, c->listed.n);
	for (size_t i = 0; i < c->listed.n; i++) {
		const struct listed_file *f = &c->listed.v[i];

		targets[i] = (struct tuf_target){ .path = f->path, .length = f->length };
		memcpy(targets[i].hash, f->hash, SHA256_SIZE);
		expect(c, f->path, &targets[i]);
	}
}

/* --- build.json ----------------------------------------------------------------------------------------------------------- */
static int check_build(struct checking *c)
{
	struct slice bytes = { NULL, 0 };
	int result = metadata_build(&c->build, &bytes, &c->mem, c->dir, &c->chain, &c->m, c->d);

	if (bytes.p)
		expect(c, SLICE(BUILDINFO_NAME), NULL);
	if (result)
		return -1;
	c->app->commit = arena_copy(&c->out->mem, c->build.commit);
	c->app->tool = arena_copy(&c->out->mem, c->build.tool);
	return 0;
}

static void mark_elsewhere(struct checking *c)
{
	for (size_t i = 0; i < c->build.nelsewhere; i++) {
		const struct elsewhere *kept = &c->build.elsewhere[i];
		struct expected *e = find_expected(c, kept->path);

		if (!e || !e->target || e->target->length != kept->length)
			diag_error(c->d, SRCPOS_FILE(path_in(c, SLICE(BUILDINFO_NAME))),
				   "names " SLICE_FMT " as kept elsewhere, which the tree does not list so",
				   SLICE_ARG(kept->path));
		else
			e->elsewhere = true;
	}
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */
static void check_file(struct checking *c, struct slice rel, uint64_t size)
{
	struct expected *e = find_expected(c, rel);
	const char *path = path_in(c, rel);
	struct file_sum sum;

	if (!e && c->o->published) {
		c->app->others++;
		return;
	}
	c->app->files++;
	c->app->bytes += size;
	if (!e) {
		diag_error(c->d, SRCPOS_FILE(path), "nothing in the tree's metadata lists this file");
		return;
	}
	e->seen = true;
	if (!e->target)
		return;
	if (size != e->target->length)
		diag_error(c->d, SRCPOS_FILE(path), "has %" PRIu64 " bytes; the metadata says %" PRIu64, size,
			   e->target->length);
	else if (!copy_file(&sum, path, NULL, c->d) && memcmp(sum.hash, e->target->hash, SHA256_SIZE) != 0)
		diag_error(c->d, SRCPOS_FILE(path), "differs from its SHA-256 in the metadata");
}

static void check_files(struct checking *c)
{
	for (size_t i = 0; i < c->files.n; i++)
		check_file(c, c->files.path[i], c->files.size[i]);
	for (size_t i = 0; i < c->n; i++) {
		const struct expected *e = &c->v[i];

		if (e->seen && e->elsewhere && !c->o->published) {
			diag_error(c->d, SRCPOS_FILE(path_in(c, e->path)),
				   BUILDINFO_NAME " says that it is kept elsewhere");
		} else if (!e->seen && (!e->elsewhere || c->o->complete)) {
			diag_error(c->d, SRCPOS_FILE(path_in(c, e->path)), "is missing%s",
				   e->elsewhere ? " (" BUILDINFO_NAME " says that it is kept elsewhere)" : "");
		} else if (!e->seen) {
			c->app->elsewhere++;
			c->app->elsewhere_bytes += e->target->length;
		}
	}
}

/* --- an app --------------------------------------------------------------------------------------------------------------- */
static int check_app(struct checking *c, struct slice name)
{
	const struct metadata_terms terms = { .dir = c->dir, .chain = &c->chain, .app = name };

	if (file_walk(&c->files, c->dir, c->d) || load_chain(c) || metadata_load(&c->m, &c->mem, c->dg, &terms, c->d))
		return -1;
	c->app->app = arena_copy(&c->out->mem, c->m.app);
	c->app->objects = c->m.nobjects;
	check_parts(c);
	expect_targets(c, c->m.indexes, c->m.nindexes);
	expect_targets(c, c->m.objects, c->m.nobjects);
	expect_listed(c);
	check_build(c);
	qsort(c->v, c->n, sizeof(*c->v), expected_cmp);
	mark_elsewhere(c);
	check_files(c);
	for (size_t i = 0; i < c->m.nindexes; i++)
		verify_index(&c->m.indexes[i], c->dir, &c->m, &c->listed, c->dg, c->d);
	return 0;
}

/* `name` is the appCode that the metadata must bear; empty: any. */
static void verify_app(struct verify_result *out, const char *dir, struct slice name, const struct verify_options *o,
		       struct digests *dg, struct diags *d)
{
	struct checking c = {
		.out = out, .o = o, .dg = dg, .d = d, .dir = dir, .mem = ARENA_INIT, .files = { .mem = ARENA_INIT }
	};
	struct verify_app app = { 0 };

	c.app = &app;
	if (!check_app(&c, name))
		out->apps[out->napps++] = app;
	file_list_release(&c.files);
	arena_release(&c.mem);
}

/* --- a tree --------------------------------------------------------------------------------------------------------------- */
/* A destination may hold other things beside the apps. */
static int list_apps(struct slice **out, size_t *n, struct arena *a, const char *tree, const struct verify_options *o,
		     struct diags *d)
{
	struct diags found = DIAGS_INIT;
	size_t all = 0;

	if (apps_list(out, &all, a, tree, &found) && (!o->published || !all || found.environment))
		diags_add(d, &found);
	diags_release(&found);
	*n = 0;
	for (size_t i = 0; i < all; i++) {
		const char *dir = arena_printf(a, "%s/" SLICE_FMT, tree, SLICE_ARG((*out)[i])).p;

		if (!o->published || apps_is_one(dir))
			(*out)[(*n)++] = (*out)[i];
	}
	return *n ? 0 : all ? diag_error(d, SRCPOS_FILE(tree), "there is no app in this folder") : -1;
}

int verify_tree(struct verify_result *out, const char *tree, const struct verify_options *o, struct digests *dg,
		struct diags *d)
{
	size_t before = d->errors, n = 0;
	struct slice *apps;

	if (apps_is_one(tree)) {
		out->apps = ARENA_NEW(&out->mem, struct verify_app);
		verify_app(out, tree, SLICE(""), o, dg, d);
		return d->errors > before ? -1 : 0;
	}
	if (list_apps(&apps, &n, &out->mem, tree, o, d))
		return -1;
	out->apps = ARENA_ARRAY(&out->mem, struct verify_app, n);
	for (size_t i = 0; i < n; i++)
		verify_app(out, arena_printf(&out->mem, "%s/" SLICE_FMT, tree, SLICE_ARG(apps[i])).p, apps[i], o, dg,
			   d);
	return d->errors > before ? -1 : 0;
}

void verify_result_release(struct verify_result *r)
{
	arena_release(&r->mem);
	*r = (struct verify_result)VERIFY_RESULT_INIT;
}
