/* convert/task.c: a task that is read. */
#include "convert/task.h"

#include "base/instant.h"
#include "base/text.h"
#include "convert/rules.h"
#include "convert/task_keys.h"
#include "defs/reader.h"

struct task_reader {
	struct task_import *t;
	const struct form *f;
	const struct task_options *o;
	enum task_type type;
	bool good;
};

static void put(json_t *o, const char *key, struct slice text)
{
	json_object_set_new(o, key, json_stringn(text.p ? text.p : "", text.n));
}

/* The error, and the task is not good. */
#define REFUSE(r, ...) ((r)->good = form_error((r)->f, __VA_ARGS__))

/* --- where it belongs ------------------------------------------------------------------------------------------------- */

static void read_kind(struct task_reader *r)
{
	static const struct {
		const char *action;
		enum kind kind;
	} actions[] = {
		{ "CreateMcubeUpgradeTask", KIND_UPGRADE },
		{ "CreateMcubeHotpatchTask", KIND_HOTPATCH },
		{ "CreateMcubeNebulaTask", KIND_H5 },
	};
	struct slice word;

	r->t->kind = r->o->kind;
	if (!form_text(&word, r->f, "action")) {
		if (!form_has(r->f, "action") && r->o->kind == KIND_COUNT)
			REFUSE(r, NULL, "missing key \"action\"; say with --kind what the tasks are");
		r->good &= !form_has(r->f, "action");
		return;
	}
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (slice_eqs(word, actions[i].action)) {
			r->t->kind = actions[i].kind;
			return;
		}
	}
	REFUSE(r, "action",
	       "action %s is unknown; CreateMcubeUpgradeTask, CreateMcubeHotpatchTask and CreateMcubeNebulaTask are "
	       "known",
	       quote(r->f->s->a, word));
}

static void check_app(struct task_reader *r, const char *key, struct slice ours)
{
	struct slice text;

	if (form_text(&text, r->f, key) && !slice_eq(text, ours))
		REFUSE(r, key, "%s %s is another app's; this one has %s", key, quote(r->f->s->a, text),
		       quote(r->f->s->a, ours));
}

static void read_platform(struct task_reader *r)
{
	struct slice word;

	if (!form_require(r->f, "platform") || !form_text(&word, r->f, "platform"))
		r->good = false;
	else if (!mds_platform_parse(&r->t->platform, word))
		REFUSE(r, "platform", "platform %s is unknown; Android, iOS and Harmony are known",
		       quote(r->f->s->a, word));
}

static void read_version(struct task_reader *r, const char *key)
{
	if (!form_require(r->f, key) || !form_version(&r->t->version, r->f, key))
		r->good = false;
}

/* Keys of another kind of task may be left over, as long as they say nothing. */
static void refuse_foreign(struct task_reader *r)
{
	static const struct {
		const char *key;
		bool kinds[KIND_COUNT]; /* that know it */
	} owners[] = {
		{ "upgradeType", { [KIND_UPGRADE] = true } },
		{ "upgradeContent", { [KIND_UPGRADE] = true } },
		{ "appVersion", { [KIND_UPGRADE] = true } },
		{ "patchNumber", { [KIND_HOTPATCH] = true } },
		{ "productVersion", { [KIND_UPGRADE] = true, [KIND_HOTPATCH] = true } },
		{ "h5Id", { [KIND_H5] = true } },
		{ "h5Version", { [KIND_H5] = true } },
	};

	for (size_t i = 0; i < COUNT(owners); i++) {
		if (!owners[i].kinds[r->t->kind] && !form_says_nothing(r->f, owners[i].key))
			REFUSE(r, owners[i].key, "\"%s\" does not belong to a task of kind %s", owners[i].key,
			       kind_name(r->t->kind));
	}
}

/* An upgrade's is called either way. */
static void read_product_version(struct task_reader *r)
{
	struct slice text;

	if (r->t->kind != KIND_UPGRADE || !form_has(r->f, "appVersion")) {
		read_version(r, "productVersion");
		return;
	}
	read_version(r, "appVersion");
	if (form_version(&text, r->f, "productVersion") && !slice_eq(text, r->t->version))
		REFUSE(r, "productVersion", "productVersion %s is another than appVersion %s", quote(r->f->s->a, text),
		       quote(r->f->s->a, r->t->version));
}

static void read_patch_number(struct task_reader *r)
{
	int64_t number = 0;

	if (!form_has(r->f, "patchNumber"))
		return;
	if (!form_int(&number, r->f, "patchNumber"))
		r->good = false;
	else if (number < 1 || number > INT32_MAX)
		REFUSE(r, "patchNumber", "patchNumber is %" JSON_INTEGER_FORMAT "; it counts from 1",
		       (json_int_t)number);
	r->t->patch_number = (uint32_t)number;
}

