/* defs/defs.c: from a tree to a model, app by app. */
#include "defs/defs.h"

#include <stdlib.h>

#include "defs/appini.h"
#include "defs/audience.h"
#include "defs/layout.h"
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
};

static int upgrade_load(struct load *l, struct defs_scope *s, const struct layout_file *f)
{
	struct origin origin;

	if (textfile_read(&origin, l->tree, f->entry, l->a, l->d))
		return -1;
	return upgrade_read(&s->app->upgrades[s->app->nupgrades], s, origin, f->entry->rel);
}

static void switch_load(struct load *l, struct defs_scope *s, const struct layout_file *f)
{
	struct origin origin;

	if (textfile_read(&origin, l->tree, f->entry, l->a, l->d))
		return;
	if (switch_read(&s->app->switches[s->app->nswitches], s, origin, f->name) == 0)
		s->app->nswitches++;
}

static size_t count_kind(const struct layout_app *files, enum layout_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		n += files->files[i].kind == kind;
	return n;
}

static struct slice folder_of(struct slice rel)
{
	return slice_sub(rel, 0, (size_t)slice_rfind(rel, '/'));
}

/* Releases and switches (in the order of their paths, which is that of the keys); and the files beside releases that none of
 * them names. */
static void definitions_load(struct load *l, struct app *app, const struct layout_app *files)
{
	CLEANUP(scope_release) struct defs_scope s;

	scope_init(&s, l->a, l->d, l->model->commit_time, l->tree, app);
	app->upgrades = ARENA_ARRAY(l->a, struct upgrade, count_kind(files, LAYOUT_UPGRADE));
	app->switches = ARENA_ARRAY(l->a, struct switch_def, count_kind(files, LAYOUT_SWITCH));
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];

		if (f->kind == LAYOUT_SWITCH)
			switch_load(l, &s, f);
		else if (f->kind == LAYOUT_UPGRADE && upgrade_load(l, &s, f) == 0)
			app->nupgrades++;
		else if (f->kind == LAYOUT_UPGRADE)
			map_put(&l->unread, folder_of(f->entry->rel), l);
	}
	upgrades_finish(app, &s);
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];

		if (f->kind == LAYOUT_LOOSE && !scope_is_named(&s, f->entry->rel) && !map_get(&l->unread, f->name))
			layout_report_loose(f, l->d);
	}
}

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

/* Where app.ini should be, relative to the repository's root as the other files are. */
static const char *ini_path(struct arena *a, const struct layout_app *files)
{
	const struct file_entry *any = files->files[0].entry;
	int above = (int)(slice_of(any->path).n - any->rel.n);

	return arena_printf(a, "%.*s" SLICE_FMT "/app.ini", above, any->path, SLICE_ARG(files->dir)).p;
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
		diag_error(l->d, SRCPOS_FILE(ini_path(l->a, files)), "the file is missing: every app has one");
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
		audience_check(app, origin, l->a, l->d);
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
	struct load l = { .model = out, .tree = tree, .a = a, .d = d, .codes = MAP_INIT, .unread = MAP_INIT };
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
	if (out->napps)
		qsort(out->apps, out->napps, sizeof(*out->apps), by_code);
	return d->errors == errors ? 0 : -1;
}
