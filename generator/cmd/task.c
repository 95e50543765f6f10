/* cmd/task.c: the edits of one task that people make in a hurry: pause, resume, end, publish, percent. */
#include "base/instant.h"
#include "base/jsonedit.h"
#include "base/text.h"
#include "cmd/task_edit.h"
#include "report/words.h"

extern const struct command cmd_task_pause, cmd_task_resume, cmd_task_end, cmd_task_publish, cmd_task_percent;

enum verb { VERB_PAUSE, VERB_RESUME, VERB_END, VERB_PUBLISH, VERB_PERCENT };

/* Why a task of that status cannot be …ed; NULL: it can. */
static const char *const refusals[][STATUS_ENDED + 1] = {
	[VERB_PAUSE] = { "is pending and reaches nobody: there is nothing to pause", NULL, "is paused already",
			 "has ended, and an ended task never changes again" },
	[VERB_RESUME] = { "is pending; `mdstatic task publish` releases it", "is releasing already", NULL,
			  "has ended, and an ended task never changes again: make a new one with `mdstatic task new`" },
	[VERB_END] = { "is pending and has reached nobody: remove it from the file instead", NULL, NULL,
		       "has ended already" },
	[VERB_PUBLISH] = { NULL, "is releasing already", "is paused; `mdstatic task resume` releases it again",
			   "has ended, and an ended task never changes again: make a new one with `mdstatic task "
			   "new`" },
	[VERB_PERCENT] = { NULL, NULL, NULL, "has ended, and an ended task never changes again" },
};

struct task_edit {
	struct edits *edits;
	const struct release *release;
	const struct task *task;
	const char *pointer; /* of the task in its file */
};

static struct srcpos place(const struct task_edit *t, const char *key)
{
	struct arena *a = &t->edits->load.mem;

	return origin_pos(&t->release->origin, *key ? arena_printf(a, "%s/%s", t->pointer, key).p : t->pointer);
}

/* NULL: an error is recorded. */
static const struct task *find_task(struct task_edit *t, const char *id)
{
	struct edits *e = t->edits;
	struct slice *ids = ARENA_ARRAY(&e->load.mem, struct slice, t->release->ntasks), near;

	for (size_t i = 0; i < t->release->ntasks; i++) {
		const struct task *task = &t->release->tasks[i];

		ids[i] = task->id;
		if (!slice_eqs(task->id, id))
			continue;
		t->pointer = arena_printf(&e->load.mem, "/tasks/%zu", task->index).p;
		return task;
	}
	near = text_nearest(slice_of(id), ids, t->release->ntasks);
	diag_error(&e->load.d, SRCPOS_FILE(t->release->origin.path), "the release has no task \"%s\"%s", id,
		   near.n ? arena_printf(&e->load.mem, "; did you mean \"" SLICE_FMT "\"?", SLICE_ARG(near)).p : "");
	return NULL;
}

/* The member `key` of the task becomes the JSON text `value`; a new one stands behind `after`. */
static int put(const struct task_edit *t, const char *key, struct slice value, const char *after)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	int bad = jsonedit_put(&text, edits_text(t->edits, t->release), slice_of(t->pointer), slice_of(key), value,
			       slice_of(after));

	return edits_set(t->edits, t->release, bad, &text);
}

static int put_status(const struct task_edit *t, enum task_status status)
{
	const char *after = words_task_mode(t->task->type) ? "mode" : "type";
	struct slice value = arena_printf(&t->edits->load.mem, "\"%s\"", words_status(status));

	return put(t, "status", value, after);
}

static int publish(const struct task_edit *t, int64_t now)
{
	char text[INSTANT_TEXT];

	if (put_status(t, STATUS_RELEASING))
		return -1;
	if (t->task->published_at)
		return 0;
	instant_format(text, now);
	return put(t, "publishedAt", arena_printf(&t->edits->load.mem, "\"%s\"", text), "status");
}

