/* defs/switch.c: switches and their values. */
#include "defs/switch.h"

#include "defs/platforms.h"
#include "defs/reader.h"
#include "defs/repeat.h"
#include "defs/rule.h"
#include "defs/task.h"

#define KEY_MAX 50

struct value_reader {
	struct defs_scope *s;
	struct object o;
	struct switch_value *v;
	bool has_id;
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
	bool has_type;

	r->has_id = field_name(&r->v->id, o, "id", OPTIONAL);
	if (!r->has_id)
		r->v->id = arena_printf(r->s->a, "%zu", index);
	field_string(&r->v->value, o, "value", REQUIRED);
	platforms_read(r->v->platforms, o, PLATFORMS_ANY_FORM);
	has_type = type_read(r);
	rules_read(&r->v->rules, r->s, o, "rules");
	r->v->dev = channel_read(o);
	object_finish(o);
	if (has_type && r->v->type == SWITCH_PERCENTAGE && !object_has(o, "id"))
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

static void values_list_read(struct switch_def *out, struct defs_scope *s, struct object *o)
{
	struct array items;

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
