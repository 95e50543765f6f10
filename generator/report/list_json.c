/* report/list_json.c: a list for programs. Keys that a thing has no value for are left out, as in definitions. */
#include "base/instant.h"
#include "format/wire.h"
#include "report/list.h"
#include "report/words.h"

static void put_string(json_t *o, const char *key, const char *text, bool *failed)
{
	put_member(o, key, json_string(text), failed);
}

static void put_given(json_t *o, const char *key, struct slice text, bool *failed)
{
	if (text.n > 0)
		put_member(o, key, put_text(text), failed);
}

/* What a words_…() function appended, which is then empty again. */
static void put_words(json_t *o, const char *key, struct strbuf *words, bool *failed)
{
	*failed = *failed || words->failed;
	put_given(o, key, strbuf_slice(words), failed);
	strbuf_reset(words);
}

static void put_time(json_t *o, const char *key, int64_t t, bool *failed)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	put_string(o, key, text, failed);
}

static void put_percent(json_t *o, uint32_t thousandths, bool *failed)
{
	put_member(o, "percent",
		   thousandths % 1000 ? json_real(thousandths / 1000.0) : json_integer(thousandths / 1000), failed);
}

static void put_whitelists(json_t *o, struct whitelist *const *lists, size_t n, bool *failed)
{
	json_t *names = json_array();

	for (size_t i = 0; i < n; i++)
		put_item(names, put_text(lists[i]->name), failed);
	put_member(o, "whitelists", names, failed);
}

static void put_platforms(json_t *o, const bool platforms[PLATFORM_COUNT], bool *failed)
{
	json_t *names = json_array();

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (platforms[p])
			put_item(names, json_string(platform_name((enum platform)p)), failed);
	}
	put_member(o, "platforms", names, failed);
}

/* --- releases -------------------------------------------------------------------------------------------------------------- */

static void put_window(json_t *o, const struct window *w, bool *failed)
{
	json_t *window = json_object();

	put_time(window, "start", w->start, failed);
	put_time(window, "end", w->end, failed);
	put_member(window, "users", json_integer((json_int_t)w->users), failed);
	put_member(o, "window", window, failed);
}

static json_t *task_json(const struct release *r, const struct task *t, int64_t now)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	json_t *o = json_object();
	bool failed = false;

	put_given(o, "id", t->id, &failed);
	put_string(o, "type", words_task_type(t->type), &failed);
	if (words_task_mode(t->type))
		put_string(o, "mode", words_task_mode(t->type), &failed);
	put_string(o, "status", words_status(t->status), &failed);
	if (t->published_at)
		put_time(o, "publishedAt", t->published_at, &failed);
	if (t->type == TASK_WHITELIST)
		put_whitelists(o, t->whitelists, t->nwhitelists, &failed);
	if (t->type == TASK_PERCENTAGE)
		put_percent(o, t->thousandths, &failed);
	if (t->type == TASK_WINDOW)
		put_window(o, &t->window, &failed);
	put_string(o, "channel", t->dev ? "dev" : "prod", &failed);
	if (r->kind == KIND_UPGRADE)
		put_string(o, "upgradeMode", words_upgrade_mode(t->upgrade_mode), &failed);
	put_given(o, "memo", t->memo, &failed);
	words_task(&words, t, now);
	put_words(o, "reaches", &words, &failed);
	return put_done(o, failed);
}

static json_t *release_json(const struct release *r, int64_t now)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	json_t *o = json_object(), *tasks = json_array();
	bool failed = false;

	put_string(o, "kind", kind_name(r->kind), &failed);
	put_given(o, "slot", r->slot, &failed);
	put_given(o, "version", r->version_text, &failed);
	if (r->kind == KIND_H5)
		put_given(o, "name", h5_of(r)->app->name, &failed);
	put_platforms(o, r->platforms, &failed);
	put_string(o, "state", words_state(release_state(r)), &failed);
	put_given(o, "memo", r->memo, &failed);
	put_string(o, "path", r->origin.path, &failed);
	words_release(&words, r);
	put_words(o, "applies", &words, &failed);
	for (size_t i = 0; i < r->ntasks; i++)
		put_item(tasks, task_json(r, &r->tasks[i], now), &failed);
	put_member(o, "tasks", tasks, &failed);
	return put_done(o, failed);
}