static int set_percent(const struct task_edit *t, uint32_t thousandths)
{
	CLEANUP(strbuf_release) struct strbuf now = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf before = STRBUF_INIT;
	const char *mode = words_task_mode(t->task->type);
	struct diags *d = &t->edits->load.d;
	struct slice id = t->task->id;

	if (t->task->type != TASK_PERCENTAGE)
		return diag_error(d, place(t, mode ? "mode" : "type"),
				  "task \"" SLICE_FMT
				  "\" has %s \"%s\"; only one with mode \"percentage\" has a percent",
				  SLICE_ARG(id), mode ? "mode" : "type", mode ? mode : words_task_type(t->task->type));
	strbuf_addthousandths(&now, thousandths);
	strbuf_addthousandths(&before, t->task->thousandths);
	if (thousandths == t->task->thousandths)
		return diag_error(d, place(t, "percent"), "percent is %s already", before.p);
	if (thousandths < t->task->thousandths)
		diag_warning(
			d, place(t, "percent"),
			"percent falls from %s to %s: devices that were in fall out, and this task no longer offers "
			"them the release",
			before.p, now.p);
	return put(t, "percent", strbuf_slice(&now), "mode");
}

static int edit(struct task_edit *t, enum verb verb, int64_t now, uint32_t thousandths)
{
	const char *refusal = refusals[verb][t->task->status];

	if (refusal)
		return diag_error(&t->edits->load.d, place(t, ""), "task \"" SLICE_FMT "\" %s", SLICE_ARG(t->task->id),
				  refusal);
	switch (verb) {
	case VERB_PAUSE:
		return put_status(t, STATUS_PAUSED);
	case VERB_RESUME:
		return put_status(t, STATUS_RELEASING);
	case VERB_END:
		return put_status(t, STATUS_ENDED);
	case VERB_PUBLISH:
		return publish(t, now);
	default:
		return set_percent(t, thousandths);
	}
}

/* REPO RELEASE TASK … */
static int run_verb(const struct cmd_args *a, enum verb verb, int64_t now, uint32_t thousandths)
{
	struct edits e;
	struct task_edit t = { .edits = &e };

	if (edits_open(&e, a) || load_need_app(&e.load, cmd_value(a, "app")))
		return edits_close(&e);
	t.release = edits_find(&e, a->positional[1], cmd_value(a, "app"));
	if (t.release)
		t.task = find_task(&t, a->positional[2]);
	if (t.task && !edit(&t, verb, now, thousandths))
		edits_write(&e);
	return edits_close(&e);
}

static int run_pause(const struct cmd_args *a)
{
	return run_verb(a, VERB_PAUSE, 0, 0);
}

static int run_resume(const struct cmd_args *a)
{
	return run_verb(a, VERB_RESUME, 0, 0);
}

static int run_end(const struct cmd_args *a)
{
	return run_verb(a, VERB_END, 0, 0);
}

static int run_publish(const struct cmd_args *a)
{
	int64_t now;
	int code = cmd_time(&now, a, "now");

	return code ? code : run_verb(a, VERB_PUBLISH, now, 0);
}

static int run_percent(const struct cmd_args *a)
{
	uint64_t thousandths;

	if (!text_decimal(&thousandths, slice_of(a->positional[3]), 3) || thousandths > 100000)
		return cmd_usage(a, "PERCENT is \"%s\"; it must lie in 0..100, with at most three decimals",
				 a->positional[3]);
	return run_verb(a, VERB_PERCENT, 0, (uint32_t)thousandths);
}

static const struct cmd_option options[] = {
	EDITS_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

static const struct cmd_option publish_options[] = {
	EDITS_OPTIONS,
	{ "now", "TIME", "publishedAt, where the task has none (default: the clock)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_task_pause = {
	"task pause", "REPO RELEASE TASK", 3, 3, "stop a releasing task for a while: edits the work tree",
	options,      run_pause,
};

const struct command cmd_task_resume = {
	"task resume", "REPO RELEASE TASK", 3, 3, "release a paused task again: edits the work tree",
	options,       run_resume,
};

const struct command cmd_task_end = {
	"task end", "REPO RELEASE TASK", 3, 3, "end a task for ever: edits the work tree", options, run_end,
};

const struct command cmd_task_publish = {
	"task publish",  "REPO RELEASE TASK", 3, 3, "release a pending task: edits the work tree",
	publish_options, run_publish,
};

const struct command cmd_task_percent = {
	"task percent",
	"REPO RELEASE TASK PERCENT",
	4,
	4,
	"change how many get a percentage task: edits the work tree",
	options,
	run_percent,
};
