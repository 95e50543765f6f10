/* A diff for programs. Contract: report/diff.h. */
#include "report/diff.h"

#include "format/wire.h"

#define THOUSANDTHS 100000

static json_t *side_json(const struct diff_side *side)
{
	return json_pack("{s:s, s:s}", "rev", side->rev, "commit", side->commit);
}

static json_t *estimate_json(struct estimate e, const struct diff_slot *slot)
{
	uint64_t whole = slot->devices ? slot->devices : THOUSANDTHS;

	return json_pack("{s:I, s:I}", "from", (json_int_t)estimate_devices(e.low, whole), "to",
			 (json_int_t)estimate_devices(e.high, whole));
}

static void put_given(json_t *o, const char *key, struct slice text, bool *failed)
{
	if (text.n > 0)
		put_member(o, key, put_text(text), failed);
}

/* What is kept as JSON already. */
static void put_parsed(json_t *o, const char *key, struct slice text, bool *failed)
{
	if (text.n > 0)
		put_member(o, key, json_loadb(text.p, text.n, 0, NULL), failed);
}

/* --- definitions ------------------------------------------------------------------------------------------------------------------ */

static json_t *changes_json(const struct diff_app *app)
{
	json_t *changes = json_array();
	bool failed = false;

	for (size_t i = 0; i < app->nchanges; i++) {
		json_t *o = json_object();

		put_member(o, "place", put_text(app->changes[i].place), &failed);
		put_member(o, "text", put_text(app->changes[i].text), &failed);
		put_member(o, "attention", json_boolean(app->changes[i].attention), &failed);
		put_item(changes, o, &failed);
	}
	return put_done(changes, failed);
}

/* --- slots ------------------------------------------------------------------------------------------------------------------------ */

static json_t *candidate_json(const struct diff_slot *slot, const struct diff_line *line, struct estimate devices)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "who", put_text(line->who), &failed);
	put_member(o, "what", put_text(line->what), &failed);
	put_given(o, "task", line->task, &failed);
	put_given(o, "version", line->version, &failed);
	put_given(o, "rest", line->rest, &failed);
	put_parsed(o, "guard", line->guard, &failed);
	put_parsed(o, "payload", line->payload, &failed);
	put_member(o, "devices", estimate_json(devices, slot), &failed);
	return put_done(o, failed);
}

static json_t *candidates_json(const struct diff_slot *slot, const struct diff_segment *s, bool after)
{
	json_t *v = json_array();
	bool failed = false;

	for (size_t i = 0; i < s->nlines; i++) {
		const struct diff_line *line = &s->lines[i];

		if (after ? line->after : line->before)
			put_item(v, candidate_json(slot, line, after ? line->devices_after : line->devices_before),
				 &failed);
	}
	return put_done(v, failed);
}

static json_t *segment_json(const struct diff_slot *slot, const struct diff_segment *s)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "words", put_text(s->words), &failed);
	put_parsed(o, "where", s->where, &failed);
	put_member(o, "devices", estimate_json(s->devices, slot), &failed);
	put_member(o, "before", candidates_json(slot, s, false), &failed);
	put_member(o, "after", candidates_json(slot, s, true), &failed);
	return put_done(o, failed);
}

static json_t *effect_json(const struct diff_slot *slot, const struct diff_effect *e)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "what", put_text(e->what), &failed);
	put_member(o, "before", estimate_json(e->before, slot), &failed);
	put_member(o, "after", estimate_json(e->after, slot), &failed);
	return put_done(o, failed);
}

static json_t *slot_json(const struct diff_slot *slot)
{
	json_t *o = json_object(), *platforms = json_array(), *effects = json_array(), *segments = json_array();
	bool failed = false;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (slot->platforms[p])
			put_item(platforms, json_string(platform_name((enum platform)p)), &failed);
	for (size_t i = 0; i < slot->neffects; i++)
		put_item(effects, effect_json(slot, &slot->effects[i]), &failed);
	for (size_t i = 0; i < slot->nsegments; i++)
		put_item(segments, segment_json(slot, &slot->segments[i]), &failed);
	put_member(o, "kind", json_string(kind_name(slot->kind)), &failed);
	put_member(o, "slot", put_text(slot->slot), &failed);
	put_member(o, "platforms", platforms, &failed);
	put_member(o, "unit", json_string(slot->devices ? "devices" : "thousandths of a percent"), &failed);
	if (slot->devices)
		put_member(o, "devices", json_integer((json_int_t)slot->devices), &failed);
	put_member(o, "effects", effects, &failed);
	put_member(o, "segments", segments, &failed);
	put_member(o, "further", json_integer((json_int_t)(slot->further & INT64_MAX)), &failed);
	return put_done(o, failed);
}

static json_t *app_json(const struct diff_app *app)
{
	static const char *const states[] = { "changed", "new", "removed" };
	const struct app *of = app->after ? app->after : app->before;
	json_t *o = json_object(), *slots = json_array();
	bool failed = false;

	for (size_t i = 0; i < app->nslots; i++)
		put_item(slots, slot_json(&app->slots[i]), &failed);
	put_member(o, "app", put_text(of->app_code), &failed);
	put_given(o, "name", of->name, &failed);
	put_member(o, "state", json_string(states[app->state]), &failed);
	put_member(o, "changes", changes_json(app), &failed);
	put_member(o, "slots", slots, &failed);
	return put_done(o, failed);
}

json_t *diff_json(const struct diff *diff)
{
	json_t *o = json_object(), *apps = json_array();
	bool failed = false;

	for (size_t i = 0; i < diff->napps; i++)
		put_item(apps, app_json(&diff->apps[i]), &failed);
	put_member(o, "base", side_json(&diff->base), &failed);
	put_member(o, "head", side_json(&diff->head), &failed);
	put_member(o, "apps", apps, &failed);
	return put_done(o, failed);
}
