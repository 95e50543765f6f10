#include "convert/form.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/jsonedit.h"
#include "base/jsonpos.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "defs/reader.h"

/* --- places -------------------------------------------------------------------------------------------------------- */

static struct slice below(const struct form_source *s, struct slice pointer, const char *key)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	strbuf_addslice(&out, pointer);
	jsonedit_token(&out, slice_of(key));
	return arena_copy(s->a, strbuf_slice(&out));
}

struct srcpos form_place(const struct form_source *s, struct slice pointer)
{
	struct jsonpos p;

	if (s->at)
		return *s->at;
	if (!jsonpos_value(&p, s->origin.text, pointer))
		return SRCPOS_FILE(s->origin.path);
	return (struct srcpos){ s->origin.path, p.line, p.col };
}

static struct srcpos key_place(const struct form_source *s, struct slice pointer)
{
	struct jsonpos p;

	if (s->at)
		return *s->at;
	if (!jsonpos_key(&p, s->origin.text, pointer))
		return SRCPOS_FILE(s->origin.path);
	return (struct srcpos){ s->origin.path, p.line, p.col };
}

static void error_at(const struct form_source *s, struct srcpos at, const char *fmt, va_list args)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_vaddf(&text, fmt, args);
	diag_error(s->d, at, "%s" SLICE_FMT, s->what, SLICE_ARG(strbuf_slice(&text)));
}

bool form_error_at(const struct form_source *s, struct slice pointer, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	error_at(s, form_place(s, pointer), fmt, args);
	va_end(args);
	return false;
}

static size_t key_index(const struct form *f, const char *key)
{
	size_t i = 0;

	while (i < f->nkeys && strcmp(f->keys[i].name, key) != 0)
		i++;
	return i;
}

struct slice form_pointer(const struct form *f, const char *key)
{
	size_t i = key ? key_index(f, key) : f->nkeys;

	return i < f->nkeys && f->value[i] ? below(f->s, f->pointer, f->spelt[i]) : f->pointer;
}

struct srcpos form_pos(const struct form *f, const char *key)
{
	return form_place(f->s, form_pointer(f, key));
}

bool form_error(const struct form *f, const char *key, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	error_at(f->s, form_pos(f, key), fmt, args);
	va_end(args);
	return false;
}

/* --- keys ---------------------------------------------------------------------------------------------------------- */

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_key(const char *name, const char *spelt)
{
	return *spelt && small(*spelt) == *name && strcmp(name + 1, spelt + 1) == 0;
}

static bool is_empty(const json_t *v)
{
	return json_is_null(v) || (json_is_string(v) && !slice_trim(slice_of(json_string_value(v))).n);
}

static bool is_neutral(const json_t *v)
{
	return is_empty(v) || json_is_false(v) || (json_is_integer(v) && !json_integer_value(v)) ||
	       (json_is_string(v) && strcmp(json_string_value(v), "0") == 0) ||
	       (json_is_array(v) && !json_array_size(v));
}

static void unknown_key(const struct form *f, const char *spelt)
{
	struct slice names[FORM_KEYS];
	struct arena *a = f->s->a;
	char first[2] = { small(*spelt), '\0' };
	struct slice word = arena_printf(a, "%s%s", first, *spelt ? spelt + 1 : "");
	size_t n = 0;

	for (size_t i = 0; i < f->nkeys; i++)
		if (f->keys[i].use == FORM_TAKEN)
			names[n++] = slice_of(f->keys[i].name);
	diag_error(f->s->d, key_place(f->s, below(f->s, f->pointer, spelt)), "%sunknown key %s%s", f->s->what,
		   quote(a, slice_of(spelt)), hint(a, text_nearest(word, names, n)));
}

static void take_key(struct form *f, size_t i, const char *spelt, json_t *v)
{
	const char *name = f->keys[i].name;
	struct slice pointer = below(f->s, f->pointer, spelt);

	if (f->spelt[i]) {
		diag_error(f->s->d, key_place(f->s, pointer), "%s\"%s\" and \"%s\" are the same key", f->s->what,
			   f->spelt[i], spelt);
		return;
	}
	f->spelt[i] = spelt;
	if (f->keys[i].use == FORM_EMPTY && !is_neutral(v))
		form_error_at(f->s, pointer, "\"%s\" has no counterpart here; only an empty one can be taken over",
			      name);
	if (f->keys[i].use == FORM_TAKEN && !is_empty(v))
		f->value[i] = v;
}