static void read_release(struct task_reader *r)
{
	check_app(r, "appId", r->o->app->app_id);
	check_app(r, "workspaceId", r->o->app->workspace_id);
	refuse_foreign(r);
	if (r->t->kind == KIND_H5) {
		r->good &= form_require(r->f, "h5Id") && form_text(&r->t->h5_id, r->f, "h5Id");
		read_version(r, "h5Version");
		return;
	}
	read_platform(r);
	read_product_version(r);
	if (r->t->kind == KIND_HOTPATCH)
		read_patch_number(r);
}

/* --- who gets it ------------------------------------------------------------------------------------------------------ */

static bool read_code(int64_t *out, struct task_reader *r, const char *key)
{
	if (!form_has(r->f, key))
		return false;
	bool ok = form_int(out, r->f, key);
	r->good &= ok;
	return ok;
}

static void read_gray(struct task_reader *r)
{
	static const struct {
		int64_t code;
		enum task_type type;
		const char *mode;
	} modes[] = {
		{ PUBLISH_WHITELIST, TASK_WHITELIST, "whitelist" },
		{ PUBLISH_WINDOW, TASK_WINDOW, "timeWindow" },
		{ PUBLISH_PERCENTAGE, TASK_PERCENTAGE, "percentage" },
	};
	int64_t mode;

	r->good &= form_require(r->f, "publishMode");
	if (!read_code(&mode, r, "publishMode"))
		return;
	for (size_t i = 0; i < COUNT(modes); i++) {
		if (modes[i].code == mode) {
			r->type = modes[i].type;
			json_object_set_new(r->t->task, "mode", json_string(modes[i].mode));
			return;
		}
	}
	REFUSE(r, "publishMode",
	       "publishMode %" JSON_INTEGER_FORMAT
	       " has no counterpart here; 1 (whitelist), 2 (time window) and 3 (percentage) can be taken over",
	       (json_int_t)mode);
}

static void read_type(struct task_reader *r)
{
	static const char *const names[] = {
		[PUBLISH_GRAY] = "gray", [PUBLISH_OFFICIAL] = "official", [PUBLISH_ROLLBACK] = "rollback"
	};
	int64_t type, kind_of_task = 0, mode = 0;

	r->good &= form_require(r->f, "publishType");
	if (!read_code(&type, r, "publishType"))
		return;
	if (read_code(&kind_of_task, r, "taskType") && kind_of_task == 1)
		type = PUBLISH_ROLLBACK;
	else if (kind_of_task != 0)
		REFUSE(r, "taskType",
		       "taskType %" JSON_INTEGER_FORMAT " is unknown; 0 (a release) and 1 (a rollback) are known",
		       (json_int_t)kind_of_task);
	if (type < PUBLISH_GRAY || type > PUBLISH_ROLLBACK) {
		REFUSE(r, "publishType",
		       "publishType %" JSON_INTEGER_FORMAT
		       " is unknown; 2 (gray), 3 (official) and 4 (rollback) are known",
		       (json_int_t)type);
		return;
	}
	json_object_set_new(r->t->task, "type", json_string(names[type]));
	if (type == PUBLISH_GRAY) {
		read_gray(r);
		return;
	}
	r->type = type == PUBLISH_OFFICIAL ? TASK_OFFICIAL : TASK_ROLLBACK;
	if (r->type == TASK_ROLLBACK && r->t->kind != KIND_HOTPATCH)
		REFUSE(r, "publishType", "a rollback is for hotpatches; end the version's tasks instead");
	if (read_code(&mode, r, "publishMode") && mode != PUBLISH_MODE_NONE)
		REFUSE(r, "publishMode", "publishMode %" JSON_INTEGER_FORMAT " belongs to a gray task; this one is %s",
		       (json_int_t)mode, names[type]);
}

static bool is_listed(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->nwhitelists; i++)
		if (slice_eq(app->whitelists[i]->name, name))
			return true;
	return false;
}

static bool is_in(const json_t *list, struct slice name)
{
	const json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
	{
		if (slice_eqs(name, json_string_value(other)))
			return true;
	}
	return false;
}

static struct slice mapped(const struct mds_option *v, size_t n, struct slice code)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(v[i].code, code))
			return v[i].word;
	return (struct slice){ NULL, 0 };
}

