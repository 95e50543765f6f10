/* defs/whitelist.c: which lists there are, and what their .ini says. */
#include "defs/whitelist.h"

#include <stdlib.h>
#include <string.h>

#include "base/inifile.h"
#include "base/map.h"
#include "base/text.h"
#include "defs/pattern.h"
#include "defs/reader.h"
#include "defs/repeat.h"
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

/* --- expressions -------------------------------------------------------------------------------------------------- */

struct lines {
	const struct load *load;
	struct whitelist *w;
	uint32_t line[WHITELIST_PATTERNS]; /* of each pattern */
};

static bool line_error(const struct lines *l, uint32_t line, struct slice before, const char *why)
{
	struct srcpos at = { l->w->path, line, (uint32_t)text_codepoints(before) + 1 };

	diag_error(l->load->d, at, "%s", why);
	return false;
}

static bool check_ends(const struct lines *l, uint32_t line, struct slice text)
{
	struct slice trimmed = slice_trim(text);
	size_t before = (size_t)(trimmed.p - text.p);

	if (trimmed.n == text.n)
		return true;
	return line_error(l, line, slice_sub(text, 0, before ? 0 : trimmed.n),
			  "white space around a pattern; remove it, or write [ ] for a space that is part of the id");
}

/* One line that is not blank. False: no further lines. */
static bool pattern_load(struct lines *l, uint32_t line, struct slice text)
{
	struct whitelist *w = l->w;
	struct pattern_fault fault;
	struct slice pattern;

	if (w->npatterns == WHITELIST_PATTERNS)
		return line_error(l, line, SLICE(""), "more than 20 patterns; join some of them by \"|\", as in (a|b)");
	if (!check_ends(l, line, text))
		return true;
	if (!pattern_read(&pattern, &fault, text, l->load->a)) {
		line_error(l, line, slice_sub(text, 0, fault.offset), fault.why);
		return true;
	}
	l->line[w->npatterns] = line;
	w->patterns[w->npatterns++] = pattern;
	return true;
}

static void report_repeats(const struct lines *l)
{
	const struct whitelist *w = l->w;
	const size_t *first = repeats_find(l->load->a, w->patterns, w->npatterns);

	for (size_t i = 0; first && i < w->npatterns; i++)
		if (first[i] != i)
			diag_warning(l->load->d, (struct srcpos){ w->path, l->line[i], 1 },
				     "this pattern is the same as that of line %u", (unsigned)l->line[first[i]]);
}

static void patterns_load(const struct load *load, struct whitelist *w, const struct file_entry *e)
{
	struct lines l = { .load = load, .w = w };
	size_t errors = load->d->errors;
	uint32_t number = 0;

	w->patterns = ARENA_ARRAY(load->a, struct slice, WHITELIST_PATTERNS);
	if (textfile_read(&w->origin, load->tree, e, load->a, load->d))
		return;
	if (slice_starts(w->origin.text, "\xef\xbb\xbf")) {
		line_error(&l, 1, SLICE(""), "a byte order mark; save the file as UTF-8 without one");
		return;
	}
	for (struct slice rest = w->origin.text, line; rest.p;) {
		line = slice_cut(&rest, '\n');
		number++;
		if (slice_ends(line, "\r"))
			line.n--;
		if (!text_is_utf8(line))
			line_error(&l, number, SLICE(""), "this line is not valid UTF-8");
		else if (slice_trim(line).n && !pattern_load(&l, number, line))
			break;
	}
	report_repeats(&l);
	if (!w->npatterns && load->d->errors == errors)
		diag_error(load->d, SRCPOS_FILE(w->path), "this list holds no pattern; write one a line");
}

/* The one id that a pattern stands for, where it has nothing but characters. */
static bool only_id(struct slice *out, struct arena *a, struct slice pattern)
{
	char *id = arena_alloc(a, pattern.n);
	size_t n = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '\\')
			i++;
		else if (strchr(".[(|)?*+{", pattern.p[i]))
			return false;
		id[n++] = pattern.p[i];
	}
	*out = slice_bytes(id, n);
	return true;
}

static void warn_personal(const struct load *l, const struct whitelist *w)
{
	size_t personal = 0;

	for (size_t i = 0; i < w->npatterns; i++) {
		struct slice id;

		personal += only_id(&id, l->a, w->patterns[i]) && text_is_personal(id);
	}
	if (personal && !w->plain_ids)
		diag_warning(
			l->d, SRCPOS_FILE(w->path),
			"%zu of %zu patterns are phone numbers or e-mail addresses; patterns are published as they "
			"are: use opaque ids, or say plainIds = true in " SLICE_FMT ".ini",
			personal, w->npatterns, SLICE_ARG(w->name));
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static void add_list(struct load *l, const struct layout_file *f)
{
	struct whitelist *w = ARENA_NEW(l->a, struct whitelist);
	bool regex = f->kind == LAYOUT_WHITELIST_REGEX;
	struct srcpos at = SRCPOS_FILE(f->entry->path);

	*w = (struct whitelist){ .name = f->name, .is_regex = regex, .path = f->entry->path, .rel = f->entry->rel };
	struct whitelist *other = map_put(&l->by_name, w->name, w);
	if (other) /* .regex sorts before .txt */
		diag_error(l->d, at, "the list \"" SLICE_FMT "\" is also \"" SLICE_FMT "\"; keep one of the two",
			   SLICE_ARG(w->name), SLICE_ARG(other->rel));
	else
		l->app->whitelists[l->app->nwhitelists++] = w;
	if (regex)
		patterns_load(l, w, f->entry);
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
	if (inifile_fpr(&to->fpr, &ini, FPR) && to->is_regex)
		inifile_error(&ini, FPR, "is for .txt lists; a pattern has no false positives");
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
	for (size_t i = 0; i < app->nwhitelists; i++)
		warn_personal(&l, app->whitelists[i]);
	if (app->nwhitelists)
		qsort(app->whitelists, app->nwhitelists, sizeof(struct whitelist *), by_name);
	map_release(&l.by_name);
}

void whitelists_finish(const struct app *app, struct diags *d)
{
	for (size_t i = 0; i < app->nwhitelists && !d->errors; i++)
		if (!app->whitelists[i]->used)
			diag_warning(d, SRCPOS_FILE(app->whitelists[i]->path),
				     "no task and no switch value names this list");
}
