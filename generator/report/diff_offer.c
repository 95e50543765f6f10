/* What an offer means to a device: what it gets, and under which conditions that only the device judges; as JSON, so that two can be
 * compared, and programs can read them. */
#include "report/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "format/wire.h"
#include "report/words.h"

#define VALUE_BYTES 40 /* of a switch's value that are told */

/* --- what a release gives ---------------------------------------------------------------------------------------------------- */

static void put_blob(json_t *files, const struct file_entry *e, struct slice folder, bool *failed)
{
	put_named(files, slice_from(e->rel, folder.n + 1), json_string(e->id), failed);
}

/* A file or a folder that the release names, by the ids of its blobs. */
static void put_input(json_t *files, const struct filetree *tree, const struct release *r, struct slice rel,
		      bool *failed)
{
	CLEANUP(strbuf_release) struct strbuf below = STRBUF_INIT;
	const struct file_entry *e = rel.n ? filetree_find(tree, rel) : NULL;
	size_t first, n;

	if (e)
		put_blob(files, e, r->folder, failed);
	if (e || !rel.n)
		return;
	strbuf_addf(&below, SLICE_FMT "/", SLICE_ARG(rel));
	n = filetree_below(tree, strbuf_slice(&below), &first);
	for (size_t i = first; i < first + n; i++)
		put_blob(files, &tree->v[i], r->folder, failed);
}

static void put_inputs(json_t *files, const struct filetree *tree, const struct release *r, bool *failed)
{
	switch (r->kind) {
	case KIND_UPGRADE:
		put_input(files, tree, r, upgrade_of(r)->package.rel, failed);
		put_input(files, tree, r, upgrade_of(r)->icon, failed);
		break;
	case KIND_HOTPATCH:
		put_input(files, tree, r, hotpatch_of(r)->package.rel, failed);
		break;
	case KIND_H5:
		put_input(files, tree, r, h5_of(r)->input, failed);
		break;
	default:
		for (size_t i = 0; i < quickfix_of(r)->nsources; i++) {
			const struct quickfix_source *s = &quickfix_of(r)->sources[i];
			const struct slice inputs[] = { s->file, s->base, s->ets, s->libs };

			for (size_t k = 0; k < COUNT(inputs); k++)
				put_input(files, tree, r, inputs[k], failed);
		}
	}
}

/* The definition without what says who gets it and what people read; the app's part of an h5 entry; the bytes of files. */
static json_t *release_answer(const struct diff_side *side, const struct app *app, const struct release *r)
{
	static const char *const others[] = { "$schema", "tasks", "unless", "clientVersion", "symbols", "versionKey" };
	json_t *o = json_loadb(r->origin.text.p, r->origin.text.n, JSON_DECODE_ANY, NULL), *files = json_object();
	bool failed = !json_is_object(o);

	for (size_t i = 0; i < COUNT(others); i++)
		json_object_del(o, others[i]);
	if (r->kind == KIND_H5) {
		put_member(o, "name", put_text(h5_of(r)->app->name), &failed);
		put_member(o, "vhost", put_text(app->h5_vhost), &failed);
		put_member(o, "globalHost", put_text(app->h5_global_host), &failed);
	} else {
		json_object_del(o, "memo");
	}
	put_inputs(files, side->tree, r, &failed);
	if (json_object_size(files))
		put_member(o, "files", files, &failed);
	else
		json_decref(files);
	return put_done(o, failed);
}

static void put_task_answer(json_t *o, const struct task *t, bool *failed)
{
	put_member(o, "upgradeMode", json_string(words_upgrade_mode(t->upgrade_mode)), failed);
	if (t->upgrade_mode == MODE_ONCE)
		put_member(o, "silenceDays", json_integer(t->silence_days), failed);
	if (t->prompt.n)
		put_member(o, "prompt", put_text(t->prompt), failed);
}

static json_t *payload_json(struct meanings *m, const struct offer *o)
{
	json_t *out;
	bool failed = false;

	if (o->value) {
		out = json_object();
		put_member(out, "value", put_text(o->value->value), &failed);
		return put_done(out, failed);
	}
	if (o->task->type == TASK_ROLLBACK)
		return json_pack("{s:b}", "rollback", 1);
	if (m->last != o->release) {
		json_decref(m->answer);
		m->answer = release_answer(m->side, m->app, o->release);
		m->last = o->release;
	}
	out = json_copy(m->answer);
	if (o->release->kind == KIND_UPGRADE)
		put_task_answer(out, o->task, &failed);
	return put_done(out, failed);
}

