/* cmd/task_new.c: the same new task in many releases, all of them or none. */
#include "base/instant.h"
#include "base/jsonedit.h"
#include "base/jsonpos.h"
#include "base/text.h"
#include "cmd/task_edit.h"

extern const struct command cmd_task_new;

#define RELEASES_MAX 100000 /* named in one call */
#define LISTS_MAX    256    /* --whitelist */

/* --- the task as JSON ------------------------------------------------------------------------------------------------------ */

static void put_raw(struct strbuf *task, const char *key, struct slice json)
{
	strbuf_adds(task, task->n > 1 ? "," : "");
	jsonedit_string(task, slice_of(key));
	strbuf_addch(task, ':');
	strbuf_addslice(task, json);
}

static void put_string(struct strbuf *task, const char *key, const char *value)
{
	CLEANUP(strbuf_release) struct strbuf quoted = STRBUF_INIT;

	if (!value)
		return;
	jsonedit_string(&quoted, slice_of(value));
	put_raw(task, key, strbuf_slice(&quoted));
	task->failed = task->failed || quoted.failed;
}

static void put_option(struct strbuf *task, const char *key, const struct cmd_args *a, const char *option)
{
	put_string(task, key, cmd_value(a, option));
}

/* A number that check_usage() has seen, as JSON has it: without zeros in front. */
static void put_number(struct strbuf *task, const char *key, const struct cmd_args *a, const char *option)
{
	CLEANUP(strbuf_release) struct strbuf number = STRBUF_INIT;
	uint64_t n = 0;

	if (!cmd_value(a, option))
		return;
	if (text_uint(&n, slice_of(cmd_value(a, option))))
		strbuf_adduint(&number, n);
	else if (text_decimal(&n, slice_of(cmd_value(a, option)), 3))
		strbuf_addthousandths(&number, (uint32_t)n);
	put_raw(task, key, strbuf_slice(&number));
	task->failed = task->failed || number.failed;
}

static void put_whitelists(struct strbuf *task, const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf list = STRBUF_INIT;
	const char *names[LISTS_MAX];
	size_t n = cmd_values(a, "whitelist", names, LISTS_MAX);

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		strbuf_addch(&list, i ? ',' : '[');
		jsonedit_string(&list, slice_of(names[i]));
	}
	strbuf_addch(&list, ']');
	put_raw(task, "whitelists", strbuf_slice(&list));
	task->failed = task->failed || list.failed;
}

static void put_window(struct strbuf *task, const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf window = STRBUF_INIT;

	if (!cmd_value(a, "start") && !cmd_value(a, "end") && !cmd_value(a, "users"))
		return;
	strbuf_addch(&window, '{');
	put_option(&window, "start", a, "start");
	put_option(&window, "end", a, "end");
	put_number(&window, "users", a, "users");
	strbuf_addch(&window, '}');
	put_raw(task, "window", strbuf_slice(&window));
	task->failed = task->failed || window.failed;
}

/* The settings of the call, in the order in which people write them. What does not go together is for the loader to say. */
static void task_text(struct strbuf *task, const struct cmd_args *a, int64_t now)
{
	char published[INSTANT_TEXT];

	instant_format(published, now);
	strbuf_addch(task, '{');
	put_option(task, "id", a, "id");
	put_option(task, "type", a, "type");
	put_option(task, "mode", a, "mode");
	if (cmd_flag(a, "pending"))
		put_string(task, "status", "pending");
	else if (cmd_value(a, "published-at"))
		put_option(task, "publishedAt", a, "published-at");
	else
		put_string(task, "publishedAt", published);
	put_whitelists(task, a);
	put_window(task, a);
	put_number(task, "percent", a, "percent");
	if (cmd_value(a, "rules"))
		put_raw(task, "rules", slice_of(cmd_value(a, "rules")));
	put_option(task, "channel", a, "channel");
	put_option(task, "memo", a, "memo");
	put_option(task, "upgradeMode", a, "upgrade-mode");
	put_number(task, "silenceDays", a, "silence-days");
	put_option(task, "prompt", a, "prompt");
	strbuf_addch(task, '}');
}

/* --- usage ------------------------------------------------------------------------------------------------------------------ */

static int check_whole(const struct cmd_args *a, const char *option)
{
	const char *text = cmd_value(a, option);
	uint64_t n;

	if (text && !text_uint(&n, slice_of(text)))
		return cmd_usage(a, "--%s is \"%s\"; it must be a whole number", option, text);
	return 0;
}

static int check_usage(const struct cmd_args *a)
{
	const char *percent = cmd_value(a, "percent"), *rules = cmd_value(a, "rules");
	struct jsonpos at;
	uint64_t n;

	if (cmd_flag(a, "all") == (a->npositional > 1))
		return cmd_usage(a, "name h5 apps or releases, or all h5 apps with --all");
	if (cmd_flag(a, "pending") && cmd_value(a, "published-at"))
		return cmd_usage(a, "--pending and --published-at exclude each other");
	if (percent && (!text_decimal(&n, slice_of(percent), 3) || n > 100000))
		return cmd_usage(a, "--percent is \"%s\"; it must lie in 0..100, with at most three decimals", percent);
	if (rules && !jsonpos_value(&at, slice_of(rules), SLICE("")))
		return cmd_usage(a, "--rules is no JSON");
	return check_whole(a, "users") || check_whole(a, "silence-days") ? EXIT_USAGE : 0;
}

/* --- the releases that get it ---------------------------------------------------------------------------------------------- */

struct task_new {
	struct edits edits;
	const char *app, *version; /* --app, --version */
	struct slice task;
};

