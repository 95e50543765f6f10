/* defs/whitelist.c: which lists there are, and what their .ini says. */
#include "defs/whitelist.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "defs/inifile.h"
#include "defs/reader.h"
#include "defs/textfile.h"

enum { ID_TYPE, FPR, PLAIN_IDS, KEYS };

static const struct ini_key keys[KEYS] = {
	[ID_TYPE] = { "whitelist", "idType" },
	[FPR] = { "whitelist", "fpr" },
	[PLAIN_IDS] = { "whitelist", "plainIds" },
};

struct load {
	struct app *app;
	const struct layout_app *files;
	const struct filetree *tree;
	struct arena *a;
	struct diags *d;
	struct map by_name; /* name → struct whitelist */
};

static void add_list(struct load *l, const struct layout_file *f)
{
	struct whitelist *w = ARENA_NEW(l->a, struct whitelist);
	bool regex = f->kind == LAYOUT_WHITELIST_REGEX;
	struct srcpos at = SRCPOS_FILE(f->entry->path);

	if (regex)
		diag_error(l->d, at, "regex whitelists are not supported by this version of mdstatic");
	*w = (struct whitelist){ .name = f->name, .is_regex = regex, .path = f->entry->path, .rel = f->entry->rel };
	struct whitelist *other = map_put(&l->by_name, w->name, w);
	if (other) /* .regex sorts before .txt */
		diag_error(l->d, at, "the list \"" SLICE_FMT "\" is also \"" SLICE_FMT "\"; keep one of the two",
			   SLICE_ARG(w->name), SLICE_ARG(other->rel));
	else
		l->app->whitelists[l->app->nwhitelists++] = w;
}

static void report_no_list(const struct load *l, const struct layout_file *f)
{
	struct slice *names = ARENA_ARRAY(l->a, struct slice, l->app->nwhitelists);

	for (size_t i = 0; i < l->app->nwhitelists; i++)
		names[i] = l->app->whitelists[i]->name;
	struct slice near = text_nearest(f->name, names, l->app->nwhitelists);
	diag_error(l->d, SRCPOS_FILE(f->entry->path),
		   "there is no list \"" SLICE_FMT ".txt\" or \"" SLICE_FMT ".regex\"%s", SLICE_ARG(f->name),
		   SLICE_ARG(f->name), hint(l->a, near));
}

static void read_settings(const struct load *l, const struct layout_file *f)
{
	struct whitelist *w = map_get(&l->by_name, f->name);
	struct inifile ini;
	struct origin origin;
	struct slice type;

	if (!w)
		report_no_list(l, f);
	if (textfile_read(&origin, l->tree, f->entry, l->a, l->d))
		return;
	inifile_read(&ini, l->a, l->d, origin, keys, KEYS);
	struct whitelist nobody = { 0 }, *to = w ? w : &nobody;
	if (inifile_text(&type, &ini, ID_TYPE) && !id_type_parse(&to->id_type, type))
		inifile_error(&ini, ID_TYPE, "must be userId or deviceId");
	(void)inifile_fpr(&to->fpr, &ini, FPR);
	(void)inifile_bool(&to->plain_ids, &ini, PLAIN_IDS);
}

static int by_name(const void *x, const void *y)
{
	const struct whitelist *const *a = x, *const *b = y;

	return slice_cmp((*a)->name, (*b)->name);
}

void whitelists_load(struct app *app, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		     struct diags *d)
{
	struct load l = { app, files, tree, a, d, MAP_INIT };

	app->whitelists = ARENA_ARRAY(a, struct whitelist *, files->n);
	for (size_t i = 0; i < files->n; i++)
		if (files->files[i].kind == LAYOUT_WHITELIST_IDS || files->files[i].kind == LAYOUT_WHITELIST_REGEX)
			add_list(&l, &files->files[i]);
	for (size_t i = 0; i < files->n; i++)
		if (files->files[i].kind == LAYOUT_WHITELIST_INI)
			read_settings(&l, &files->files[i]);
	if (app->nwhitelists)
		qsort(app->whitelists, app->nwhitelists, sizeof(struct whitelist *), by_name);
	map_release(&l.by_name);
}