static void read_whitelists(struct task_reader *r)
{
	struct arena *a = r->f->s->a;
	json_t *list = json_array();
	struct slice rest = { NULL, 0 };

	json_object_set_new(r->t->task, "whitelists", list);
	json_t *v = form_value(r->f, "whitelistIds");
	if (json_is_integer(v))
		rest = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else
		r->good &= form_require(r->f, "whitelistIds") && form_text(&rest, r->f, "whitelistIds");
	while (rest.p) {
		struct slice id = slice_trim(slice_cut(&rest, ','));
		struct slice name = mapped(r->o->whitelists, r->o->nwhitelists, id);

		if (!id.n)
			continue;
		name = name.n ? name : id;
		if (!is_listed(r->o->app, name))
			REFUSE(r, "whitelistIds",
			       "there is no whitelist %s; import it first, or say --whitelist " SLICE_FMT "=NAME",
			       quote(a, name), SLICE_ARG(id));
		if (!is_in(list, name)) /* two of MDS's lists may have become one */
			json_array_append_new(list, json_stringn(name.p, name.n));
	}
	if (r->good && !json_array_size(list))
		REFUSE(r, "whitelistIds", "\"whitelistIds\" names no list");
}

static void put_time(json_t *o, const char *key, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	json_object_set_new(o, key, json_string(text));
}

static bool read_time(int64_t *out, struct task_reader *r, const char *key)
{
	struct slice text;

	if (!form_has(r->f, key))
		return false;
	if (!form_text(&text, r->f, key)) {
		r->good = false;
		return false;
	}
	if (mds_time_parse(out, slice_trim(text), r->o->zone))
		return true;
	REFUSE(r, key, "%s %s is not a time like 2026-11-21 08:00:00", key, quote(r->f->s->a, text));
	return false;
}

static void read_window(struct task_reader *r)
{
	json_t *window = json_object();
	int64_t end, users;

	json_object_set_new(r->t->task, "window", window);
	const char *key = form_has(r->f, "greyEndtimeData") ? "greyEndtimeData" : "greyEndtime";
	if (read_time(&end, r, key))
		put_time(window, "end", end);
	else if (!form_has(r->f, key))
		REFUSE(r, NULL, "missing key \"greyEndtimeData\": when the time window ends");
	r->good &= form_require(r->f, "greyNum");
	if (!read_code(&users, r, "greyNum"))
		return;
	if (users < 1)
		REFUSE(r, "greyNum", "greyNum is %" JSON_INTEGER_FORMAT "; a time window is for at least one device",
		       (json_int_t)users);
	json_object_set_new(window, "users", json_integer(users));
}

static void read_percent(struct task_reader *r)
{
	uint32_t thousandths;

	if (!form_require(r->f, "percent") || !form_percent(&thousandths, r->f, "percent"))
		r->good = false;
	else if (thousandths % 1000)
		json_object_set_new(r->t->task, "percent", json_real(thousandths / 1000.0));
	else
		json_object_set_new(r->t->task, "percent", json_integer(thousandths / 1000));
}

/* A condition of another mode may be left over in what MDS answers, as long as it says nothing. */
static void refuse_condition(struct task_reader *r, const char *key, enum task_type owner, const char *mode)
{
	if (r->type != owner && !form_says_nothing(r->f, key))
		REFUSE(r, key, "\"%s\" belongs to publishMode %s; this task is of another", key, mode);
}

static void read_condition(struct task_reader *r)
{
	if (r->type == TASK_WHITELIST)
		read_whitelists(r);
	if (r->type == TASK_WINDOW)
		read_window(r);
	if (r->type == TASK_PERCENTAGE)
		read_percent(r);
	refuse_condition(r, "whitelistIds", TASK_WHITELIST, "1 (whitelist)");
	refuse_condition(r, "greyEndtimeData", TASK_WINDOW, "2 (time window)");
	refuse_condition(r, "greyEndtime", TASK_WINDOW, "2 (time window)");
	refuse_condition(r, "greyNum", TASK_WINDOW, "2 (time window)");
	refuse_condition(r, "percent", TASK_PERCENTAGE, "3 (percentage)");
	if (!form_has(r->f, "greyConfigInfo"))
		return;
	json_t *rules = rules_import(r->f, "greyConfigInfo", r->o->app);
	r->good &= rules != NULL;
	if (rules && json_array_size(rules) && (r->type == TASK_OFFICIAL || r->type == TASK_ROLLBACK))
		REFUSE(r, "greyConfigInfo", "advanced rules belong to a gray task");
	if (rules && json_array_size(rules))
		json_object_set(r->t->task, "rules", rules);
	json_decref(rules);
}

/* --- what it says ----------------------------------------------------------------------------------------------------- */

