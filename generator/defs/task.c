/* defs/task.c: one task at a time, then what holds for the tasks of a release together. */
#include "defs/task.h"

#include <inttypes.h>

#include "defs/repeat.h"
#include "defs/rule.h"
#include "defs/window.h"

#define SILENCE_DAYS_DEFAULT 3
#define SILENCE_DAYS_MAX     365

/* --- shared with switch values ------------------------------------------------------------------------------------ */

bool channel_read(struct object *o)
{
	static const char *const words[] = { "prod", "dev" };
	size_t word = 0;

	field_word(&word, o, "channel", OPTIONAL, words, COUNT(words));
	return word == 1;
}

static struct whitelist *whitelist_read(struct defs_scope *s, const struct node *n)
{
	struct slice name;

	if (!node_string(&name, n))
		return NULL;
	struct whitelist *w = scope_whitelist(s, name);
	if (w)
		w->used = true;
	else
		node_error(n, "unknown whitelist %s%s", quote(s->a, name),
			   hint(s->a, scope_nearest_whitelist(s, name)));
	return w;
}

void whitelists_read(struct whitelist ***out, size_t *n, struct defs_scope *s, struct object *o)
{
	struct array items;

	*n = 0;
	*out = NULL;
	if (!field_array(&items, o, "whitelists", REQUIRED))
		return;
	if (!items.n)
		object_error(o, "whitelists", "\"whitelists\" is empty; name at least one list");
	struct slice *keys = ARENA_ARRAY(&s->scratch, struct slice, items.n);
	size_t *index = ARENA_ARRAY(&s->scratch, size_t, items.n);
	*out = ARENA_ARRAY(s->a, struct whitelist *, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node item = array_item(&items, i);
		struct whitelist *w = whitelist_read(s, &item);
		if (!w)
			continue;
		keys[*n] = w->name;
		index[*n] = i;
		(*out)[(*n)++] = w;
	}
	const size_t *first = repeats_find(&s->scratch, keys, *n);
	for (size_t i = 0; first && i < *n; i++) {
		struct node item = array_item(&items, index[i]);
		if (first[i] != i)
			node_error(&item, "%s is repeated", quote(s->a, keys[i]));
	}
}

/* --- one task ----------------------------------------------------------------------------------------------------- */

/* What the conditional keys hang on. */
enum form { FORM_OFFICIAL, FORM_WHITELIST, FORM_WINDOW, FORM_PERCENTAGE, FORM_ROLLBACK, FORM_UNKNOWN };

static const char *const here[] = { [FORM_OFFICIAL] = "this task has type \"official\"",
				    [FORM_WHITELIST] = "this task has mode \"whitelist\"",
				    [FORM_WINDOW] = "this task has mode \"timeWindow\"",
				    [FORM_PERCENTAGE] = "this task has mode \"percentage\"",
				    [FORM_ROLLBACK] = "this task has type \"rollback\"" };

struct task_reader {
	struct defs_scope *s;
	const struct task_context *ctx;
	struct object o;
	struct task *t;
	enum form form;
	bool has_id, has_published;
};

static bool is_gray(const struct task_reader *r)
{
	return r->form == FORM_WHITELIST || r->form == FORM_WINDOW || r->form == FORM_PERCENTAGE;
}

static bool can_roll_back(const struct task_context *ctx)
{
	return ctx->kind == KIND_HOTPATCH || ctx->kind == KIND_QUICKFIX;
}

/* The number of the word, in the order of `words`; false where it is none of those that the kind has. */
static bool read_type(size_t *type, struct task_reader *r)
{
	static const char *const words[] = { "official", "gray", "rollback" };
	struct node n;
	struct slice text;

	if (!field_node(&n, &r->o, "type", REQUIRED))
		return false;
	if (can_roll_back(r->ctx))
		return node_word(type, &n, words, COUNT(words));
	if (node_is_string(&n) && node_string(&text, &n) && slice_eqs(text, "rollback"))
		return node_error(
			&n,
			"\"rollback\" is for hotpatches and quick fixes; a task of kind \"%s\" is \"official\" or "
			"\"gray\"",
			kind_name(r->ctx->kind));
	return node_word(type, &n, words, COUNT(words) - 1);
}

static enum form read_form(struct task_reader *r)
{
	static const char *const modes[] = { "whitelist", "timeWindow", "percentage" };
	static const enum form forms[] = { FORM_WHITELIST, FORM_WINDOW, FORM_PERCENTAGE };
	static const enum form without_mode[] = { FORM_OFFICIAL, FORM_UNKNOWN, FORM_ROLLBACK };
	size_t type = 0, mode = 0;

	if (!read_type(&type, r)) {
		field_skip(&r->o, "mode");
		return FORM_UNKNOWN;
	}
	if (without_mode[type] != FORM_UNKNOWN) {
		field_refuse(&r->o, "mode", "type \"gray\"", here[without_mode[type]]);
		return without_mode[type];
	}
	return field_word(&mode, &r->o, "mode", REQUIRED, modes, COUNT(modes)) ? forms[mode] : FORM_UNKNOWN;
}