/* --- under which conditions -------------------------------------------------------------------------------------------------- */

static void put_time(json_t *o, const char *key, int64_t t, bool *failed)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	put_member(o, key, json_string(text), failed);
}

static json_t *lists_json(struct meanings *m, const struct offer *o)
{
	json_t *lists = json_array();
	bool failed = false;

	for (size_t i = 0; i < o->nlists; i++) {
		const char *content =
			list_content(m->pair->lists, m->pair->before, m->pair->base, m->side, o->lists[i]);
		json_t *list = json_object();

		put_member(list, "name", put_text(o->lists[i]->name), &failed);
		put_member(list, "idType", json_string(id_type_name(o->lists[i]->id_type)), &failed);
		put_member(list, "content", json_string(content), &failed);
		put_item(lists, list, &failed);
	}
	return put_done(lists, failed);
}

static json_t *window_json(const struct window *w)
{
	json_t *o = json_object(), *ramp = json_array();
	bool failed = false;

	put_time(o, "start", w->start, &failed);
	put_time(o, "end", w->end, &failed);
	put_member(o, "users", json_integer((json_int_t)w->users), &failed);
	put_member(o, "audience", json_integer(w->audience), &failed);
	for (size_t i = 0; i < w->nramp; i++) {
		json_t *point = json_object();

		put_time(point, "at", w->ramp[i].at, &failed);
		put_member(point, "thousandths", json_integer(w->ramp[i].thousandths), &failed);
		put_item(ramp, point, &failed);
	}
	if (w->nramp)
		put_member(o, "ramp", ramp, &failed);
	else
		json_decref(ramp);
	return put_done(o, failed);
}

/* Conditions on the device's ids need what its bucket is drawn with: another task's is another draw. */
static void put_salt(json_t *o, struct meanings *m, const struct offer *offer, bool *failed)
{
	struct slice salt;

	if (offer->value)
		salt = arena_printf(m->a, SLICE_FMT "/switch/" SLICE_FMT "/" SLICE_FMT, SLICE_ARG(m->app->app_code),
				    SLICE_ARG(offer->sw->key), SLICE_ARG(offer->value->id));
	else
		salt = arena_printf(m->a, SLICE_FMT "/%s/" SLICE_FMT "/" SLICE_FMT "/" SLICE_FMT,
				    SLICE_ARG(m->app->app_code), kind_name(offer->release->kind),
				    SLICE_ARG(offer->release->slot), SLICE_ARG(offer->release->version_text),
				    SLICE_ARG(offer->task->id));
	put_member(o, "salt", put_text(salt), failed);
}

static json_t *guard_json(struct meanings *m, const struct offer *o)
{
	json_t *out = json_object();
	bool failed = false;

	if (o->dev)
		put_member(out, "channel", json_string("dev"), &failed);
	if (o->nlists)
		put_member(out, "whitelists", lists_json(m, o), &failed);
	if (o->has_percent)
		put_member(out, "thousandths", json_integer(o->thousandths), &failed);
	if (o->has_window)
		put_member(out, "window", window_json(&o->task->window), &failed);
	if (o->has_percent || o->has_window)
		put_salt(out, m, o, &failed);
	if (o->has_from)
		put_time(out, "notBefore", o->from, &failed);
	if (o->has_until)
		put_time(out, "before", o->until, &failed);
	if (o->has_above)
		put_member(out, "installedBelow", json_integer(o->above), &failed);
	return put_done(out, failed);
}

/* --- numbers ------------------------------------------------------------------------------------------------------------------ */

/* Its wire text, in the arena; takes `json`. */
static struct slice keep(struct meanings *m, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
	struct slice out = arena_copy(m->a, slice_of(text));

	m->failed = m->failed || !text;
	json_decref(json);
	free(text);
	return out;
}

static uint32_t number_of(struct meanings *m, struct slice key)
{
	uint32_t *number = map_get(&m->numbers, key);

	if (number)
		return *number;
	number = ARENA_NEW(m->a, uint32_t);
	*number = m->n++;
	map_put(&m->numbers, key, number);
	return *number;
}

