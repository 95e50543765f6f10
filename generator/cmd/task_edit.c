#include "cmd/task_edit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/text.h"
#include "build/warnings.h"
#include "cmd/overlay.h"
#include "defs/defs.h"
#include "report/list.h"

/* What `check` says of a model but for the bytes of packages and lists. */
static void judge(struct edits *e, const struct model *m, const struct filetree *tree, struct diags *d)
{
	load_transitions(m, tree, e->load.source, &e->load.mem, d);
	for (size_t i = 0; i < m->napps && !d->errors; i++)
		warnings_check(&m->apps[i], m->commit_time, d);
}

int edits_open(struct edits *e, const struct cmd_args *a)
{
	struct source_options o = { .worktree = true, .any_owner = cmd_flag(a, "any-owner") };

	*e = (struct edits){ .load = LOAD_INIT, .repo = a->positional[0], .before = DIAGS_INIT };
	if (load_open_as(&e->load, e->repo, &o))
		return -1;
	judge(e, &e->load.model, source_tree(e->load.source), &e->load.d);
	e->before = e->load.d;
	e->load.d = (struct diags)DIAGS_INIT;
	if (e->before.environment) {
		e->load.d = e->before;
		e->before = (struct diags)DIAGS_INIT;
		return -1;
	}
	return 0;
}

int edits_close(struct edits *e)
{
	int code = diags_exit(&e->load.d);

	diags_print(&e->load.d, DIAG_TEXT, stderr);
	diags_release(&e->before);
	map_release(&e->by_path);
	load_close(&e->load);
	return code;
}

/* --- names of releases --------------------------------------------------------------------------------------------------- */

const char *edits_name(struct edits *e, const struct release *r)
{
	return arena_printf(&e->load.mem, "%s/" SLICE_FMT "/" SLICE_FMT, kind_name(r->kind), SLICE_ARG(r->slot),
			    SLICE_ARG(r->version_text))
		.p;
}

static void buffer_free_at(char **p)
{
	free(*p);
}

/* The folder that a path names, relative to REPO, in the arena; the empty slice where it is none below REPO. */
static struct slice folder_of(struct edits *e, const char *path)
{
	CLEANUP(buffer_free_at) char *repo = realpath(e->repo, NULL);
	CLEANUP(buffer_free_at) char *real = realpath(path, NULL);
	struct slice out = slice_of(real), top = slice_of(repo);

	if (!repo || !real || !slice_starts(out, repo) || out.n <= top.n || out.p[top.n] != '/')
		return (struct slice){ NULL, 0 };
	out = slice_from(out, top.n + 1);
	if (slice_ends(out, "/release.json"))
		out.n -= SLICE("/release.json").n;
	return arena_copy(&e->load.mem, out);
}

struct search {
	struct slice folders[2]; /* that the name is a path of: from here, from REPO */
	enum kind kind;          /* that the name begins with; KIND_COUNT: none */
	struct slice rest;       /* what follows it: SLOT/VERSION */
	const struct release *by_path, *by_name;
	const struct app *app, *other; /* that have a release of the name; `other` NULL: only one has */
};

static bool is_named(const struct search *s, const struct release *r)
{
	struct slice rest = s->rest;

	return r->kind == s->kind && rest.n == r->slot.n + 1 + r->version_text.n &&
	       slice_eq(slice_sub(rest, 0, r->slot.n), r->slot) && rest.p[r->slot.n] == '/' &&
	       slice_eq(slice_from(rest, r->slot.n + 1), r->version_text);
}

static void search_app(struct search *s, const struct app *app)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < app->nreleases[k]; i++) {
			const struct release *r = app->releases[k][i];

			if (slice_eq(r->folder, s->folders[0]) || slice_eq(r->folder, s->folders[1]))
				s->by_path = r;
			if (!is_named(s, r))
				continue;
			s->other = s->by_name ? app : NULL;
			s->app = s->by_name ? s->app : app;
			s->by_name = r;
		}
	}
}