static void read_status(struct task_reader *r)
{
	static const char *const words[] = { [STATUS_PENDING] = "pending",
					     [STATUS_RELEASING] = "releasing",
					     [STATUS_PAUSED] = "paused",
					     [STATUS_ENDED] = "ended" };
	size_t word = STATUS_RELEASING;

	bool known = field_word(&word, &r->o, "status", OPTIONAL, words, COUNT(words)) || !object_has(&r->o, "status");
	r->t->status = (enum task_status)word;
	r->has_published = field_time(&r->t->published_at, &r->o, "publishedAt", OPTIONAL);
	if (known && word != STATUS_PENDING && !object_has(&r->o, "publishedAt"))
		object_error(&r->o, NULL, "missing key \"publishedAt\"; only a pending task may leave it out");
}

/* Each mode's own key, and refusals of the others'. */
static void read_condition(struct task_reader *r, enum form form)
{
	struct object *o = &r->o;
	struct task *t = r->t;

	if (form == FORM_UNKNOWN) {
		field_skip(o, "whitelists");
		field_skip(o, "window");
		field_skip(o, "percent");
		field_skip(o, "rules");
		return;
	}
	if (form == FORM_WHITELIST)
		whitelists_read(&t->whitelists, &t->nwhitelists, r->s, o);
	else
		field_refuse(o, "whitelists", "mode \"whitelist\"", here[form]);
	if (form == FORM_WINDOW)
		window_read(&t->window, r->s, o, t, r->has_published, r->ctx);
	else
		field_refuse(o, "window", "mode \"timeWindow\"", here[form]);
	if (form == FORM_PERCENTAGE)
		field_percent(&t->thousandths, o, "percent", REQUIRED);
	else
		field_refuse(o, "percent", "mode \"percentage\"", here[form]);
	if (form == FORM_OFFICIAL || form == FORM_ROLLBACK)
		field_refuse(o, "rules", "type \"gray\"", here[form]);
	else
		rules_read(&t->rules, r->s, o, "rules");
}

static void read_upgrade_keys(struct task_reader *r)
{
	static const char *const modes[] = { "once", "multiple", "forced" };
	static const enum upgrade_mode codes[] = { MODE_ONCE, MODE_MULTIPLE, MODE_FORCED };
	static const char *const not_once[] = { NULL, "this task has upgradeMode \"multiple\"",
						"this task has upgradeMode \"forced\"" };
	struct object *o = &r->o;
	struct task *t = r->t;
	size_t mode;

	field_string(&t->prompt, o, "prompt", OPTIONAL);
	if (!field_word(&mode, o, "upgradeMode", REQUIRED, modes, COUNT(modes))) {
		field_skip(o, "silenceDays");
		return;
	}
	t->upgrade_mode = codes[mode];
	if (codes[mode] != MODE_ONCE) {
		field_refuse(o, "silenceDays", "upgradeMode \"once\"", not_once[mode]);
		return;
	}
	uint64_t days = SILENCE_DAYS_DEFAULT;
	field_uint(&days, o, "silenceDays", OPTIONAL, 0, SILENCE_DAYS_MAX);
	t->silence_days = (uint32_t)days;
}

static void refuse_upgrade_keys(struct task_reader *r)
{
	static const char *const keys[] = { "upgradeMode", "silenceDays", "prompt" };
	static const char *const what[] = { [KIND_HOTPATCH] = "this task is of a hotpatch",
					    [KIND_H5] = "this task is of an h5 package",
					    [KIND_QUICKFIX] = "this task is of a quick fix" };

	for (size_t i = 0; i < COUNT(keys); i++)
		field_refuse(&r->o, keys[i], "upgrades", what[r->ctx->kind]);
}

/* It is neither staged nor aimed: whoever has the patch drops it. */
static void check_rollback(const struct task_reader *r)
{
	if (r->t->dev)
		object_error(&r->o, "channel", "a rollback is for every device: its channel is \"prod\"");
	if (r->has_published && r->t->status != STATUS_PENDING && r->t->published_at > r->s->commit_time)
		object_error(&r->o, "publishedAt",
			     "a rollback holds at once: its publishedAt must not be later than the commit");
}

/* What Apple's ways of distribution leave open. */
static void check_distribution(const struct task_reader *r, enum distribution distribution)
{
	bool named = r->form == FORM_OFFICIAL || is_gray(r);

	if (distribution == DIST_ENTERPRISE && named && r->form != FORM_WHITELIST)
		object_error(
			&r->o, r->form == FORM_OFFICIAL ? "type" : "mode",
			"an enterprise distribution is for known people: its tasks are gray, with mode \"whitelist\"");
	if (distribution == DIST_TEST_FLIGHT && r->form == FORM_OFFICIAL)
		object_error(&r->o, "type", "a testFlight distribution is for testers: its tasks are gray");
	if (distribution == DIST_TEST_FLIGHT && r->t->upgrade_mode == MODE_FORCED)
		object_error(&r->o, "upgradeMode",
			     "a testFlight distribution cannot be \"forced\": its places are limited");
}

