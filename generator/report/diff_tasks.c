/* What was written differently of tasks. */
#include "report/diff_parts.h"

#include "base/instant.h"
#include "report/words.h"

static void add_time(struct strbuf *out, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	strbuf_adds(out, t ? text : "none");
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------------ */

static bool windows_are_same(const struct window *a, const struct window *b)
{
	if (a->start != b->start || a->end != b->end || a->users != b->users || a->audience != b->audience ||
	    a->nramp != b->nramp)
		return false;
	for (size_t i = 0; i < a->nramp; i++)
		if (a->ramp[i].at != b->ramp[i].at || a->ramp[i].thousandths != b->ramp[i].thousandths)
			return false;
	return true;
}

/* Whom it reaches, its rules apart. */
static void add_reach(struct strbuf *out, const struct task *t)
{
	struct task bare = *t;

	bare.rules = (struct rules){ NULL, 0 };
	bare.dev = false;
	words_task(out, &bare, INT64_MAX);
}

static bool reach_is_same(const struct task *a, const struct task *b)
{
	if (a->type != b->type)
		return false;
	return a->type == TASK_PERCENTAGE ? a->thousandths == b->thousandths
	       : a->type == TASK_WINDOW   ? windows_are_same(&a->window, &b->window)
					  : true;
}

static void compare_reach(struct strbuf *out, const struct task *before, const struct task *after)
{
	if (reach_is_same(before, after))
		return;
	if (before->type == TASK_PERCENTAGE && after->type == TASK_PERCENTAGE) {
		part_percent(out, before->thousandths, after->thousandths);
		return;
	}
	part_begin(out);
	add_reach(out, before);
	strbuf_adds(out, " → ");
	add_reach(out, after);
	if (before->type == TASK_WINDOW && after->type == TASK_WINDOW &&
	    before->window.audience != after->window.audience)
		strbuf_addf(out, " (of %lld devices, before of %lld)", (long long)after->window.audience,
			    (long long)before->window.audience);
}

static void compare_upgrade_part(struct strbuf *out, const struct task *before, const struct task *after)
{
	part_words(out, "upgradeMode", words_upgrade_mode(before->upgrade_mode),
		   words_upgrade_mode(after->upgrade_mode));
	if (before->silence_days != after->silence_days && after->upgrade_mode == MODE_ONCE) {
		part_begin(out);
		strbuf_addf(out, "silenceDays: %u → %u", before->silence_days, after->silence_days);
	}
	part_texts(out, "prompt", before->prompt, after->prompt);
}

static void task_compare(struct strbuf *out, const struct release *r, const struct task *before,
			 const struct task *after)
{
	part_words(out, "", words_status(before->status), words_status(after->status));
	compare_reach(out, before, after);
	part_lists(out, (struct lists){ before->whitelists, before->nwhitelists },
		   (struct lists){ after->whitelists, after->nwhitelists });
	rules_compare(out, &before->rules, &after->rules);
	part_words(out, "channel", before->dev ? "dev" : "prod", after->dev ? "dev" : "prod");
	if (r->kind == KIND_UPGRADE)
		compare_upgrade_part(out, before, after);
	if (before->published_at != after->published_at) {
		part_begin(out);
		strbuf_adds(out, "publishedAt: ");
		add_time(out, before->published_at);
		strbuf_adds(out, " → ");
		add_time(out, after->published_at);
	}
	part_texts(out, "memo", before->memo, after->memo);
}

static const struct task *find_task(const struct release *r, struct slice id)
{
	for (size_t i = 0; r && i < r->ntasks; i++)
		if (slice_eq(r->tasks[i].id, id))
			return &r->tasks[i];
	return NULL;
}

static void add_task(struct strbuf *out, const struct release *r, const struct task *t, int64_t now)
{
	strbuf_addf(out, "%s: ", words_status(t->status));
	words_task(out, t, now);
	if (r->kind == KIND_UPGRADE && t->upgrade_mode == MODE_FORCED)
		strbuf_adds(out, "; forced");
}

/* --- what must not be missed of a task ---------------------------------------------------------------------------------------------- */

static bool is_out(const struct task *t)
{
	return t && t->status == STATUS_RELEASING;
}

static bool is_for_all(const struct task *t)
{
	return is_out(t) && t->type == TASK_OFFICIAL && !t->dev;
}

static bool is_lowered(const struct task *before, const struct task *after)
{
	if (!is_out(before) || !is_out(after) || before->type != after->type)
		return false;
	return before->type == TASK_PERCENTAGE ? after->thousandths < before->thousandths
	       : before->type == TASK_WINDOW   ? after->window.users < before->window.users
					       : false;
}

static void warn(struct changes *c, const struct task *t, const char *text)
{
	change_tell(c, true, "task " SLICE_FMT " %s", SLICE_ARG(t->id), text);
}

/* `before` is NULL, or other than `after`. */
static void watch_task(struct changes *c, const struct release *r, const struct task *before, const struct task *after)
{
	if (is_out(after) && r->kind == KIND_UPGRADE && after->upgrade_mode == MODE_FORCED)
		warn(c, after, "is forced: its devices cannot go on without this upgrade");
	if (is_out(after) && after->type == TASK_ROLLBACK && !(is_out(before) && before->type == TASK_ROLLBACK))
		warn(c, after, "rolls back: devices drop what they have of this release");
	if (is_for_all(after) && !is_for_all(before))
		warn(c, after, "is official: everybody gets this release");
	if (before && is_for_all(before) && !is_for_all(after))
		warn(c, after, "is no longer official");
	if (before && is_lowered(before, after))
		warn(c, after, "takes fewer devices than before: some fall out");
	if (is_out(after) && before && before->dev && !after->dev)
		warn(c, after, "leaves the dev channel");
}

static void task_is_gone(struct changes *c, const struct release *r, const struct task *t)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "task " SLICE_FMT " is removed; it was ", SLICE_ARG(t->id));
	add_task(&text, r, t, c->pair->head->model->commit_time);
	change_add(c, is_out(t), &text);
}

