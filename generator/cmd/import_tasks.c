/* cmd/import_tasks.c: release tasks of MDS's OpenAPI into the release.json files that they belong to. */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonedit.h"
#include "base/jsonpos.h"
#include "base/map.h"
#include "base/text.h"
#include "cmd/import.h"
#include "convert/task.h"
#include "convert/text.h"
#include "defs/reader.h"

extern const struct command cmd_import_tasks;

#define ID_AUTO "task-%u"

/* A release.json that tasks go into. */
struct target {
	struct slice rel;
	const struct release *release; /* NULL: it is new */
	json_t *made;                  /* of a new one */
	struct slice text;             /* of an old one, with what was added so far */
	struct map ids;
	struct srcpos *places; /* of the tasks added, in the file that is imported */
	size_t n, cap, old;    /* old: tasks that were there before */
};

struct tasks {
	struct import *im;
	struct task_options o;
	struct form_source source;
	struct target *targets;
	size_t n, cap, count;
};

/* --- the release ---------------------------------------------------------------------------------------------------------- */

static const struct version *version_of(const struct release *r)
{
	switch (r->kind) {
	case KIND_UPGRADE:
		return &upgrade_of(r)->version;
	case KIND_HOTPATCH:
		return &hotpatch_of(r)->product;
	default:
		return &h5_of(r)->version;
	}
}

static bool is_release_of(const struct release *r, const struct task_import *t, const struct version *v)
{
	struct slice slot = t->kind == KIND_H5 ? t->h5_id : slice_of(platform_name(t->platform));

	return slice_eq(r->slot, slot) && version_cmp(version_of(r), v) == 0;
}

/* Of a hotpatch without a number the last one of its product version: MDS knows one for each. */
static const struct release *find_release(const struct app *app, const struct task_import *t)
{
	const struct release *found = NULL;
	struct version v;

	if (!version_parse(&v, t->version))
		return NULL;
	for (size_t i = 0; i < app->nreleases[t->kind]; i++) {
		const struct release *r = app->releases[t->kind][i];

		if (!is_release_of(r, t, &v))
			continue;
		if (t->kind == KIND_HOTPATCH && t->patch_number && hotpatch_of(r)->patch_number != t->patch_number)
			continue;
		if (!found || t->kind != KIND_HOTPATCH ||
		    hotpatch_of(r)->patch_number > hotpatch_of(found)->patch_number)
			found = r;
	}
	return found;
}

static struct slice new_path(struct import *im, const struct task_import *t, uint32_t patch_number)
{
	const char *platform = platform_name(t->platform);

	if (t->kind == KIND_HOTPATCH)
		return import_path(im, "hotpatches/%s/" SLICE_FMT "/%" PRIu32 "/release.json", platform,
				   SLICE_ARG(t->version), patch_number);
	return import_path(im, "upgrades/%s/" SLICE_FMT "/release.json", platform, SLICE_ARG(t->version));
}

static struct target *find_target(struct tasks *w, struct slice rel)
{
	for (size_t i = 0; i < w->n; i++)
		if (slice_eq(w->targets[i].rel, rel))
			return &w->targets[i];
	return NULL;
}

static struct target *add_target(struct tasks *w, struct target t)
{
	ARENA_PUSH(&w->im->a, w->targets, w->n, w->cap, t);
	struct target *out = &w->targets[w->n - 1];
	for (size_t i = 0; out->release && i < out->release->ntasks; i++)
		map_put(&out->ids, out->release->tasks[i].id, w);
	return out;
}

static struct target *target_of(struct tasks *w, const struct task_import *t)
{
	struct import *im = w->im;
	const struct release *r = find_release(im->app, t);

	if (r) {
		struct slice rel = slice_from(slice_of(r->origin.path), im->prefix.n);
		struct target *known = find_target(w, rel);
		if (known)
			return known;
		return add_target(w, (struct target){ .rel = rel, .release = r, .text = r->origin.text });
	}
	uint32_t number = t->patch_number ? t->patch_number : 1;
	struct slice rel = new_path(im, t, number);
	struct target *known = t->kind == KIND_H5 ? NULL : find_target(w, rel);
	if (known)
		return known;
	json_t *made = task_new_release(t, number);
	return made ? add_target(w, (struct target){ .rel = rel, .made = made }) : NULL;
}

