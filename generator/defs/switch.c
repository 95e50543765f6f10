/* defs/switch.c: switches and their values. */
#include "defs/switch.h"

#include "defs/reader.h"
#include "defs/repeat.h"
#include "defs/rule.h"
#include "defs/task.h"

#define KEY_MAX       50
#define EVERYBODY     100000 /* thousandths */
#define CHANNEL_COUNT 2

/* Of a platform and channel: is everybody served by an earlier value? */
typedef bool served[PLATFORM_COUNT][CHANNEL_COUNT];

struct value_reader {
	struct defs_scope *s;
	struct object o;
	struct switch_value *v;
	bool has_id, has_platform, has_type, has_rules;
};

static bool is_key(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'))
			return false;
	}
	return s.n >= 1 && s.n <= KEY_MAX;
}

/* --- platforms ---------------------------------------------------------------------------------------------------- */

static const char *const platform_words[] = {
	[PLATFORM_ANDROID] = "android", [PLATFORM_IOS] = "ios", [PLATFORM_HARMONY] = "harmony", [PLATFORM_COUNT] = "all"
};

static bool one_platform(struct switch_value *v, const struct node *n)
{
	size_t word;

	if (!node_word(&word, n, platform_words, COUNT(platform_words)))
		return false;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		v->platforms[p] = word == PLATFORM_COUNT || word == p;
	return true;
}

static bool many_platforms(struct switch_value *v, const struct array *items)
{
	bool ok = true;

	if (!items->n)
		return node_error(&items->at, "\"platform\" is empty; name at least one, or \"all\"");
	for (size_t i = 0; i < items->n; i++) {
		struct node n = array_item(items, i);
		size_t word;
		if (!node_word(&word, &n, platform_words, PLATFORM_COUNT))
			ok = false;
		else if (v->platforms[word])
			ok = node_error(&n, "\"%s\" is repeated", platform_words[word]);
		else
			v->platforms[word] = true;
	}
	return ok;
}

static bool platforms_read(struct switch_value *v, struct object *o)
{
	struct node n;
	struct array items;

	if (!field_node(&n, o, "platform", REQUIRED))
		return false;
	if (node_is_string(&n))
		return one_platform(v, &n);
	if (!node_is_array(&n))
		return node_wrong_type(&n, "a string or an array");
	return node_array(&items, &n) && many_platforms(v, &items);
}

/* --- one value ---------------------------------------------------------------------------------------------------- */

static bool type_read(struct value_reader *r)
{
	static const char *const types[] = {
		[SWITCH_FULL] = "full", [SWITCH_WHITELIST] = "whitelist", [SWITCH_PERCENTAGE] = "percentage"
	};
	static const char *const here[] = { [SWITCH_FULL] = "this value has type \"full\"",
					    [SWITCH_WHITELIST] = "this value has type \"whitelist\"",
					    [SWITCH_PERCENTAGE] = "this value has type \"percentage\"" };
	struct switch_value *v = r->v;
	size_t type;

	if (!field_word(&type, &r->o, "type", REQUIRED, types, COUNT(types))) {
		field_skip(&r->o, "whitelists");
		field_skip(&r->o, "percent");
		return false;
	}
	v->type = (enum switch_type)type;
	if (v->type == SWITCH_WHITELIST)
		whitelists_read(&v->whitelists, &v->nwhitelists, r->s, &r->o);
	else
		field_refuse(&r->o, "whitelists", "type \"whitelist\"", here[type]);
	if (v->type != SWITCH_PERCENTAGE)
		field_refuse(&r->o, "percent", "type \"percentage\"", here[type]);
	else if (!field_percent(&v->thousandths, &r->o, "percent", REQUIRED))
		return false;
	return true;
}