static int append(struct task_new *t, const struct release *r)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	int bad = jsonedit_append(&text, edits_text(&t->edits, r), SLICE("/tasks"), t->task);

	return edits_set(&t->edits, r, bad, &text);
}

/* The newest release of an h5 app, or that of --version. */
static const struct release *h5_release(const struct task_new *t, const struct app *app, struct slice id)
{
	const struct release *found = NULL;

	for (size_t i = 0; i < app->nreleases[KIND_H5]; i++) {
		const struct release *r = app->releases[KIND_H5][i]; /* oldest first */

		if (slice_eq(r->slot, id) && (!t->version || slice_eqs(r->version_text, t->version)))
			found = r;
	}
	return found;
}

static int append_h5(struct task_new *t, const struct app *app, const struct h5_app *h5)
{
	const struct release *r = h5_release(t, app, h5->id);

	if (r)
		return append(t, r);
	return diag_error(&t->edits.load.d, SRCPOS_FILE(h5->origin.path), "the h5 app has no %s%s",
			  t->version ? "version " : "release", t->version ? t->version : "");
}

/* The h5 app of that id, in any of the apps that count; *app is its app. Several: an error, and -1. */
static int find_h5(struct task_new *t, const struct h5_app **out, const struct app **app, struct slice id)
{
	const struct model *m = &t->edits.load.model;

	*out = NULL;
	for (size_t i = 0; i < m->napps; i++) {
		for (size_t k = 0; k < m->apps[i].nh5_apps; k++) {
			if (!slice_eq(m->apps[i].h5_apps[k].id, id) ||
			    (t->app && !slice_eqs(m->apps[i].app_code, t->app)))
				continue;
			if (*out)
				return diag_error(&t->edits.load.d, SRCPOS_NONE,
						  SLICE_FMT " is an h5 app of " SLICE_FMT " and of " SLICE_FMT
							    "; say which with --app",
						  SLICE_ARG(id), SLICE_ARG((*app)->app_code),
						  SLICE_ARG(m->apps[i].app_code));
			*out = &m->apps[i].h5_apps[k];
			*app = &m->apps[i];
		}
	}
	return 0;
}

/* A name is an h5Id, or a release. */
static int append_named(struct task_new *t, const char *name)
{
	const struct h5_app *h5;
	const struct app *app;
	const struct release *r;

	if (find_h5(t, &h5, &app, slice_of(name)))
		return -1;
	if (h5)
		return append_h5(t, app, h5);
	r = edits_find(&t->edits, name, t->app);
	if (!r)
		return -1;
	if (t->version)
		return diag_error(&t->edits.load.d, SRCPOS_NONE,
				  "--version goes with h5 apps; \"%s\" is a release, which has one already", name);
	return append(t, r);
}

static int append_all(struct task_new *t)
{
	const struct model *m = &t->edits.load.model;
	size_t n = 0;

	for (size_t i = 0; i < m->napps; i++) {
		for (size_t k = 0; k < m->apps[i].nh5_apps && (!t->app || slice_eqs(m->apps[i].app_code, t->app));
		     k++, n++)
			append_h5(t, &m->apps[i], &m->apps[i].h5_apps[k]);
	}
	return n ? 0 : diag_error(&t->edits.load.d, SRCPOS_NONE, "there is no h5 app");
}

static int run(const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf task = STRBUF_INIT;
	struct task_new t = { .app = cmd_value(a, "app"), .version = cmd_value(a, "version") };
	int64_t now;
	int code = cmd_time(&now, a, "now");

	if (!code)
		code = check_usage(a);
	if (code)
		return code;
	task_text(&task, a, now);
	t.task = strbuf_slice(&task);
	if (edits_open(&t.edits, a) || load_need_app(&t.edits.load, t.app))
		return edits_close(&t.edits);
	if (cmd_flag(a, "all"))
		append_all(&t);
	for (size_t i = 1; i < a->npositional; i++)
		append_named(&t, a->positional[i]);
	edits_write(&t.edits);
	return edits_close(&t.edits);
}

static const struct cmd_option options[] = {
	{ "id", "ID", "the task's id", true, false },
	{ "type", "TYPE", "official, gray or rollback", true, false },
	{ "mode", "MODE", "of a gray task: whitelist, timeWindow or percentage", false, false },
	{ "percent", "PERCENT", "with mode percentage: 0..100", false, false },
	{ "whitelist", "NAME", "with mode whitelist: a list", false, true },
	{ "start", "TIME", "with mode timeWindow: when it opens (default: publishedAt)", false, false },
	{ "end", "TIME", "with mode timeWindow: when it closes", false, false },
	{ "users", "N", "with mode timeWindow: how many devices", false, false },
	{ "rules", "JSON", "of a gray task: an array of rules, as in definitions", false, false },
	{ "published-at", "TIME", "when it begins (default: --now)", false, false },
	{ "pending", NULL, "do not release it yet", false, false },
	{ "channel", "CHANNEL", "prod (default) or dev", false, false },
	{ "memo", "TEXT", "a note for reviewers", false, false },
	{ "upgrade-mode", "MODE", "of upgrades: once, multiple or forced", false, false },
	{ "silence-days", "N", "of upgrades, with upgrade mode once", false, false },
	{ "prompt", "TEXT", "of upgrades: what the user reads", false, false },
	{ "version", "VERSION", "of h5 apps: this version (default: the newest)", false, false },
	{ "all", NULL, "every h5 app", false, false },
	EDITS_OPTIONS,
	{ "now", "TIME", "the time (default: the clock)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_task_new = {
	"task new",
	"REPO [H5ID|RELEASE]...",
	1,
	RELEASES_MAX,
	"one more task in each release, or in the newest of each h5 app: edits the work tree",
	options,
	run,
};
