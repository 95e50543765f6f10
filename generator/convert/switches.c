#include "convert/switches.h"

#include <string.h>

#include "base/jsonpos.h"
#include "base/strbuf.h"
#include "convert/mds.h"
#include "convert/rules.h"
#include "convert/text.h"
#include "defs/reader.h"

/* --- words ----------------------------------------------------------------------------------------------------------- */

static const char *good_platform(struct slice text)
{
	enum platform p;

	if (slice_eq_nocase(text, SLICE("all")))
		return "all";
	return mds_platform_parse(&p, text) ? platform_name(p) : NULL;
}

static const char *good_type(struct slice text)
{
	static const char *const types[] = { "full", "whitelist", "percentage" };

	for (size_t i = 0; i < COUNT(types); i++)
		if (slice_eq_nocase(text, slice_of(types[i])))
			return types[i];
	return NULL;
}

typedef const char *good_word(struct slice text);

static json_t *respelt(json_t *v, good_word *good)
{
	const char *word = json_is_string(v) ? good(slice_of(json_string_value(v))) : NULL;

	return word ? json_string(word) : json_incref(v);
}

static void respell_value(json_t *value)
{
	json_t *platform = json_object_get(value, "platform"), *type = json_object_get(value, "type"), *one;
	size_t i;

	if (type)
		json_object_set_new(value, "type", respelt(type, good_type));
	json_array_foreach(platform, i, one)
	{
		json_array_set_new(platform, i, respelt(one, good_platform));
	}
	if (json_is_string(platform)) /* last: it lets go of what `platform` is */
		json_object_set_new(value, "platform", respelt(platform, good_platform));
}

/* --- the file with one switch left ------------------------------------------------------------------------------------- */

struct blanked { /* a copy of the file, of which parts are turned to spaces */
	const struct form_source *s;
	char *p;
	size_t n;
};