/* --- one task ------------------------------------------------------------------------------------------------------------- */

static struct slice free_id(struct tasks *w, const struct target *to)
{
	for (unsigned i = 1;; i++) {
		struct slice id = arena_printf(&w->im->a, ID_AUTO, i);

		if (!map_get(&to->ids, id))
			return id;
	}
}

/* "id" first, as people write it. */
static json_t *with_id(json_t *task, struct slice id)
{
	json_t *out = json_object();

	json_object_set_new(out, "id", json_stringn(id.p, id.n));
	json_object_update_missing(out, task);
	return out;
}

static bool append(struct tasks *w, struct target *to, json_t *task)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	if (to->made)
		return json_array_append(json_object_get(to->made, "tasks"), task) == 0;
	if (jsonedit_append(&out, to->text, SLICE("/tasks"), definition_text(&w->im->a, task)))
		return false;
	to->text = arena_copy(&w->im->a, strbuf_slice(&out));
	return true;
}

static void add_task(struct tasks *w, struct task_import *t)
{
	struct target *to = target_of(w, t);

	if (!to)
		return;
	struct slice id = t->id.n ? t->id : free_id(w, to);
	if (map_put(&to->ids, arena_copy(&w->im->a, id), w)) {
		form_error(&t->form, form_has(&t->form, "taskName") ? "taskName" : "id",
			   "the release %s has a task %s already; nothing is imported", import_shown(w->im, to->rel),
			   quote(&w->im->a, id));
		return;
	}
	json_t *task = with_id(t->task, id);
	ARENA_PUSH(&w->im->a, to->places, to->n, to->cap, form_pos(&t->form, NULL));
	if (!append(w, to, task))
		diag_error(&w->im->d, SRCPOS_FILE(import_shown(w->im, to->rel)), "a task cannot be added to this file");
	json_decref(task);
	w->count++;
}

static void read_task(struct tasks *w, json_t *json, struct slice pointer)
{
	struct task_import t;

	if (!task_import(&t, &w->source, json, pointer, &w->o))
		return;
	add_task(w, &t);
	task_import_release(&t);
}

/* --- all of them ---------------------------------------------------------------------------------------------------------- */

/* What is wrong with a task that was added is said where it is read. */
static struct srcpos place_of(const struct target *t, struct slice text, struct srcpos at)
{
	for (size_t i = 0; i < t->n; i++) {
		struct jsonpos p;
		uint32_t line, col;
		char pointer[32];

		snprintf(pointer, sizeof(pointer), "/tasks/%zu", t->old + i);
		if (!jsonpos_value(&p, text, slice_of(pointer)))
			continue;
		jsonpos_at(&line, &col, text, p.offset + p.raw.n);
		bool behind = at.line > p.line || (at.line == p.line && at.col >= p.col);
		if (behind && (at.line < line || (at.line == line && at.col < col)))
			return t->places[i];
	}
	return t->made && t->n ? t->places[0] : at; /* a release that nobody sees, unless it is written */
}

static void report(struct tasks *w, const struct diags *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct diag *e = &found->v[i];
		const struct overlay_file *f = overlay_find(&w->im->overlay, e->at.path);
		const struct target *t = f ? find_target(w, f->rel) : NULL;
		struct srcpos at = t ? place_of(t, f->data, e->at) : e->at;
		bool ours = at.path != e->at.path; /* else the warning is older than this import */

		if (e->level == DIAG_ERROR)
			diag_error(&w->im->d, at, "%s", e->text);
		else if (ours)
			diag_warning(&w->im->d, at, "%s", e->text);
	}
	w->im->d.environment = w->im->d.environment || found->environment;
}

