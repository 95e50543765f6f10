/* defs/reader.c: from a text to nodes, and from a node back to its place in the text. */
#include "defs/reader.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <utf8proc.h>

#include "base/strbuf.h"
#include "base/text.h"

/* --- parsing ------------------------------------------------------------------------------------------------------ */

static struct srcpos pos_at(const struct reader *r, size_t offset)
{
	struct srcpos at = { r->origin.path, 1, 1 };

	jsonpos_at(&at.line, &at.col, r->origin.text, offset);
	return at;
}

static size_t first_invalid(struct slice text)
{
	size_t i = 0;

	while (i < text.n) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate((const utf8proc_uint8_t *)text.p + i, (utf8proc_ssize_t)(text.n - i), &c);
		if (n <= 0)
			break;
		i += (size_t)n;
	}
	return i;
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' || c == '-' ||
	       c == '.';
}

/* A raw control character in a string: jansson stops at the place itself. */
static bool stops_at_place(const json_error_t *err)
{
	struct slice text = slice_of(err->text);

	return slice_starts(text, "control character") || slice_starts(text, "unexpected newline");
}

/* Else jansson stops behind the bad token: back to where it begins. */
static size_t token_start(struct slice text, size_t end)
{
	size_t i = end;

	if (!i)
		return 0;
	if (text.p[i - 1] == '"') {
		for (i--; i > 0 && text.p[i - 1] != '\n'; i--)
			if (text.p[i - 1] == '"' && (i < 2 || text.p[i - 2] != '\\'))
				return i - 1;
		return end - 1;
	}
	while (i > 0 && is_word_byte(text.p[i - 1]))
		i--;
	return i < end ? i : end - 1;
}

static void report_syntax(const struct reader *r, const json_error_t *err)
{
	struct slice text = r->origin.text;
	size_t end = err->position < 0 ? 0 : (size_t)err->position;

	if (end > text.n)
		end = text.n;
	switch (json_error_code(err)) {
	case json_error_invalid_utf8:
		diag_error(r->d, pos_at(r, first_invalid(text)), "invalid UTF-8");
		return;
	case json_error_premature_end_of_input:
		diag_error(r->d, pos_at(r, text.n), "not valid JSON: the text ends too early");
		return;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		diag_error(r->d, pos_at(r, token_start(text, end)), "the escape \\u0000 is not allowed");
		return;
	default:
		diag_error(r->d, pos_at(r, stops_at_place(err) ? end : token_start(text, end)), "not valid JSON: %s",
			   err->text);
		return;
	}
}

struct duplicates {
	struct reader *r;
	size_t n;
};

static void report_duplicate(void *ctx, struct slice key, uint32_t line, uint32_t col)
{
	struct duplicates *dup = ctx;
	struct reader *r = dup->r;

	diag_error(r->d, (struct srcpos){ r->origin.path, line, col }, "duplicate key %s", quote(r->a, key));
	dup->n++;
}

int reader_open(struct reader *r, struct arena *a, struct diags *d, struct origin origin)
{
	struct slice text = origin.text;
	json_error_t err;

	*r = (struct reader){ .a = a, .d = d, .origin = origin, .places = JSONTABLE_INIT };
	if (slice_starts(text, "\xef\xbb\xbf"))
		return diag_error(d, pos_at(r, 0),
				  "the file begins with a byte order mark; save it as UTF-8 without one");
	r->root = json_loadb(text.p ? text.p : "", text.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &err);
	if (!r->root && json_error_code(&err) == json_error_duplicate_key) {
		struct duplicates dup = { r, 0 };
		jsonpos_duplicates(text, report_duplicate, &dup);
		if (!dup.n)
			diag_error(d, pos_at(r, 0), "an object has a key twice");
		r->root = json_loadb(text.p, text.n, JSON_DECODE_ANY, &err);
	}
	if (!r->root) {
		report_syntax(r, &err);
		return -1;
	}
	return 0;
}

void reader_close(struct reader *r)
{
	json_decref(r->root);
	jsontable_release(&r->places);
	r->root = NULL;
}

struct node reader_node(struct reader *r)
{
	return (struct node){ r, NULL, r->root, NULL, 0 };
}

/* --- places ------------------------------------------------------------------------------------------------------- */

/* The number of the node's value in the table of places. */
static bool find_node(size_t *value, const struct node *n)
{
	const struct jsontable *t = &n->r->places;

	if (!n->parent) {
		*value = t->root;
		return true;
	}
	if (!find_node(value, n->parent))
		return false;
	return n->key ? jsontable_member(value, t, *value, slice_of(n->key))
		      : jsontable_item(value, t, *value, n->index);
}

/* The table is made for the first question; most files have none. */
static bool has_places(struct reader *r)
{
	if (r->state == PLACES_UNSEEN)
		r->state = jsontable_make(&r->places, r->origin.text) ? PLACES_KNOWN : PLACES_NONE;
	return r->state == PLACES_KNOWN;
}

/* Of the node, or of its member `key`; else the text's beginning. */
static struct jsonpos place(const struct node *n, const char *key, bool of_key)
{
	struct jsonpos pos = { .line = 1, .col = 1 };
	const struct jsontable *t = &n->r->places;
	size_t value;

	if (!has_places(n->r) || !find_node(&value, n) || (key && !jsontable_member(&value, t, value, slice_of(key))))
		return pos;
	if (of_key)
		(void)jsontable_key_place(&pos, t, value);
	else
		jsontable_place(&pos, t, value);
	return pos;
}

static struct srcpos srcpos_of(const struct reader *r, struct jsonpos at)
{
	return (struct srcpos){ r->origin.path, at.line, at.col };
}

struct srcpos node_pos(const struct node *n)
{
	return srcpos_of(n->r, place(n, NULL, false));
}

struct srcpos object_pos(const struct object *o, const char *key)
{
	return srcpos_of(o->at.r, place(&o->at, key && object_has(o, key) ? key : NULL, false));
}

struct srcpos object_key_pos(const struct object *o, const char *key)
{
	return srcpos_of(o->at.r, place(&o->at, key, true));
}

struct slice node_raw(const struct node *n)
{
	return place(n, NULL, false).raw;
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static const char *vformat(struct strbuf *buf, const char *fmt, va_list args)
{
	strbuf_vaddf(buf, fmt, args);
	return buf->failed || !buf->p ? "out of memory" : buf->p;
}

bool object_error(const struct object *o, const char *key, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	diag_error(o->at.r->d, object_pos(o, key), "%s", vformat(&text, fmt, args));
	va_end(args);
	return false;
}

void object_warning(const struct object *o, const char *key, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	diag_warning(o->at.r->d, object_pos(o, key), "%s", vformat(&text, fmt, args));
	va_end(args);
}

bool node_error(const struct node *n, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	diag_error(n->r->d, node_pos(n), "%s", vformat(&text, fmt, args));
	va_end(args);
	return false;
}

void node_warning(const struct node *n, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	diag_warning(n->r->d, node_pos(n), "%s", vformat(&text, fmt, args));
	va_end(args);
}