/* A share that is gone, where another one comes: it is drawn anew. */
static const struct task *replaced_by(const struct release *before, const struct release *after, const struct task *t)
{
	for (size_t i = 0; before && i < before->ntasks; i++) {
		const struct task *was = &before->tasks[i];

		if (is_out(t) && is_out(was) && t->type == TASK_PERCENTAGE && was->type == TASK_PERCENTAGE &&
		    !find_task(after, was->id))
			return was;
	}
	return NULL;
}

static void task_is_new(struct changes *c, const struct release *before, const struct release *r, const struct task *t)
{
	const struct task *was = replaced_by(before, r, t);
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "task " SLICE_FMT " is new: ", SLICE_ARG(t->id));
	add_task(&text, r, t, c->pair->head->model->commit_time);
	change_add(c, false, &text);
	watch_task(c, r, NULL, t);
	if (was)
		change_tell(c, true,
			    "task " SLICE_FMT " draws its devices anew: they are others than those of " SLICE_FMT,
			    SLICE_ARG(t->id), SLICE_ARG(was->id));
}

void tasks_compare(struct changes *c, const struct release *before, const struct release *after)
{
	for (size_t i = 0; before && i < before->ntasks; i++)
		if (!find_task(after, before->tasks[i].id))
			task_is_gone(c, before, &before->tasks[i]);
	for (size_t i = 0; after && i < after->ntasks; i++) {
		CLEANUP(strbuf_release) struct strbuf parts = STRBUF_INIT;
		const struct task *is = &after->tasks[i], *was = find_task(before, is->id);

		if (!was) {
			task_is_new(c, before, after, is);
			continue;
		}
		task_compare(&parts, after, was, is);
		if (!parts.n)
			continue;
		change_tell(c, false, "task " SLICE_FMT ": " SLICE_FMT, SLICE_ARG(is->id),
			    SLICE_ARG(strbuf_slice(&parts)));
		watch_task(c, after, was, is);
	}
}