/* --- switches, whitelists, resources --------------------------------------------------------------------------------------- */

static json_t *value_json(const struct switch_value *v)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	json_t *o = json_object();
	bool failed = false;

	put_given(o, "id", v->id, &failed);
	put_member(o, "value", put_text(v->value), &failed);
	put_platforms(o, v->platforms, &failed);
	put_string(o, "type", words_switch_type(v->type), &failed);
	if (v->type == SWITCH_WHITELIST)
		put_whitelists(o, v->whitelists, v->nwhitelists, &failed);
	if (v->type == SWITCH_PERCENTAGE)
		put_percent(o, v->thousandths, &failed);
	put_string(o, "channel", v->dev ? "dev" : "prod", &failed);
	words_value(&words, v);
	put_words(o, "reaches", &words, &failed);
	return put_done(o, failed);
}

static json_t *switch_json(const struct switch_def *s)
{
	json_t *o = json_object(), *values = json_array();
	bool failed = false;

	put_given(o, "key", s->key, &failed);
	put_member(o, "active", json_boolean(s->active), &failed);
	put_given(o, "note", s->note, &failed);
	put_string(o, "path", s->origin.path, &failed);
	for (size_t i = 0; i < s->nvalues; i++)
		put_item(values, value_json(&s->values[i]), &failed);
	put_member(o, "values", values, &failed);
	return put_done(o, failed);
}

static json_t *whitelist_json(const struct whitelist *w, size_t uses)
{
	json_t *o = json_object();
	bool failed = false;

	put_given(o, "name", w->name, &failed);
	put_string(o, "holds", w->is_regex ? "patterns" : "ids", &failed);
	put_string(o, "idType", id_type_name(w->id_type), &failed);
	put_member(o, "usedBy", json_integer((json_int_t)uses), &failed);
	put_string(o, "path", w->path, &failed);
	return put_done(o, failed);
}

static json_t *resource_json(const struct element *e)
{
	json_t *o = json_object(), *values = json_array();
	bool failed = false;

	put_given(o, "element", e->name, &failed);
	put_string(o, "type", attr_type_name(e->type), &failed);
	for (size_t i = 0; i < e->nlisted; i++)
		put_item(values, put_text(e->listed[i]), &failed);
	put_member(o, "values", values, &failed);
	return put_done(o, failed);
}

static json_t *app_json(const struct list_app *l, int64_t now)
{
	json_t *o = json_object(), *releases = json_array(), *switches = json_array(), *lists = json_array(),
	       *resources = json_array();
	bool failed = false;

	for (size_t i = 0; i < l->nreleases; i++)
		put_item(releases, release_json(l->releases[i], now), &failed);
	for (size_t i = 0; i < l->nswitches; i++)
		put_item(switches, switch_json(l->switches[i]), &failed);
	for (size_t i = 0; i < l->nwhitelists; i++)
		put_item(lists, whitelist_json(l->whitelists[i], l->uses[i]), &failed);
	for (size_t i = 0; i < l->nresources; i++)
		put_item(resources, resource_json(l->resources[i]), &failed);
	put_given(o, "app", l->app->app_code, &failed);
	put_given(o, "name", l->app->name, &failed);
	put_member(o, "releases", releases, &failed);
	put_member(o, "switches", switches, &failed);
	put_member(o, "whitelists", lists, &failed);
	put_member(o, "resources", resources, &failed);
	return put_done(o, failed);
}

json_t *list_json(const struct list *l)
{
	json_t *apps = json_array();
	bool failed = false;

	for (size_t i = 0; i < l->napps; i++)
		put_item(apps, app_json(&l->apps[i], l->now), &failed);
	return put_done(apps, failed);
}