static void read_status(struct task_reader *r)
{
	enum task_status status = STATUS_RELEASING;
	int64_t code, published = r->o->now;

	if (read_code(&code, r, "taskStatus") && !mds_status_parse(&status, code))
		REFUSE(r, "taskStatus",
		       "taskStatus %" JSON_INTEGER_FORMAT
		       " is unknown; 0 (to be released), 1 (releasing), 2 (ended) and 3 (paused) are known",
		       (json_int_t)code);
	if (status != STATUS_RELEASING)
		json_object_set_new(r->t->task, "status", json_string(task_status_name(status)));
	if (read_time(&published, r, "gmtCreate") || status != STATUS_PENDING)
		put_time(r->t->task, "publishedAt", published);
}

static void read_upgrade(struct task_reader *r)
{
	struct arena *a = r->f->s->a;
	enum upgrade_mode mode = MODE_ONCE;
	struct slice code = { NULL, 0 }, prompt;
	json_t *v = form_value(r->f, "upgradeType");

	r->good &= form_require(r->f, "upgradeType");
	if (json_is_integer(v))
		code = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (v)
		r->good &= form_text(&code, r->f, "upgradeType");
	struct slice word = mapped(r->o->upgrade_types, r->o->nupgrade_types, code);
	if (word.n)
		upgrade_mode_parse(&mode, word);
	else if (slice_eqs(code, "204"))
		mode = MODE_MULTIPLE;
	else if (slice_eqs(code, "206"))
		mode = MODE_FORCED;
	else if (code.n && !slice_eqs(code, "202"))
		REFUSE(r, "upgradeType",
		       "upgradeType " SLICE_FMT
		       " is unknown; 202 (once), 204 (multiple) and 206 (forced) are known, others "
		       "with --upgrade-type " SLICE_FMT "=once, multiple or forced",
		       SLICE_ARG(code), SLICE_ARG(code));
	json_object_set_new(r->t->task, "upgradeMode", json_string(upgrade_mode_name(mode)));
	if (form_text(&prompt, r->f, "upgradeContent"))
		put(r->t->task, "prompt", prompt);
}

static void read_memo(struct task_reader *r)
{
	const char *key = form_has(r->f, "memo") ? "memo" : "taskDesc";
	struct slice memo;

	if (form_text(&memo, r->f, key))
		put(r->t->task, "memo", memo);
	else
		r->good &= !form_has(r->f, key);
}

/* taskName, else MDS's own number. */
static void read_id(struct task_reader *r)
{
	json_t *id = form_value(r->f, "id");

	if (form_text(&r->t->id, r->f, "taskName")) {
		if (!text_is_name(r->t->id))
			REFUSE(r, "taskName",
			       "%s cannot be a task's id: 1 to 64 of A-Z a-z 0-9 . _ -, and the first no sign",
			       quote(r->f->s->a, r->t->id));
	} else if (json_is_integer(id) && json_integer_value(id) >= 0) {
		r->t->id = arena_printf(r->f->s->a, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	} else if (json_is_string(id)) {
		form_text(&r->t->id, r->f, "id");
		if (!text_is_name(r->t->id))
			REFUSE(r, "id", "%s cannot be a task's id: 1 to 64 of A-Z a-z 0-9 . _ -, and the first no sign",
			       quote(r->f->s->a, r->t->id));
	} else if (id) {
		REFUSE(r, "id", "\"id\" must be a number or a string, not %s", value_type(id));
	}
	if (r->t->id.n)
		put(r->t->task, "id", r->t->id);
}

bool task_import(struct task_import *out, const struct form_source *s, json_t *json, struct slice pointer,
		 const struct task_options *o)
{
	struct task_reader r = { .t = out, .f = &out->form, .o = o, .type = TASK_OFFICIAL, .good = true };
	size_t errors = s->d->errors;

	*out = (struct task_import){ .kind = o->kind };
	if (!form_open(&out->form, s, json, pointer, task_keys, task_nkeys))
		return false;
	out->task = json_object();
	read_id(&r);
	read_kind(&r);
	if (out->kind != KIND_COUNT)
		read_release(&r);
	size_t before = s->d->errors;
	read_type(&r);
	read_status(&r);
	if (s->d->errors == before) /* else conditions would be judged by a type that nobody meant */
		read_condition(&r);
	read_memo(&r);
	if (out->kind == KIND_UPGRADE)
		read_upgrade(&r);
	if (r.good && s->d->errors == errors)
		return true;
	task_import_release(out);
	return false;
}

void task_import_release(struct task_import *t)
{
	json_decref(t->task);
	t->task = NULL;
}
