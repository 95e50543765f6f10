#include "base/jsonlayout.h"

#include <string.h>

#include "base/jsonstring.h"

/* --- a walk over text that is known to be JSON ------------------------------------------------------------------------- */

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t skip_space(struct slice text, size_t at)
{
	while (at < text.n && is_one_of(text.p[at], " \t\r\n"))
		at++;
	return at;
}

static size_t skip_string(struct slice text, size_t at)
{
	return at + jsonstring_scan(slice_from(text, at));
}

static size_t skip_value(struct slice text, size_t at)
{
	size_t depth = 0;

	if (!is_one_of(text.p[at], "\"{[")) {
		while (at < text.n && !is_one_of(text.p[at], " \t\r\n,]}"))
			at++;
		return at;
	}
	do {
		if (text.p[at] == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (is_one_of(text.p[at], "{["))
			depth++;
		else if (is_one_of(text.p[at], "}]"))
			depth--;
		at++;
	} while (depth > 0);
	return at;
}

bool json_is_container(struct slice raw)
{
	return raw.n > 0 && is_one_of(*raw.p, "{[");
}

bool json_next_child(struct json_child *c, struct slice text, size_t *at, bool object)
{
	if (is_one_of(text.p[*at], "}]"))
		return false;
	c->gap = *at + 1;
	c->key = c->key_end = c->value = skip_space(text, c->gap);
	if (is_one_of(text.p[c->key], "}]")) {
		*at = c->key;
		return false;
	}
	if (object) {
		c->key_end = skip_string(text, c->key);
		c->value = skip_space(text, skip_space(text, c->key_end) + 1);
	}
	c->to = skip_value(text, c->value);
	*at = skip_space(text, c->to);
	return true;
}

static struct slice between(struct slice text, size_t from, size_t to)
{
	return slice_sub(text, from, to - from);
}

bool json_has_break(struct slice s)
{
	return slice_find(s, '\n') >= 0;
}

struct slice json_line_indent(struct slice text, size_t at)
{
	struct slice line = slice_from(text, (size_t)(slice_rfind(slice_sub(text, 0, at), '\n') + 1));
	size_t n = 0;

	while (n < line.n && is_one_of(line.p[n], " \t"))
		n++;
	return slice_sub(line, 0, n);
}

/* --- how the file is laid out ------------------------------------------------------------------------------------------ */

/* What was seen first is the file's way; a `p` of NULL was not seen yet. */
static void learn(struct slice *way, struct slice gap)
{
	if (!way->p && !json_has_break(gap))
		*way = (struct slice){ gap.n ? gap.p : "", gap.n };
}

static void learn_bracket(struct json_style *s, struct slice text, size_t at, bool *arrays_known)
{
	size_t next = skip_space(text, at + 1);
	struct slice gap = between(text, at + 1, next);

	if (is_one_of(text.p[next], "}]"))
		return;
	if (json_has_break(gap) && !s->step.p) {
		struct slice inside = json_line_indent(text, next), outside = json_line_indent(text, at);

		if (inside.n > outside.n)
			s->step = slice_from(inside, outside.n);
	}
	learn(text.p[at] == '{' ? &s->object : &s->array, gap);
	if (text.p[at] == '[' && !is_one_of(text.p[next], "{[") && !*arrays_known) {
		s->spread_arrays = json_has_break(gap);
		*arrays_known = true;
	}
}

static struct slice or_else(struct slice way, struct slice usual)
{
	return way.p ? way : usual;
}

struct json_style json_style_of(struct slice text)
{
	ptrdiff_t line = slice_find(text, '\n');
	struct json_style s = { .eol = line > 0 && text.p[line - 1] == '\r' ? "\r\n" : "\n" };
	bool arrays_known = false;

	for (size_t at = 0, end; at < text.n; at = end) {
		end = at + 1;
		if (text.p[at] == '"') {
			size_t colon = skip_space(text, end = skip_string(text, at));

			if (colon < text.n && text.p[colon] == ':') {
				learn(&s.before_colon, between(text, end, colon));
				learn(&s.after_colon, between(text, colon + 1, skip_space(text, colon + 1)));
			}
		} else if (is_one_of(text.p[at], "{[")) {
			learn_bracket(&s, text, at, &arrays_known);
		} else if (text.p[at] == ',') {
			learn(&s.comma, between(text, end, skip_space(text, end)));
		}
	}
	s.one_line = !json_has_break(slice_trim(text));
	s.step = or_else(s.step, SLICE("  "));
	s.before_colon = or_else(s.before_colon, SLICE(""));
	s.after_colon = or_else(s.after_colon, SLICE(" "));
	s.comma = or_else(s.comma, s.after_colon);
	s.object = or_else(s.object, SLICE(""));
	s.array = or_else(s.array, SLICE(""));
	return s;
}

/* --- a value in that layout ---------------------------------------------------------------------------------------------- */

void json_add_break(const struct json_writer *w, size_t depth)
{
	strbuf_adds(w->out, w->style->eol);
	strbuf_addslice(w->out, w->indent);
	for (size_t i = 0; i < depth; i++)
		strbuf_addslice(w->out, w->style->step);
}

static bool holds_containers(struct slice raw)
{
	struct json_child c;

	for (size_t at = 0; json_next_child(&c, raw, &at, *raw.p == '{');) {
		if (is_one_of(raw.p[c.value], "{["))
			return true;
	}
	return false;
}

static void add_key(const struct json_writer *w, struct slice quoted)
{
	strbuf_addslice(w->out, quoted);
	strbuf_addslice(w->out, w->style->before_colon);
	strbuf_addch(w->out, ':');
	strbuf_addslice(w->out, w->style->after_colon);
}

static void add_value(const struct json_writer *w, struct slice raw, size_t depth, enum json_shape shape)
{
	const struct json_style *s = w->style;
	bool object = json_is_container(raw) && *raw.p == '{', first = true;
	struct json_child c;

	if (!json_is_container(raw)) {
		strbuf_addslice(w->out, raw);
		return;
	}
	if (shape == SHAPE_FREE && !object && !s->spread_arrays && !holds_containers(raw))
		shape = SHAPE_ONE_LINE;
	strbuf_addch(w->out, *raw.p);
	for (size_t at = 0; json_next_child(&c, raw, &at, object); first = false) {
		if (!first)
			strbuf_addch(w->out, ',');
		if (shape != SHAPE_ONE_LINE)
			json_add_break(w, depth + 1);
		else
			strbuf_addslice(w->out, !first ? s->comma : object ? s->object : s->array);
		if (object)
			add_key(w, between(raw, c.key, c.key_end));
		add_value(w, between(raw, c.value, c.to), depth + 1,
			  shape == SHAPE_ONE_LINE ? SHAPE_ONE_LINE : SHAPE_FREE);
	}
	if (!first && shape != SHAPE_ONE_LINE)
		json_add_break(w, depth);
	else if (!first)
		strbuf_addslice(w->out, object ? s->object : s->array);
	strbuf_addch(w->out, raw.p[raw.n - 1]);
}

enum json_shape json_shape_like(struct slice model, enum json_shape otherwise)
{
	struct json_child c;
	size_t at = 0;

	if (!json_is_container(model) || !json_next_child(&c, model, &at, *model.p == '{'))
		return otherwise;
	return json_has_break(model) ? SHAPE_SPREAD : SHAPE_ONE_LINE;
}

void json_add_child(const struct json_writer *w, struct slice key, struct slice value, size_t depth,
		    enum json_shape shape)
{
	if (key.n > 0)
		add_key(w, key);
	add_value(w, value, depth, shape);
}
