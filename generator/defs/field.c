/* defs/field.c: the typed getters of defs/reader.h, and the account of keys. */
#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/instant.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "defs/reader.h"
#include "defs/url.h"

#define PERCENT_MAX      100
#define PERCENT_DECIMALS 3
#define TIME_SECONDS_END 19 /* bytes of "2026-11-21T08:00:00" */

/* --- types -------------------------------------------------------------------------------------------------------- */

const char *value_type(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return "null";
	}
}

bool node_wrong_type(const struct node *n, const char *want)
{
	const char *got = value_type(n->json);

	if (!n->parent)
		return node_error(n, "the file must hold %s, not %s", want, got);
	if (n->key)
		return node_error(n, "\"%s\" must be %s, not %s", n->key, want, got);
	if (n->parent->key)
		return node_error(n, "each item of \"%s\" must be %s, not %s", n->parent->key, want, got);
	return node_error(n, "each item must be %s, not %s", want, got);
}

bool node_is_string(const struct node *n)
{
	return json_is_string(n->json);
}

bool node_is_array(const struct node *n)
{
	return json_is_array(n->json);
}

static struct slice string_of(const struct node *n)
{
	return slice_bytes(json_string_value(n->json), json_string_length(n->json));
}

bool node_object(struct object *out, const struct node *n)
{
	if (!json_is_object(n->json))
		return node_wrong_type(n, "an object");
	out->at = *n;
	out->found = 0;
	out->nknown = out->refused = 0;
	return true;
}

bool node_array(struct array *out, const struct node *n)
{
	if (!json_is_array(n->json))
		return node_wrong_type(n, "an array");
	out->at = *n;
	out->n = json_array_size(n->json);
	return true;
}

bool node_string(struct slice *out, const struct node *n)
{
	if (!json_is_string(n->json))
		return node_wrong_type(n, "a string");
	*out = arena_copy(n->r->a, string_of(n));
	return true;
}