bool form_open(struct form *out, const struct form_source *s, json_t *json, struct slice pointer,
	       const struct form_key *keys, size_t nkeys)
{
	const char *spelt;
	json_t *v;

	*out = (struct form){ .s = s, .json = json, .pointer = pointer, .keys = keys, .nkeys = nkeys };
	if (!json_is_object(json))
		return form_error_at(s, pointer, "an object is expected, not %s", value_type(json));
	json_object_foreach(json, spelt, v)
	{
		size_t i = 0;

		while (i < nkeys && !is_key(keys[i].name, spelt))
			i++;
		if (i < nkeys)
			take_key(out, i, spelt, v);
		else if (strcmp(spelt, "$schema") != 0)
			unknown_key(out, spelt);
	}
	return true;
}

json_t *form_value(const struct form *f, const char *key)
{
	size_t i = key_index(f, key);

	return i < f->nkeys ? f->value[i] : NULL;
}

bool form_has(const struct form *f, const char *key)
{
	return form_value(f, key) != NULL;
}

bool form_says_nothing(const struct form *f, const char *key)
{
	const json_t *v = form_value(f, key);

	return !v || is_neutral(v);
}

bool form_require(const struct form *f, const char *key)
{
	return form_has(f, key) || form_error(f, NULL, "missing key \"%s\"", key);
}

/* --- values -------------------------------------------------------------------------------------------------------- */

bool form_text(struct slice *out, const struct form *f, const char *key)
{
	json_t *v = form_value(f, key);

	if (!v)
		return false;
	if (!json_is_string(v))
		return form_error(f, key, "\"%s\" must be a string, not %s", key, value_type(v));
	*out = slice_bytes(json_string_value(v), json_string_length(v));
	return true;
}

bool form_int(int64_t *out, const struct form *f, const char *key)
{
	json_t *v = form_value(f, key);
	uint64_t n;

	if (!v)
		return false;
	if (json_is_integer(v)) {
		*out = json_integer_value(v);
		return true;
	}
	if (json_is_string(v) && text_uint(&n, slice_trim(slice_of(json_string_value(v)))) && n <= INT64_MAX) {
		*out = (int64_t)n;
		return true;
	}
	return form_error(f, key, "\"%s\" must be a whole number, not %s", key,
			  json_is_string(v) ? quote(f->s->a, slice_of(json_string_value(v))) : value_type(v));
}

bool form_percent(uint32_t *thousandths, const struct form *f, const char *key)
{
	json_t *v = form_value(f, key);
	struct jsonpos p = { .raw = { NULL, 0 } };
	uint64_t n = 0;

	if (!v)
		return false;
	if (json_is_string(v))
		p.raw = slice_trim(slice_of(json_string_value(v)));
	else if (!json_is_number(v))
		return form_error(f, key, "\"%s\" must be a number, not %s", key, value_type(v));
	else if (!jsonpos_value(&p, f->s->origin.text, form_pointer(f, key)))
		return form_error(f, key, "\"%s\" is not to be found in the text", key);
	if (!text_decimal(&n, p.raw, 3) || n > 100000)
		return form_error(f, key, "%s is " SLICE_FMT "; it must lie in 0..100, with at most three decimals",
				  key, SLICE_ARG(p.raw));
	*thousandths = (uint32_t)n;
	return true;
}

bool form_version(struct slice *out, const struct form *f, const char *key)
{
	struct version v;
	struct slice text = { NULL, 0 };

	if (!form_text(&text, f, key))
		return false;
	text = slice_trim(text);
	if (!version_parse(&v, text))
		return form_error(f, key, "%s is not a version: 1 to 8 numbers with dots between them, like 5.0.1",
				  quote(f->s->a, text));
	*out = text;
	return true;
}