/* A switch's answer is its value alone; every other one names its version and task. */
static struct slice key_of(struct meanings *m, const struct offer *o, const struct meaning *meaning)
{
	struct slice version = o->value ? SLICE("") : o->release->version_text;
	struct slice task = o->value ? SLICE("") : o->task->id;

	return arena_printf(m->a, SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT, SLICE_ARG(version),
			    SLICE_ARG(task), SLICE_ARG(meaning->guard), SLICE_ARG(meaning->payload));
}

void meanings_add(struct meanings *m, uint32_t *means, struct meaning *out, const struct offers *offers,
		  const struct offer_slot *slot)
{
	for (uint32_t i = 0; i < slot->n; i++) {
		const struct offer *o = &offers->v[slot->first + i];

		out[i].guard = keep(m, guard_json(m, o));
		out[i].payload = keep(m, payload_json(m, o));
		means[i] = number_of(m, key_of(m, o, &out[i]));
	}
}

void meanings_release(struct meanings *m)
{
	json_decref(m->answer);
	map_release(&m->numbers);
}

/* --- words -------------------------------------------------------------------------------------------------------------------- */

struct slice offer_task_name(const struct offer *o)
{
	return o->value ? o->value->id : o->task->id;
}

static struct slice take_words(struct arena *a, struct strbuf *words)
{
	struct slice out = arena_copy(a, strbuf_slice(words));

	strbuf_release(words);
	return out;
}

/* What its rules say is said by the segment. */
struct slice offer_who(struct arena *a, const struct offer *o, int64_t now)
{
	struct strbuf words = STRBUF_INIT;

	if (o->value) {
		struct switch_value bare = *o->value;

		bare.rules = (struct rules){ NULL, 0 };
		words_value(&words, &bare);
	} else {
		struct task bare = *o->task;

		bare.rules = (struct rules){ NULL, 0 };
		if (bare.type == TASK_ROLLBACK)
			bare.type = TASK_OFFICIAL; /* that it is one is said by what they get */
		bare.window.nramp = 0;
		words_task(&words, &bare, now);
	}
	if (o->has_until) {
		char text[INSTANT_TEXT];

		instant_format(text, o->until);
		strbuf_addf(&words, "; before %s", text);
	}
	return take_words(a, &words);
}

struct slice offer_what(struct arena *a, const struct offer *o)
{
	const char *forced = "";

	if (o->value) {
		struct slice value = o->value->value;

		if (value.n <= VALUE_BYTES)
			return arena_printf(a, "\"" SLICE_FMT "\"", SLICE_ARG(value));
		value.n = VALUE_BYTES;
		while (value.n && ((unsigned char)value.p[value.n] & 0xc0) == 0x80)
			value.n--; /* not in the middle of a character */
		return arena_printf(a, "\"" SLICE_FMT "…\"", SLICE_ARG(value));
	}
	if (o->task->type == TASK_ROLLBACK)
		return arena_printf(a, "rollback of " SLICE_FMT, SLICE_ARG(o->release->version_text));
	if (o->release->kind == KIND_UPGRADE && o->task->upgrade_mode == MODE_FORCED)
		forced = ", forced";
	return arena_printf(a, SLICE_FMT "%s", SLICE_ARG(o->release->version_text), forced);
}

static const char *word_for(const char *key)
{
	return strcmp(key, "files") == 0 ? "package" : strcmp(key, "whitelists") == 0 ? "ids" : key;
}

/* Appends the keys of `a` whose value is another in `b`; with `absent` only those that b lacks. */
static void add_differing(struct strbuf *out, json_t *a, json_t *b, bool absent)
{
	const char *key;
	json_t *value;

	json_object_foreach(a, key, value)
	{
		const json_t *other = json_object_get(b, key);

		if (absent ? other != NULL : json_equal(value, other))
			continue;
		strbuf_addf(out, "%s%s", out->n ? ", " : "", word_for(key));
	}
}

struct slice payload_difference(struct arena *a, struct slice before, struct slice after)
{
	json_t *was = json_loadb(before.p, before.n, 0, NULL), *is = json_loadb(after.p, after.n, 0, NULL);
	struct strbuf words = STRBUF_INIT;

	add_differing(&words, is, was, false);
	add_differing(&words, was, is, true);
	json_decref(was);
	json_decref(is);
	return take_words(a, &words);
}