struct node array_item(const struct array *a, size_t i)
{
	return (struct node){ a->at.r, &a->at, json_array_get(a->at.json, i), NULL, i };
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

bool reader_root(struct object *out, struct reader *r)
{
	struct node n = reader_node(r), schema;

	if (!node_object(out, &n))
		return false;
	if (field_node(&schema, out, "$schema", OPTIONAL) && !node_is_string(&schema))
		node_wrong_type(&schema, "a string");
	return true;
}

bool object_has(const struct object *o, const char *key)
{
	return json_object_get(o->at.json, key) != NULL;
}

/* Accounts for a key; its value, or NULL where it is absent. */
static json_t *consume(struct object *o, const char *key)
{
	json_t *json = json_object_get(o->at.json, key);

	assert(o->nknown < OBJECT_KEYS);
	o->known[o->nknown++] = key;
	o->found += json != NULL;
	return json;
}

void field_skip(struct object *o, const char *key)
{
	consume(o, key);
}

void field_refuse(struct object *o, const char *key, const char *owner, const char *here)
{
	o->refused |= UINT32_C(1) << o->nknown;
	if (consume(o, key))
		diag_error(o->at.r->d, object_key_pos(o, key), "\"%s\" belongs to %s; %s", key, owner, here);
}

static bool is_known(const struct object *o, const char *key)
{
	for (size_t i = 0; i < o->nknown; i++)
		if (strcmp(o->known[i], key) == 0)
			return true;
	return false;
}

static void report_unknown(const struct object *o, const char *key)
{
	struct slice allowed[OBJECT_KEYS];
	struct slice word = slice_of(key);
	size_t n = 0;

	for (size_t i = 0; i < o->nknown; i++)
		if (!(o->refused >> i & 1))
			allowed[n++] = slice_of(o->known[i]);
	struct arena *a = o->at.r->a;
	diag_error(o->at.r->d, object_key_pos(o, key), "unknown key %s%s", quote(a, word),
		   hint(a, text_nearest(word, allowed, n)));
}

void object_finish(struct object *o)
{
	const char *key;
	json_t *json;

	if (o->found == json_object_size(o->at.json))
		return;
	json_object_foreach(o->at.json, key, json)
	{
		if (!is_known(o, key))
			report_unknown(o, key);
	}
}

/* --- fields: each a getter of a node, wrapped --------------------------------------------------------------------- */

bool field_node(struct node *out, struct object *o, const char *key, enum need need)
{
	json_t *json = consume(o, key);

	if (json)
		*out = (struct node){ o->at.r, &o->at, json, key, 0 };
	else if (need == REQUIRED)
		object_error(o, NULL, "missing key \"%s\"", key);
	return json != NULL;
}

bool field_object(struct object *out, struct object *o, const char *key, enum need need)
{
	struct node n;

	return field_node(&n, o, key, need) && node_object(out, &n);
}

bool field_array(struct array *out, struct object *o, const char *key, enum need need)
{
	struct node n;

	return field_node(&n, o, key, need) && node_array(out, &n);
}

bool field_string(struct slice *out, struct object *o, const char *key, enum need need)
{
	struct node n;

	return field_node(&n, o, key, need) && node_string(out, &n);
}

bool field_name(struct slice *out, struct object *o, const char *key, enum need need)
{
	struct slice name = { NULL, 0 };

	if (!field_string(&name, o, key, need))
		return false;
	if (!text_is_name(name))
		return object_error(o, key,
				    "\"%s\" is %s; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or "
				    "digit",
				    key, quote(o->at.r->a, name));
	*out = name;
	return true;
}

bool field_bool(bool *out, struct object *o, const char *key, enum need need)
{
	struct node n;

	if (!field_node(&n, o, key, need))
		return false;
	if (!json_is_boolean(n.json))
		return node_wrong_type(&n, "true or false");
	*out = json_is_true(n.json);
	return true;
}

static bool out_of_range(const struct node *n, uint64_t min, uint64_t max)
{
	struct slice raw = node_raw(n);

	if (max >= INT64_MAX)
		return node_error(n, "%s is " SLICE_FMT "; it must be at least %" PRIu64, n->key, SLICE_ARG(raw), min);
	return node_error(n, "%s is " SLICE_FMT "; it must lie in %" PRIu64 "..%" PRIu64, n->key, SLICE_ARG(raw), min,
			  max);
}

bool field_uint(uint64_t *out, struct object *o, const char *key, enum need need, uint64_t min, uint64_t max)
{
	struct node n;

	if (!field_node(&n, o, key, need))
		return false;
	if (json_is_real(n.json))
		return node_error(&n, "\"%s\" must be a whole number, not " SLICE_FMT, key, SLICE_ARG(node_raw(&n)));
	if (!json_is_integer(n.json))
		return node_wrong_type(&n, "a whole number");
	json_int_t v = json_integer_value(n.json);
	if (v < 0 || (uint64_t)v < min || (uint64_t)v > max)
		return out_of_range(&n, min, max);
	*out = (uint64_t)v;
	return true;
}

bool node_word(size_t *out, const struct node *n, const char *const *words, size_t nwords)
{
	CLEANUP(strbuf_release) struct strbuf list = STRBUF_INIT;
	struct arena *a = n->r->a;

	if (!json_is_string(n->json))
		return node_wrong_type(n, "a string");
	struct slice got = string_of(n);
	for (size_t i = 0; i < nwords; i++) {
		if (slice_eqs(got, words[i])) {
			*out = i;
			return true;
		}
	}
	struct slice *known = ARENA_ARRAY(a, struct slice, nwords);
	for (size_t i = 0; i < nwords; i++) {
		known[i] = slice_of(words[i]);
		strbuf_addf(&list, "%s\"%s\"", i ? ", " : "", words[i]);
	}
	return node_error(n, "%s is not one of %s%s", quote(a, got), list.p, hint(a, text_nearest(got, known, nwords)));
}

bool field_word(size_t *out, struct object *o, const char *key, enum need need, const char *const *words, size_t nwords)
{
	struct node n;

	return field_node(&n, o, key, need) && node_word(out, &n, words, nwords);
}

/* A time that is good but for its fraction of a second. */
static bool has_fraction(struct slice s)
{
	char whole[64];
	size_t end = TIME_SECONDS_END + 1;
	int64_t t;

	if (s.n < end || s.n >= sizeof(whole) || s.p[TIME_SECONDS_END] != '.')
		return false;
	while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
		end++;
	memcpy(whole, s.p, TIME_SECONDS_END);
	memcpy(whole + TIME_SECONDS_END, s.p + end, s.n - end);
	return instant_parse(&t, slice_bytes(whole, TIME_SECONDS_END + s.n - end));
}

bool field_time(int64_t *out, struct object *o, const char *key, enum need need)
{
	struct node n;

	if (!field_node(&n, o, key, need))
		return false;
	if (!json_is_string(n.json))
		return node_wrong_type(&n, "a string");
	struct slice s = string_of(&n);
	if (instant_parse(out, s))
		return true;
	if (has_fraction(s))
		return node_error(&n, "times have no fractions of a second");
	return node_error(&n, "%s is not a time such as \"2026-11-21T08:00:00Z\"", quote(n.r->a, s));
}

/* Whether no number of a JSON text has an exponent or more than PERCENT_DECIMALS decimals. */
static bool numbers_are_plain(struct slice text)
{
	bool string = false;
	size_t decimals = 0; /* counted from 1 at the dot; 0: not behind one */

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool digit = c >= '0' && c <= '9';
		if (c == '"')
			string = !string;
		else if (string)
			i += c == '\\';
		else if ((digit && decimals && decimals++ > PERCENT_DECIMALS) ||
			 ((c == 'e' || c == 'E') && i && text.p[i - 1] >= '0' && text.p[i - 1] <= '9'))
			return false;
		else if (!digit)
			decimals = c == '.';
	}
	return true;
}

