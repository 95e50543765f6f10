/* defs/defs.c: from a tree to a model, app by app. */
#include "defs/defs.h"

#include <stdlib.h>

#include "defs/appini.h"
#include "defs/audience.h"
#include "defs/h5.h"
#include "defs/hotpatch.h"
#include "defs/layout.h"
#include "defs/pathname.h"
#include "defs/quickfix.h"
#include "defs/resources.h"
#include "defs/roots.h"
#include "defs/scope.h"
#include "defs/secret.h"
#include "defs/switch.h"
#include "defs/textfile.h"
#include "defs/upgrade.h"
#include "defs/whitelist.h"

struct load {
	struct model *model;
	const struct filetree *tree;
	struct arena *a;
	struct diags *d;
	struct root_chain shared; /* of keys/ */
	struct map codes;         /* app_code → struct app: the first that has it */
	struct map unread;        /* folder → a mark: its release could not be read, so nobody knows what it names */
	struct map h5_known; /* "apps/<dir>/h5/<h5Id>" → a mark: it has an app.json, or the lack of it is reported */
	struct map h5_apps;  /* the same → struct h5_app, where its app.json could be read */
};

/* Where a file of `folder` should be, relative to the repository's root as `any`, another file of the tree, is. */
static const char *missing_path(struct arena *a, const struct file_entry *any, struct slice folder, const char *name)
{
	int above = (int)(slice_of(any->path).n - any->rel.n);

	return arena_printf(a, "%.*s" SLICE_FMT "/%s", above, any->path, SLICE_ARG(folder), name).p;
}

static size_t count_kind(const struct layout_app *files, enum layout_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		n += files->files[i].kind == kind;
	return n;
}

static void lists_allocate(struct app *app, const struct layout_app *files, struct arena *a)
{
	app->upgrades = ARENA_ARRAY(a, struct upgrade, count_kind(files, LAYOUT_UPGRADE));
	app->hotpatches = ARENA_ARRAY(a, struct hotpatch, count_kind(files, LAYOUT_HOTPATCH));
	app->h5_apps = ARENA_ARRAY(a, struct h5_app, count_kind(files, LAYOUT_H5_APP));
	app->h5 = ARENA_ARRAY(a, struct h5_release, count_kind(files, LAYOUT_H5));
	app->quickfixes = ARENA_ARRAY(a, struct quickfix, count_kind(files, LAYOUT_QUICKFIX));
	app->switches = ARENA_ARRAY(a, struct switch_def, count_kind(files, LAYOUT_SWITCH));
}

/* --- h5 apps: before their releases ------------------------------------------------------------------------------------- */

/* "apps/<dir>/h5/<h5Id>" of an app.json, or of the release.json of a version. */
static struct slice h5_folder(const struct layout_file *f)
{
	struct slice above = path_parent(f->entry->rel);

	return f->kind == LAYOUT_H5_APP ? above : path_parent(above);
}

static void h5_apps_load(struct load *l, struct defs_scope *s, const struct layout_app *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];
		struct h5_app *out = &s->app->h5_apps[s->app->nh5_apps];
		struct origin origin;

		if (f->kind != LAYOUT_H5_APP)
			continue;
		map_put(&l->h5_known, h5_folder(f), l);
		if (textfile_read(&origin, l->tree, f->entry, l->a, l->d) == 0 &&
		    h5_app_read(out, s, origin, path_last(h5_folder(f))) == 0) {
			map_put(&l->h5_apps, h5_folder(f), out);
			s->app->nh5_apps++;
		}
	}
}

/* The app of a release; NULL: it has none, which is reported once, where its app.json should be, or it could not be read. */
static const struct h5_app *h5_app_of(struct load *l, const struct layout_file *f)
{
	struct slice folder = h5_folder(f);

	if (!map_put(&l->h5_known, folder, l))
		diag_error(l->d, SRCPOS_FILE(missing_path(l->a, f->entry, folder, "app.json")),
			   "the file is missing: every h5 app has one");
	return map_get(&l->h5_apps, folder);
}

/* --- releases and switches ---------------------------------------------------------------------------------------------- */

static bool is_release(const struct layout_file *f)
{
	return f->kind >= LAYOUT_UPGRADE && f->kind <= LAYOUT_QUICKFIX;
}

/* 0: the release is known, and in its list. */
static int release_load(struct load *l, struct defs_scope *s, const struct layout_file *f)
{
	struct app *app = s->app;
	struct slice rel = f->entry->rel;
	struct origin origin;
	size_t *n;
	int rc;

	if (textfile_read(&origin, l->tree, f->entry, l->a, l->d))
		return -1;
	switch (f->kind) {
	case LAYOUT_UPGRADE:
		n = &app->nupgrades;
		rc = upgrade_read(&app->upgrades[*n], s, origin, rel);
		break;
	case LAYOUT_HOTPATCH:
		n = &app->nhotpatches;
		rc = hotpatch_read(&app->hotpatches[*n], s, origin, rel);
		break;
	case LAYOUT_H5:
		n = &app->nh5;
		rc = h5_read(&app->h5[*n], s, origin, rel, h5_app_of(l, f));
		break;
	default:
		n = &app->nquickfixes;
		rc = quickfix_read(&app->quickfixes[*n], s, origin, rel);
		break;
	}
	*n += rc == 0;
	return rc;
}