static const struct release *not_found(struct edits *e, const char *name)
{
	const struct model *m = &e->load.model;
	struct slice *names, near;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < m->napps; i++) {
		for (size_t k = 0; k < KIND_COUNT; k++)
			room += m->apps[i].nreleases[k];
	}
	names = ARENA_ARRAY(&e->load.mem, struct slice, room);
	for (size_t i = 0; i < m->napps; i++) {
		for (size_t k = 0; k < KIND_COUNT; k++) {
			for (size_t j = 0; j < m->apps[i].nreleases[k]; j++)
				names[n++] = slice_of(edits_name(e, m->apps[i].releases[k][j]));
		}
	}
	near = text_nearest(slice_of(name), names, n);
	diag_error(&e->load.d, SRCPOS_NONE, "there is no release \"%s\"; %s", name,
		   near.n ? arena_printf(&e->load.mem, "did you mean \"" SLICE_FMT "\"?", SLICE_ARG(near)).p
			  : "name it by its folder, or like upgrade/android/8.0.10");
	if (e->before.errors)
		diags_print(&e->before, DIAG_TEXT, stderr); /* a release that cannot be read is none */
	return NULL;
}

const struct release *edits_find(struct edits *e, const char *name, const char *app)
{
	struct search s = { .kind = KIND_COUNT, .rest = slice_of(name) };
	const struct model *m = &e->load.model;
	size_t topic;

	while (slice_ends(s.rest, "/"))
		s.rest.n--;
	s.folders[0] = folder_of(e, name);
	s.folders[1] = folder_of(e, arena_printf(&e->load.mem, "%s/%s", e->repo, name).p);
	if (list_topic_parse(&topic, slice_cut(&s.rest, '/')) && topic < KIND_COUNT)
		s.kind = (enum kind)topic;
	for (size_t i = 0; i < m->napps; i++) {
		if (!app || slice_eqs(m->apps[i].app_code, app))
			search_app(&s, &m->apps[i]);
	}
	if (s.by_path)
		return s.by_path;
	if (!s.by_name)
		return not_found(e, name);
	if (!s.other)
		return s.by_name;
	diag_error(&e->load.d, SRCPOS_NONE,
		   "%s is a release of " SLICE_FMT " and of " SLICE_FMT "; say which with --app, or name its folder",
		   edits_name(e, s.by_name), SLICE_ARG(s.app->app_code), SLICE_ARG(s.other->app_code));
	return NULL;
}

/* --- texts ---------------------------------------------------------------------------------------------------------------- */

static struct edited *find_edited(const struct edits *e, const char *path)
{
	return map_get(&e->by_path, slice_of(path));
}

struct slice edits_text(const struct edits *e, const struct release *r)
{
	const struct edited *known = find_edited(e, r->origin.path);

	return known ? known->text : r->origin.text;
}

int edits_set(struct edits *e, const struct release *r, int bad, const struct strbuf *text)
{
	struct edited *known = find_edited(e, r->origin.path);

	if (bad || text->failed)
		return diag_error(
			&e->load.d, SRCPOS_FILE(r->origin.path),
			"this file cannot be edited: it must be JSON without repeated keys, with an array \"tasks\"");
	if (!known) {
		known = ARENA_NEW(&e->load.mem, struct edited);
		known->release = r;
		*(e->last ? &e->last->next : &e->first) = known;
		e->last = known;
		map_put(&e->by_path, slice_of(r->origin.path), known);
	}
	known->text = arena_copy(&e->load.mem, strbuf_slice(text));
	return 0;
}

/* --- the work tree as it would be ------------------------------------------------------------------------------------------ */

static void lay_over(struct overlay *out, struct edits *e)
{
	const struct edited *each;
	struct overlay_file *files;
	size_t n = 0;

	for (each = e->first; each; each = each->next)
		n++;
	files = ARENA_ARRAY(&e->load.mem, struct overlay_file, n);
	for (each = e->first, n = 0; each; each = each->next, n++) {
		struct slice folder = each->release->folder;

		files[n].path = each->release->origin.path;
		files[n].rel = arena_printf(&e->load.mem, SLICE_FMT "/release.json", SLICE_ARG(folder));
		files[n].data = each->text;
	}
	overlay_open(out, source_tree(e->load.source), files, n, &e->load.mem);
}

/* What two runs have in common: lines move, and numbers in messages count what the edits change. */
static struct slice likeness(struct edits *e, const struct diag *item)
{
	char *out = arena_str(&e->load.mem,
			      arena_printf(&e->load.mem, "%s\n%s", item->at.path ? item->at.path : "", item->text));
	size_t n = 0;

	for (const char *p = out; *p; p++) {
		if (*p < '0' || *p > '9')
			out[n++] = *p;
	}
	return (struct slice){ out, n };
}