/* The double alone is enough where the file is plain: then it is the one nearest to t / 1000, and t is what was
 * written. This spares a look at the text for each percentage of a long file. */
static bool percent_plain(uint32_t *thousandths, const struct node *n)
{
	struct reader *r = n->r;
	double v = json_real_value(n->json);

	if (r->numbers == NUMBERS_UNSEEN)
		r->numbers = numbers_are_plain(r->origin.text) ? NUMBERS_PLAIN : NUMBERS_ODD;
	if (r->numbers == NUMBERS_ODD || !(v >= 0 && v <= PERCENT_MAX))
		return false;
	*thousandths = (uint32_t)(v * 1000 + 0.5);
	return true;
}

/* Exact from the text: the parsed double has lost the decimals and the exponent. */
static bool percent_text(uint32_t *thousandths, const struct node *n)
{
	struct slice raw = node_raw(n);
	double v = json_real_value(n->json);
	uint64_t scaled;

	if (slice_find(raw, 'e') >= 0 || slice_find(raw, 'E') >= 0)
		return node_error(n, "%s is " SLICE_FMT "; write it without an exponent", n->key, SLICE_ARG(raw));
	if (v < 0 || v > PERCENT_MAX || slice_starts(raw, "-"))
		return out_of_range(n, 0, PERCENT_MAX);
	if (!text_decimal(&scaled, raw, PERCENT_DECIMALS))
		return node_error(n, "%s is " SLICE_FMT "; it may have at most three decimals", n->key, SLICE_ARG(raw));
	if (scaled > PERCENT_MAX * UINT64_C(1000))
		return out_of_range(n, 0, PERCENT_MAX);
	*thousandths = (uint32_t)scaled;
	return true;
}

bool field_percent(uint32_t *thousandths, struct object *o, const char *key, enum need need)
{
	struct node n;

	if (!field_node(&n, o, key, need))
		return false;
	if (json_is_real(n.json))
		return percent_plain(thousandths, &n) || percent_text(thousandths, &n);
	if (!json_is_integer(n.json))
		return node_wrong_type(&n, "a number");
	json_int_t v = json_integer_value(n.json);
	if (v < 0 || v > PERCENT_MAX)
		return out_of_range(&n, 0, PERCENT_MAX);
	*thousandths = (uint32_t)v * 1000;
	return true;
}

bool node_version(struct version *out, struct slice *text, const struct node *n)
{
	if (!json_is_string(n->json))
		return node_wrong_type(n, "a string");
	struct slice s = string_of(n);
	if (!version_parse(out, s))
		return node_error(n, "%s is not a version: 1 to 8 numbers below 2147483648, joined by dots",
				  quote(n->r->a, s));
	if (text)
		*text = arena_copy(n->r->a, s);
	return true;
}

bool field_version(struct version *out, struct slice *text, struct object *o, const char *key, enum need need)
{
	struct node n;

	return field_node(&n, o, key, need) && node_version(out, text, &n);
}

bool field_hex(uint8_t *out, size_t n, struct object *o, const char *key, enum need need)
{
	struct node v;

	if (!field_node(&v, o, key, need))
		return false;
	if (!json_is_string(v.json))
		return node_wrong_type(&v, "a string");
	if (!text_hex(out, n, string_of(&v)))
		return node_error(&v, "\"%s\" must be %zu lower-case hex digits", key, 2 * n);
	return true;
}

bool field_url(struct slice *out, struct object *o, const char *key, enum need need)
{
	struct slice url = { NULL, 0 };

	if (!field_string(&url, o, key, need))
		return false;
	const char *problem = url_problem(url);
	if (problem)
		return object_error(o, key, "\"%s\" is %s; it %s", key, quote(o->at.r->a, url), problem);
	*out = url;
	return true;
}