/* A column is a code point: continuation bytes are marked, and dropped when all is done. */
static void blank(struct blanked *b, size_t from, size_t n)
{
	for (size_t i = from; i < from + n && i < b->n; i++)
		if (b->p[i] != '\n')
			b->p[i] = (b->p[i] & 0xc0) == 0x80 ? '\0' : ' ';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The member `"key": "X"` and one comma beside it. */
static void blank_key(struct blanked *b, struct slice pointer)
{
	struct jsonpos key, value;

	if (!jsonpos_key(&key, b->s->origin.text, pointer) || !jsonpos_value(&value, b->s->origin.text, pointer))
		return;
	size_t from = key.offset, end = value.offset + value.raw.n, i = end;
	while (i < b->n && is_space(b->p[i]))
		i++;
	if (i < b->n && b->p[i] == ',') {
		end = i + 1;
	} else {
		for (i = from; i > 0 && is_space(b->p[i - 1]); i--)
			;
		if (i > 0 && b->p[i - 1] == ',')
			from = i - 1;
	}
	blank(b, from, end - from);
}

/* Another spelling of the string, where it stands; it is never longer than what was there. */
static bool respell(struct blanked *b, struct slice pointer, good_word *good)
{
	struct jsonpos at;

	if (!jsonpos_value(&at, b->s->origin.text, pointer))
		return false;
	const char *word = at.raw.n > 2 ? good(slice_sub(at.raw, 1, at.raw.n - 2)) : NULL;
	if (word && strlen(word) + 2 <= at.raw.n) {
		size_t n = strlen(word);
		memset(b->p + at.offset, ' ', at.raw.n);
		b->p[at.offset] = b->p[at.offset + n + 1] = '"';
		memcpy(b->p + at.offset + 1, word, n);
	}
	return true;
}

static void respell_all(struct blanked *b, struct slice pointer)
{
	struct arena *a = b->s->a;
	struct jsonpos any;

	for (size_t i = 0;; i++) {
		struct slice at = arena_printf(a, SLICE_FMT "/values/%zu", SLICE_ARG(pointer), i);

		if (!jsonpos_value(&any, b->s->origin.text, at))
			return;
		respell(b, arena_printf(a, SLICE_FMT "/type", SLICE_ARG(at)), good_type);
		respell(b, arena_printf(a, SLICE_FMT "/platform", SLICE_ARG(at)), good_platform);
		for (size_t k = 0;; k++)
			if (!respell(b, arena_printf(a, SLICE_FMT "/platform/%zu", SLICE_ARG(at), k), good_platform))
				break;
	}
}

static struct slice key_pointer(const struct switch_import *i, const struct form_source *s)
{
	return arena_printf(s->a, SLICE_FMT "/key", SLICE_ARG(i->pointer));
}

struct srcpos switch_key_pos(const struct switch_import *i, const struct form_source *s)
{
	return form_place(s, key_pointer(i, s));
}

struct slice switch_check(const struct switch_import *i, const struct form_source *s)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;
	struct blanked b = { s, arena_str(s->a, s->origin.text), s->origin.text.n };
	struct jsonpos whole;

	if (!jsonpos_value(&whole, s->origin.text, i->pointer))
		return i->text;
	respell_all(&b, i->pointer);
	blank(&b, 0, whole.offset);
	blank(&b, whole.offset + whole.raw.n, b.n - whole.offset - whole.raw.n);
	blank_key(&b, key_pointer(i, s));
	for (size_t k = 0; k < b.n; k++)
		if (b.p[k])
			strbuf_addch(&out, b.p[k]);
	return arena_copy(s->a, strbuf_slice(&out));
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static bool read_switch(struct switch_import *out, const struct form_source *s, json_t *json, struct slice pointer)
{
	json_t *name = json_object_get(json, "key"), *v;
	size_t i;

	*out = (struct switch_import){ .pointer = pointer };
	if (!json_is_object(json))
		return form_error_at(s, pointer, "a switch must be an object, not %s", value_type(json));
	if (!name)
		return form_error_at(s, pointer, "missing key \"key\": the switch's name");
	if (!json_is_string(name))
		return form_error_at(s, key_pointer(out, s), "\"key\" must be a string, not %s", value_type(name));
	out->key = arena_copy(s->a, slice_of(json_string_value(name)));
	json_array_foreach(json_object_get(json, "values"), i, v)
	{
		respell_value(v);
	}
	json_object_del(json, "key");
	out->text = definition_text(s->a, json);
	return true;
}

int switches_import(struct switch_import **out, size_t *n, const struct form_source *s, json_t *json)
{
	size_t errors = s->d->errors, count = json_is_array(json) ? json_array_size(json) : 1;

	*n = 0;
	*out = ARENA_ARRAY(s->a, struct switch_import, count ? count : 1);
	if (!json_is_array(json) && !json_is_object(json)) {
		form_error_at(s, SLICE(""), "an array of switches is expected, not %s", value_type(json));
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		bool list = json_is_array(json);
		struct slice at = list ? arena_printf(s->a, "/%zu", i) : SLICE("");

		if (read_switch(&(*out)[*n], s, list ? json_array_get(json, i) : json, at))
			(*n)++;
	}
	return s->d->errors == errors ? 0 : -1;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static json_t *platforms_of(const struct switch_value *v)
{
	json_t *list = json_array();

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (v->platforms[p])
			json_array_append_new(list, json_string(platform_name((enum platform)p)));
	if (json_array_size(list) == 1 || json_array_size(list) == PLATFORM_COUNT) {
		json_t *one = json_array_size(list) == 1 ? json_incref(json_array_get(list, 0)) : json_string("all");
		json_decref(list);
		return one;
	}
	return list;
}

static bool is_index(struct slice id, size_t index)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", index);
	return slice_eqs(id, text);
}

static json_t *value_of(const struct switch_value *v, size_t index)
{
	static const char *const types[] = {
		[SWITCH_FULL] = "full", [SWITCH_WHITELIST] = "whitelist", [SWITCH_PERCENTAGE] = "percentage"
	};
	json_t *o = json_object();

	if (!is_index(v->id, index))
		json_object_set_new(o, "id", json_stringn(v->id.p, v->id.n));
	json_object_set_new(o, "value", json_stringn(v->value.p ? v->value.p : "", v->value.n));
	json_object_set_new(o, "platform", platforms_of(v));
	json_object_set_new(o, "type", json_string(types[v->type]));
	if (v->type == SWITCH_WHITELIST) {
		json_t *list = json_array();
		for (size_t i = 0; i < v->nwhitelists; i++)
			json_array_append_new(list, json_stringn(v->whitelists[i]->name.p, v->whitelists[i]->name.n));
		json_object_set_new(o, "whitelists", list);
	}
	if (v->type == SWITCH_PERCENTAGE)
		json_object_set_new(o, "percent",
				    v->thousandths % 1000 ? json_real(v->thousandths / 1000.0)
							  : json_integer(v->thousandths / 1000));
	if (v->rules.n)
		json_object_set_new(o, "rules", rules_define(&v->rules));
	if (v->dev)
		json_object_set_new(o, "channel", json_string("dev"));
	return o;
}

json_t *switch_export(const struct switch_def *s)
{
	json_t *o = json_object(), *values = json_array();

	json_object_set_new(o, "key", json_stringn(s->key.p, s->key.n));
	if (s->note.n)
		json_object_set_new(o, "note", json_stringn(s->note.p, s->note.n));
	if (!s->active)
		json_object_set_new(o, "active", json_false());
	for (size_t i = 0; i < s->nvalues; i++)
		json_array_append_new(values, value_of(&s->values[i], i));
	json_object_set_new(o, "values", values);
	return o;
}