static void value_read(struct value_reader *r, size_t index)
{
	struct object *o = &r->o;

	r->has_id = field_name(&r->v->id, o, "id", OPTIONAL);
	if (!r->has_id)
		r->v->id = arena_printf(r->s->a, "%zu", index);
	field_string(&r->v->value, o, "value", REQUIRED);
	r->has_platform = platforms_read(r->v, o);
	r->has_type = type_read(r);
	r->has_rules = !rules_read(&r->v->rules, r->s, o, "rules") || r->v->rules.n > 0;
	r->v->dev = channel_read(o);
	object_finish(o);
	if (r->has_type && r->v->type == SWITCH_PERCENTAGE && !object_has(o, "id"))
		object_warning(o, NULL,
			       "a percentage without \"id\" rolls its devices again whenever values move; name one");
}

/* --- the values together ------------------------------------------------------------------------------------------ */

static void check_ids(struct defs_scope *s, const struct value_reader *r, size_t n)
{
	struct slice *keys = ARENA_ARRAY(&s->scratch, struct slice, n);

	for (size_t i = 0; i < n; i++)
		keys[i] = r[i].v->id;
	const size_t *first = repeats_find(&s->scratch, keys, n);
	for (size_t i = 0; first && i < n; i++) {
		if (first[i] == i)
			continue;
		/* an index that is nobody's choice is never at fault */
		const struct value_reader *at = r[i].has_id ? &r[i] : &r[first[i]];
		if (r[i].has_id && r[first[i]].has_id)
			object_error(&at->o, "id", "duplicate id %s", quote(s->a, keys[i]));
		else
			object_error(&at->o, "id", "duplicate id %s: a value without \"id\" has it by its index",
				     quote(s->a, keys[i]));
	}
}

static bool serves_everybody(const struct value_reader *r)
{
	const struct switch_value *v = r->v;

	return r->has_type && !r->has_rules &&
	       (v->type == SWITCH_FULL || (v->type == SWITCH_PERCENTAGE && v->thousandths == EVERYBODY));
}

/* A dev device gets prod values too: what serves prod devices serves both. */
static void check_reachable(served closed, const struct value_reader *r)
{
	bool open = false;

	if (!r->has_platform)
		return;
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (!r->v->platforms[p])
			continue;
		open |= !closed[p][r->v->dev];
		if (serves_everybody(r)) {
			closed[p][true] = true;
			closed[p][false] |= !r->v->dev;
		}
	}
	if (!open)
		object_warning(&r->o, NULL,
			       "this value is never reached: an earlier one serves every device of its platforms");
}

static void values_list_read(struct switch_def *out, struct defs_scope *s, struct object *o)
{
	struct array items;
	served closed = { { false } };

	if (!field_array(&items, o, "values", REQUIRED))
		return;
	struct value_reader *readers = ARENA_ARRAY(&s->scratch, struct value_reader, items.n);
	out->values = ARENA_ARRAY(s->a, struct switch_value, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node n = array_item(&items, i);
		struct value_reader *r = &readers[out->nvalues];
		*r = (struct value_reader){ .s = s, .v = &out->values[out->nvalues] };
		if (!node_object(&r->o, &n))
			continue;
		value_read(r, i);
		check_reachable(closed, r);
		out->nvalues++;
	}
	check_ids(s, readers, out->nvalues);
}

static void read_switch(struct switch_def *out, struct defs_scope *s, struct object *o)
{
	out->active = true;
	field_string(&out->note, o, "note", OPTIONAL);
	field_bool(&out->active, o, "active", OPTIONAL);
	values_list_read(out, s, o);
	object_finish(o);
}

int switch_read(struct switch_def *out, struct defs_scope *s, struct origin origin, struct slice key)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	size_t before = s->d->errors;
	struct object o;

	*out = (struct switch_def){ .origin = origin, .key = key };
	if (!is_key(key))
		diag_error(s->d, SRCPOS_FILE(origin.path), "%s is not a switch key: 1 to %d of A-Z a-z 0-9 _",
			   quote(s->a, key), KEY_MAX);
	if (reader_open(&r, s->a, s->d, origin) == 0 && reader_root(&o, &r))
		read_switch(out, s, &o);
	arena_reset(&s->scratch);
	return s->d->errors == before ? 0 : -1;
}