static void write_targets(struct tasks *w)
{
	CLEANUP(diags_release) struct diags found = DIAGS_INIT;
	struct import *im = w->im;

	for (size_t i = 0; i < w->n; i++) {
		struct target *t = &w->targets[i];

		t->old = t->release ? t->release->ntasks : 0;
		if (t->made)
			import_add(im, t->rel, definition_text(&im->a, t->made));
		else if (t->release)
			import_change(im, t->rel, t->release->origin.text, t->text);
	}
	int bad = import_check(im, &found);
	report(w, &found);
	if (bad || import_write(im))
		im->n = 0;
}

static void import_tasks(struct tasks *w, const char *path)
{
	struct import *im = w->im;
	json_t *json, *item;
	size_t i;

	w->o.app = im->app;
	if (import_json(&json, &w->source, im, path))
		return;
	if (json_is_array(json)) {
		json_array_foreach(json, i, item)
		{
			read_task(w, item, arena_printf(&im->a, "/%zu", i));
		}
	} else {
		read_task(w, json, SLICE(""));
	}
	if (!im->d.errors)
		write_targets(w);
	json_decref(json);
	for (i = 0; i < w->n; i++) {
		json_decref(w->targets[i].made);
		map_release(&w->targets[i].ids);
	}
}

static int check_kind(struct task_options *o, const struct cmd_args *a)
{
	const char *text = cmd_value(a, "kind");

	o->kind = KIND_COUNT;
	if (!text)
		return 0;
	if (!kind_parse(&o->kind, slice_of(text)) || o->kind == KIND_QUICKFIX || o->kind == KIND_SWITCH)
		return cmd_usage(a, "--kind is \"%s\"; it must be upgrade, hotpatch or h5", text);
	return 0;
}

int task_options_read(struct task_options *o, struct arena *mem, const struct cmd_args *a)
{
	struct mds_option *lists, *types;
	const char *zone = cmd_value(a, "zone");
	enum upgrade_mode mode;

	o->zone = zone ? slice_of(zone) : SLICE(MDS_ZONE);
	if (!mds_zone_ok(o->zone))
		return cmd_usage(a, "--zone is \"%s\"; it must be like +08:00 or Z", zone);
	if (import_pairs(&lists, &o->nwhitelists, mem, a, "whitelist") ||
	    import_pairs(&types, &o->nupgrade_types, mem, a, "upgrade-type"))
		return EXIT_USAGE;
	for (size_t i = 0; i < o->nupgrade_types; i++) {
		uint64_t code;

		if (!text_uint(&code, types[i].code) || !upgrade_mode_parse(&mode, types[i].word))
			return cmd_usage(a,
					 "--upgrade-type is \"" SLICE_FMT "=" SLICE_FMT
					 "\"; it must be a number, and once, multiple or forced",
					 SLICE_ARG(types[i].code), SLICE_ARG(types[i].word));
	}
	o->whitelists = lists;
	o->upgrade_types = types;
	return 0;
}

static int run(const struct cmd_args *a)
{
	struct import im = { .d = DIAGS_INIT, .a = ARENA_INIT };
	struct tasks w = { .im = &im };
	char summary[64];
	int code = check_kind(&w.o, a);

	if (!code)
		code = cmd_time(&w.o.now, a, "now");
	if (!code)
		code = task_options_read(&w.o, &im.a, a);
	if (code) {
		arena_release(&im.a);
		return code;
	}
	if (!import_open(&im, a, a->positional[1]))
		import_tasks(&w, a->positional[0]);
	snprintf(summary, sizeof(summary), "%zu task%s", w.count, w.count == 1 ? "" : "s");
	return import_end(&im, summary);
}

static const struct cmd_option options[] = {
	{ "kind", "KIND", "upgrade, hotpatch or h5: of tasks that have no \"action\"", false, false },
	TASK_OPTIONS,
	{ "now", "TIME", "publishedAt of tasks that have no gmtCreate (default: the clock)", false, false },
	IMPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_import_tasks = {
	"import tasks", "FILE REPO", 2, 2, "release tasks in the form of MDS's OpenAPI into the work tree",
	options,        run,
};
