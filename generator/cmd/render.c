/* cmd/render.c: candidates as text files, for reviews and for `git diff` between two of them. */
#include "report/render.h"

#include "base/fileio.h"
#include "cmd/load.h"
#include "emit/tree.h"
#include "format/json.h"
#include "format/wire.h"

extern const struct command cmd_render;

struct rendered {
	const struct app *app;
	struct render render;
	bool changed;
};

struct render_run {
	struct load load;
	const char *dir, *only; /* --out, --app */
	struct rendered *v;
	size_t n;
};

/* --- the folder ----------------------------------------------------------------------------------------------------------- */

/* Below DIR, what an earlier render may have left: its lock, what killed runs left behind, files of apps. */
static bool is_ours(struct slice path)
{
	struct slice first;

	if (slice_eqs(path, OUTDIR_LOCK))
		return true;
	first = slice_cut(&path, '/');
	return outdir_is_leftover(first) || (path.p && render_is_path(path));
}

/* Whoever names the wrong folder loses nothing. */
static int check_folder(const struct render_run *r, struct diags *d)
{
	struct file_list files;
	int bad = 0;

	if (!file_exists(r->dir))
		return 0;
	if (file_walk(&files, r->dir, d))
		return -1;
	for (size_t i = 0; i < files.n && !bad; i++) {
		if (!is_ours(files.path[i]))
			bad = diag_environment(d, r->dir,
					       "holds " SLICE_FMT ", which no render made; --out must name an empty "
					       "folder, or one that an earlier render filled",
					       SLICE_ARG(files.path[i]));
	}
	file_list_release(&files);
	return bad;
}

static bool is_rendered(const struct render_run *r, struct slice app)
{
	for (size_t i = 0; i < r->n; i++)
		if (slice_eq(r->v[i].app->app_code, app))
			return true;
	return false;
}

/* Apps that an earlier render had and that are gone. */
static int remove_stale(struct render_run *r, struct diags *d)
{
	struct file_list files;
	struct slice last = { NULL, 0 };
	int bad = file_walk(&files, r->dir, d);

	if (bad)
		return -1;
	for (size_t i = 0; i < files.n && !bad; i++) {
		struct slice rest = files.path[i], app = slice_cut(&rest, '/');

		if (!rest.p || slice_eq(app, last) || is_rendered(r, app))
			continue;
		last = app;
		bad = file_remove_tree(arena_printf(&r->load.mem, "%s/" SLICE_FMT, r->dir, SLICE_ARG(app)).p, d);
	}
	file_list_release(&files);
	return bad;
}

static int write_app(struct rendered *app, const struct outdir *out, struct diags *d)
{
	struct tree t = TREE_INIT;
	int bad = tree_begin(&t, out, app->app->app_code, NULL, d);

	for (size_t i = 0; i < app->render.n && !bad; i++)
		bad = tree_file(&t, app->render.v[i].path, app->render.v[i].text, d);
	if (!bad)
		bad = tree_commit(&t, &app->changed, d);
	tree_end(&t);
	return bad;
}

static void write_all(struct render_run *r)
{
	struct outdir out = OUTDIR_INIT;
	struct diags *d = &r->load.d;
	int bad = check_folder(r, d) || outdir_open(&out, r->dir, d);

	for (size_t i = 0; i < r->n && !bad; i++)
		bad = write_app(&r->v[i], &out, d);
	if (!bad && !r->only)
		remove_stale(r, d);
	outdir_close(&out);
}

/* --- the command ---------------------------------------------------------------------------------------------------------- */

static void render_all(struct render_run *r)
{
	struct load *l = &r->load;

	r->v = ARENA_ARRAY(&l->mem, struct rendered, l->model.napps);
	for (size_t i = 0; i < l->model.napps && !l->d.errors; i++) {
		struct rendered *next = &r->v[r->n];

		next->app = &l->model.apps[i];
		if (r->only && !slice_eqs(next->app->app_code, r->only))
			continue;
		if (!render_app(&next->render, next->app, l->model.commit_time, source_tree(l->source), &l->mem, &l->d))
			r->n++;
	}
}

static json_t *app_json(const struct rendered *app)
{
	json_t *o = json_object(), *files = json_array();
	bool failed = false;

	for (size_t i = 0; i < app->render.n; i++)
		put_item(files, json_string(app->render.v[i].path), &failed);
	put_member(o, "app", put_text(app->app->app_code), &failed);
	put_member(o, "changed", json_boolean(app->changed), &failed);
	put_member(o, "files", files, &failed);
	return put_done(o, failed);
}

static void print_json(struct render_run *r)
{
	json_t *o = json_object(), *apps = json_array();
	bool failed = false;

	for (size_t i = 0; i < r->n; i++)
		put_item(apps, app_json(&r->v[i]), &failed);
	put_member(o, "commit", json_string(source_commit(r->load.source)), &failed);
	put_member(o, "apps", apps, &failed);
	o = put_done(o, failed);
	if (!o || json_dumpf(o, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
		diag_environment(&r->load.d, NULL, "out of memory");
	json_decref(o);
	puts("");
}

static void print_text(const struct render_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		printf(SLICE_FMT ": %zu file%s, %s\n", SLICE_ARG(r->v[i].app->app_code), r->v[i].render.n,
		       r->v[i].render.n == 1 ? "" : "s", r->v[i].changed ? "written" : "unchanged");
}

static int run(const struct cmd_args *a)
{
	struct render_run r = { .load = LOAD_INIT, .dir = cmd_value(a, "out"), .only = cmd_value(a, "app") };
	struct load *l = &r.load;
	int code = load_usage(a);

	if (code)
		return code;
	if (!load_open(l, a) && !l->d.errors && !load_need_app(l, r.only))
		render_all(&r);
	if (!l->d.errors)
		write_all(&r);
	if (!l->d.errors && cmd_flag(a, "json"))
		print_json(&r);
	else if (!l->d.errors)
		print_text(&r);
	code = diags_exit(&l->d);
	if (code)
		diags_print(&l->d, DIAG_TEXT, stderr);
	load_close(l);
	return code;
}

static const struct cmd_option options[] = {
	LOAD_OPTIONS,
	{ "app", "APPCODE", "only this app (default: all); the others stay as they are", false, false },
	{ "out", "DIR", "where the files are written, DIR/<appCode> for each app, in place of an earlier render", true,
	  false },
	{ "json", NULL, "print which files there are as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_render = {
	"render",
	"REPO",
	1,
	1,
	"what devices are offered, as text files for reviews: what changes is a hunk of `git diff`",
	options,
	run,
};