static void switch_load(struct load *l, struct defs_scope *s, const struct layout_file *f)
{
	struct origin origin;

	if (textfile_read(&origin, l->tree, f->entry, l->a, l->d))
		return;
	if (switch_read(&s->app->switches[s->app->nswitches], s, origin, f->name) == 0)
		s->app->nswitches++;
}

/* The files beside releases that none of them names. Where a release could not be read, nobody knows what it names. */
static void report_loose(struct load *l, const struct defs_scope *s, const struct layout_app *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];

		if (f->kind == LAYOUT_LOOSE && !scope_is_named(s, f->entry->rel) && !map_get(&l->unread, f->name))
			layout_report_loose(f, l->d);
	}
}

/* Releases and switches, in the order of their paths, which is that of the keys. */
static void definitions_load(struct load *l, struct app *app, const struct layout_app *files)
{
	CLEANUP(scope_release) struct defs_scope s;

	scope_init(&s, l->a, l->d, l->model->commit_time, l->tree, app);
	lists_allocate(app, files, l->a);
	h5_apps_load(l, &s, files);
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];

		if (f->kind == LAYOUT_SWITCH)
			switch_load(l, &s, f);
		else if (is_release(f) && release_load(l, &s, f))
			map_put(&l->unread, path_parent(f->entry->rel), l);
		arena_reset(&s.scratch);
	}
	upgrades_finish(app, &s);
	hotpatches_finish(app, &s);
	h5_finish(app, &s);
	quickfixes_finish(app);
	whitelists_finish(app, l->d);
	app_list_releases(app, l->a);
	report_loose(l, &s, files);
}

/* --- apps --------------------------------------------------------------------------------------------------------------- */

static const struct layout_file *find_kind(const struct layout_app *files, enum layout_kind kind)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->files[i].kind == kind)
			return &files->files[i];
	return NULL;
}

static void roots_of_app(struct load *l, struct app *app, const struct layout_app *files)
{
	struct root_chain own;

	roots_load(&own, files, l->tree, l->a, l->d);
	const struct root_chain *chain = own.dir ? &own : &l->shared;
	app->roots = chain->v;
	app->nroots = chain->n;
	app->roots_dir = chain->dir;
}

static void check_code(struct load *l, struct app *app, struct srcpos at)
{
	struct app *other = app->app_code.n ? map_put(&l->codes, app->app_code, app) : NULL;

	if (other)
		diag_error(l->d, at, "the app code \"" SLICE_FMT "\" is also that of " SLICE_FMT "/app.ini",
			   SLICE_ARG(app->app_code), SLICE_ARG(other->dir));
}

static void ini_load(struct load *l, struct app *app, const struct layout_app *files)
{
	const struct layout_file *ini = find_kind(files, LAYOUT_APP_INI);
	struct origin origin;

	appini_defaults(app);
	if (ini && textfile_read(&origin, l->tree, ini->entry, l->a, l->d) == 0) {
		check_code(l, app, appini_read(app, l->a, l->d, origin));
		return;
	}
	if (!ini)
		diag_error(l->d, SRCPOS_FILE(missing_path(l->a, files->files[0].entry, files->dir, "app.ini")),
			   "the file is missing: every app has one");
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		app->audience[p] = 0; /* no window need complain as well */
}

static void app_load(struct load *l, struct app *app, const struct layout_app *files)
{
	const struct layout_file *audience = find_kind(files, LAYOUT_AUDIENCE);
	struct origin origin;

	*app = (struct app){ .dir = files->dir };
	ini_load(l, app, files);
	resources_load(app, files, l->tree, l->a, l->d);
	whitelists_load(app, files, l->tree, l->a, l->d);
	if (audience && textfile_read(&origin, l->tree, audience->entry, l->a, l->d) == 0)
		audience_load(app, origin, l->a, l->d);
	definitions_load(l, app, files);
	roots_of_app(l, app, files);
}

static int by_code(const void *x, const void *y)
{
	const struct app *a = x, *b = y;

	return slice_cmp(a->app_code, b->app_code);
}

int defs_load(struct model *out, const struct filetree *tree, int64_t commit_time, struct arena *a, struct diags *d)
{
	struct load l = {
		.model = out,
		.tree = tree,
		.a = a,
		.d = d,
	};
	size_t errors = d->errors;
	struct layout layout;

	*out = (struct model){ .commit_time = commit_time };
	layout_read(&layout, tree, a, d);
	secrets_report(tree, d);
	roots_load(&l.shared, &layout.keys, tree, a, d);
	out->apps = ARENA_ARRAY(a, struct app, layout.napps);
	for (; out->napps < layout.napps; out->napps++)
		app_load(&l, &out->apps[out->napps], &layout.apps[out->napps]);
	if (!out->napps && d->errors == errors)
		diag_error(d, SRCPOS_NONE, "no app is defined: there is no apps/<dir>/app.ini");
	map_release(&l.codes);
	map_release(&l.unread);
	map_release(&l.h5_known);
	map_release(&l.h5_apps);
	if (out->napps)
		qsort(out->apps, out->napps, sizeof(*out->apps), by_code);
	return d->errors == errors ? 0 : -1;
}