static void task_read(struct task_reader *r)
{
	static const enum task_type types[] = {
		[FORM_OFFICIAL] = TASK_OFFICIAL,     [FORM_WHITELIST] = TASK_WHITELIST, [FORM_WINDOW] = TASK_WINDOW,
		[FORM_PERCENTAGE] = TASK_PERCENTAGE, [FORM_ROLLBACK] = TASK_ROLLBACK,   [FORM_UNKNOWN] = TASK_PERCENTAGE
	};

	r->has_id = field_name(&r->t->id, &r->o, "id", REQUIRED);
	r->form = read_form(r);
	r->t->type = types[r->form];
	read_status(r);
	read_condition(r, r->form);
	r->t->dev = channel_read(&r->o);
	field_string(&r->t->memo, &r->o, "memo", OPTIONAL);
	if (r->ctx->kind == KIND_UPGRADE)
		read_upgrade_keys(r);
	else
		refuse_upgrade_keys(r);
	if (r->form == FORM_ROLLBACK)
		check_rollback(r);
	if (r->ctx->upgrade)
		check_distribution(r, r->ctx->upgrade->distribution);
	object_finish(&r->o);
}

/* --- the tasks of a release --------------------------------------------------------------------------------------- */

static void check_ids(struct defs_scope *s, const struct task_reader *r, size_t n)
{
	struct slice *keys = ARENA_ARRAY(&s->scratch, struct slice, n);
	size_t *index = ARENA_ARRAY(&s->scratch, size_t, n);
	size_t nkeys = 0;

	for (size_t i = 0; i < n; i++) {
		if (!r[i].has_id)
			continue;
		index[nkeys] = i;
		keys[nkeys++] = r[i].t->id;
	}
	const size_t *first = repeats_find(&s->scratch, keys, nkeys);
	for (size_t i = 0; first && i < nkeys; i++)
		if (first[i] != i)
			object_error(&r[index[i]].o, "id", "duplicate task id %s", quote(s->a, keys[i]));
}

static void check_concurrent(struct defs_scope *s, const struct task_reader *r, size_t n)
{
	const struct task_reader *over = NULL; /* the first one too many */
	size_t active = 0;

	for (size_t i = 0; i < n; i++) {
		active += r[i].t->status == STATUS_RELEASING || r[i].t->status == STATUS_PAUSED;
		if (!over && active > s->app->max_concurrent_tasks)
			over = &r[i];
	}
	if (over)
		object_error(&over->o, NULL,
			     "%zu tasks are releasing or paused; [policy] maxConcurrentTasks allows "
			     "%" PRIu32,
			     active, s->app->max_concurrent_tasks);
}

static void check_rollbacks(struct defs_scope *s, const struct task_reader *r, size_t n)
{
	const struct task_reader *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (r[i].form != FORM_ROLLBACK || r[i].t->status != STATUS_RELEASING)
			continue;
		if (first)
			object_error(&r[i].o, NULL, "%s is a releasing rollback already; a release has at most one",
				     quote(s->a, first->t->id));
		else
			first = &r[i];
	}
}

/* requireCanary: the earliest gray task that is not pending decides for all official ones. */
static void check_canary(const struct task_reader *r, size_t n)
{
	int64_t canary = INT64_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct task_reader *g = &r[i];
		if (is_gray(g) && g->has_published && g->t->status != STATUS_PENDING && g->t->published_at < canary)
			canary = g->t->published_at;
	}
	for (size_t i = 0; i < n; i++) {
		const struct task_reader *t = &r[i];
		bool judged = t->form == FORM_OFFICIAL && t->has_published && t->t->status != STATUS_PENDING;
		if (judged && t->t->published_at <= canary)
			object_error(&t->o, NULL,
				     "an official task needs an earlier gray task of its release that is not pending "
				     "([policy] requireCanary)");
	}
}

void tasks_read(struct task **out, size_t *n, struct defs_scope *s, struct object *o, const struct task_context *ctx)
{
	struct array items;

	*n = 0;
	*out = NULL;
	if (!field_array(&items, o, "tasks", REQUIRED))
		return;
	struct task_reader *readers = ARENA_ARRAY(&s->scratch, struct task_reader, items.n);
	*out = ARENA_ARRAY(s->a, struct task, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node item = array_item(&items, i);
		struct task_reader *r = &readers[*n];
		*r = (struct task_reader){ .s = s, .ctx = ctx, .t = &(*out)[*n] };
		if (!node_object(&r->o, &item))
			continue;
		r->t->index = i;
		task_read(r);
		(*n)++;
	}
	check_ids(s, readers, *n);
	check_concurrent(s, readers, *n);
	check_rollbacks(s, readers, *n);
	if (s->app->require_canary)
		check_canary(readers, *n);
}