/* Records what `after` says oftener than `before`. */
static void report_new(struct edits *e, const struct diags *after)
{
	struct map known = MAP_INIT; /* likeness → how often it is still expected */

	for (size_t i = 0; i < e->before.n; i++) {
		size_t *fresh = ARENA_NEW(&e->load.mem, size_t);
		size_t *count = map_put(&known, likeness(e, &e->before.v[i]), fresh);

		++*(count ? count : fresh);
	}
	for (size_t i = 0; i < after->n; i++) {
		const struct diag *now = &after->v[i];
		size_t *count = map_get(&known, likeness(e, now));

		if (count && *count > 0)
			--*count;
		else if (now->level == DIAG_ERROR)
			diag_error(&e->load.d, now->at, "%s", now->text);
		else
			diag_warning(&e->load.d, now->at, "%s", now->text);
	}
	map_release(&known);
	e->load.d.environment = e->load.d.environment || after->environment;
}

/* Loads what the edits would make; -1 where that has new errors. */
static int check(struct edits *e)
{
	CLEANUP(diags_release) struct diags after = DIAGS_INIT;
	struct overlay overlay;
	struct model model;
	int bad;

	lay_over(&overlay, e);
	bad = defs_load(&model, &overlay.tree, source_time(e->load.source), &e->load.mem, &after);
	if (!bad || after.errors)
		judge(e, &model, &overlay.tree, &after);
	report_new(e, &after);
	if (!e->load.d.errors)
		return 0;
	return diag_error(&e->load.d, SRCPOS_NONE, "nothing was written: these errors would be new");
}

/* --- files ------------------------------------------------------------------------------------------------------------------ */

static int write_one(struct edits *e, const struct release *r, struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;
	struct stat st;

	strbuf_addf(&path, "%s/" SLICE_FMT "/release.json", e->repo, SLICE_ARG(r->folder));
	if (path.failed || stat(path.p, &st))
		return diag_environment(&e->load.d, r->origin.path, "the file is gone; nothing was written to it");
	return file_replace(path.p, text, st.st_mode & 0777, &e->load.d);
}

static int write_all(struct edits *e)
{
	for (const struct edited *each = e->first; each; each = each->next) {
		if (!write_one(e, each->release, each->text))
			continue;
		for (const struct edited *done = e->first; done != each; done = done->next) {
			if (write_one(e, done->release, done->release->origin.text))
				return -1;
		}
		return -1;
	}
	return 0;
}

/* How many lines both begin with; `text` and `other` move behind them. */
static size_t skip_common(struct slice *text, struct slice *other)
{
	size_t lines = 0;

	for (;;) {
		struct slice a = *text, b = *other, x = slice_cut(&a, '\n'), y = slice_cut(&b, '\n');

		if (!a.p || !b.p || !slice_eq(x, y))
			return lines;
		*text = a;
		*other = b;
		lines++;
	}
}

/* Whether a line begins `n` bytes before the end. */
static bool is_line_start(struct slice text, size_t n)
{
	return n == text.n || (n < text.n && text.p[text.n - 1 - n] == '\n');
}

/* Cuts off the lines that both end with. Both begin with a line. */
static void cut_common(struct slice *text, struct slice *other)
{
	size_t same = 0, whole = 0; /* bytes at the end; of whole lines */

	while (same < text->n && same < other->n && text->p[text->n - 1 - same] == other->p[other->n - 1 - same]) {
		same++;
		if (is_line_start(*text, same) && is_line_start(*other, same))
			whole = same;
	}
	text->n -= whole;
	other->n -= whole;
}

static void print_lines(char sign, struct slice text)
{
	while (text.n > 0) {
		struct slice line = slice_cut(&text, '\n');

		if (slice_ends(line, "\r"))
			line.n--;
		printf("%c" SLICE_FMT "\n", sign, SLICE_ARG(line));
	}
}

static void print_change(const struct edited *edited)
{
	struct slice before = edited->release->origin.text, after = edited->text;
	size_t line = skip_common(&before, &after) + 1;

	cut_common(&before, &after);
	printf("%s:%zu\n", edited->release->origin.path, line);
	print_lines('-', before);
	print_lines('+', after);
}

void edits_write(struct edits *e)
{
	if (e->load.d.errors || check(e) || write_all(e))
		return;
	for (const struct edited *each = e->first; each; each = each->next)
		print_change(each);
}
