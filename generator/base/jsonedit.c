#include "base/jsonedit.h"

#include <string.h>

#include "base/jsonlayout.h"
#include "base/jsonpos.h"

static struct slice between(struct slice text, size_t from, size_t to)
{
	return slice_sub(text, from, to - from);
}

/* Of white space what follows its last line break, with that; all of it where there is none. */
static struct slice last_break(struct slice gap)
{
	ptrdiff_t at = slice_rfind(gap, '\n');

	if (at > 0 && slice_ends(slice_sub(gap, 0, (size_t)at), "\r"))
		at--;
	return at > 0 ? slice_from(gap, (size_t)at) : gap;
}

static void note_duplicate(void *ctx, struct slice key, uint32_t line, uint32_t col)
{
	(void)key;
	(void)line;
	(void)col;
	*(bool *)ctx = true;
}

struct edit {
	struct slice text, value; /* value: without white space around it */
	struct json_style style;
	struct strbuf result;
};

static void edit_release(struct edit *e)
{
	strbuf_release(&e->result);
}

static int edit_begin(struct edit *e, struct slice text, struct slice value)
{
	struct jsonpos at;
	bool twice = false;

	*e = (struct edit){ .text = text, .result = STRBUF_INIT };
	if (!jsonpos_value(&at, value, SLICE("")))
		return -1;
	e->value = at.raw;
	if (!jsonpos_value(&at, text, SLICE("")))
		return -1;
	jsonpos_duplicates(text, note_duplicate, &twice);
	e->style = json_style_of(text);
	return twice ? -1 : 0;
}

/* Hands the result out, where it is JSON: a value may have gone too deep. */
static int edit_end(struct strbuf *out, struct edit *e)
{
	struct jsonpos at;

	if (e->result.failed) {
		out->failed = true;
		return -1;
	}
	if (!jsonpos_value(&at, strbuf_slice(&e->result), SLICE("")))
		return -1;
	strbuf_addslice(out, strbuf_slice(&e->result));
	return out->failed ? -1 : 0;
}

/* The container at `place`, which is empty, gets its first child. */
static void fill(struct edit *e, struct jsonpos place, struct slice key)
{
	const struct json_style *s = &e->style;
	struct json_writer w = { &e->result, s, json_line_indent(e->text, place.offset) };
	struct slice pad = key.n > 0 ? s->object : s->array;
	bool one_line = s->one_line || (key.n == 0 && !s->spread_arrays && !json_is_container(e->value));

	strbuf_addslice(&e->result, slice_sub(e->text, 0, place.offset + 1));
	if (one_line)
		strbuf_addslice(&e->result, pad);
	else
		json_add_break(&w, 1);
	json_add_child(&w, key, e->value, 1, one_line ? SHAPE_ONE_LINE : SHAPE_FREE);
	if (one_line)
		strbuf_addslice(&e->result, pad);
	else
		json_add_break(&w, 0);
	strbuf_addslice(&e->result, slice_from(e->text, place.offset + place.raw.n - 1));
}

/* A child of the container at `place` with its neighbours, of which there may be none (has_…). */
struct family {
	struct json_child before, self, after;
	bool has_before, has_after;
};

/* The last child of the container, or the one whose value begins at offset `value` of the text, if that is not 0. Offsets
 * in *out are those of the text. False where there is none. */
static bool family_of(struct family *out, struct slice text, struct jsonpos place, size_t value)
{
	struct slice inside = slice_sub(text, 0, place.offset + place.raw.n);
	size_t at = place.offset;
	struct json_child c;
	bool any = false;

	*out = (struct family){ .has_before = false };
	while (json_next_child(&c, inside, &at, *place.raw.p == '{')) {
		if (any && value && out->self.value == value) {
			out->after = c;
			out->has_after = true;
			break;
		}
		out->before = out->self;
		out->has_before = any;
		out->self = c;
		any = true;
	}
	return any;
}

/* A new child behind f->self, in the way in which that one stands. */
static void insert(struct edit *e, const struct family *f, struct slice key)
{
	struct slice text = e->text, gap = between(text, f->self.gap, f->self.key);
	struct slice beside = between(text, f->self.value, f->self.to);
	struct json_writer w = { &e->result, &e->style, json_line_indent(text, f->self.key) };
	struct slice like = key.n > 0 ? (struct slice){ NULL, 0 } : beside;

	if (!f->has_before && !json_has_break(gap))
		gap = f->has_after ? between(text, f->after.gap, f->after.key) : e->style.comma;
	strbuf_addslice(&e->result, slice_sub(text, 0, f->self.to));
	strbuf_addch(&e->result, ',');
	gap = last_break(gap);
	strbuf_addslice(&e->result, gap);
	if (json_has_break(gap))
		w.indent = json_line_indent(gap, gap.n);
	json_add_child(&w, key, e->value, 0, json_shape_like(like, json_has_break(gap) ? SHAPE_FREE : SHAPE_ONE_LINE));
	strbuf_addslice(&e->result, slice_from(text, f->self.to));
}

int jsonedit_set(struct strbuf *out, struct slice text, struct slice pointer, struct slice value)
{
	CLEANUP(edit_release) struct edit e;
	struct jsonpos at;
	struct json_writer w = { &e.result, &e.style, { NULL, 0 } };

	if (edit_begin(&e, text, value) || !jsonpos_value(&at, text, pointer))
		return -1;
	w.indent = json_line_indent(text, at.offset);
	strbuf_addslice(&e.result, slice_sub(text, 0, at.offset));
	json_add_child(&w, SLICE(""), e.value, 0,
		       json_shape_like(at.raw, e.style.one_line ? SHAPE_ONE_LINE : SHAPE_FREE));
	strbuf_addslice(&e.result, slice_from(text, at.offset + at.raw.n));
	return edit_end(out, &e);
}

void jsonedit_token(struct strbuf *pointer, struct slice key)
{
	strbuf_addch(pointer, '/');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~' || key.p[i] == '/')
			strbuf_adds(pointer, key.p[i] == '~' ? "~0" : "~1");
		else
			strbuf_addch(pointer, key.p[i]);
	}
}

static bool find_member(struct jsonpos *at, struct slice text, struct slice pointer, struct slice key)
{
	CLEANUP(strbuf_release) struct strbuf full = STRBUF_INIT;

	strbuf_addslice(&full, pointer);
	jsonedit_token(&full, key);
	return !full.failed && jsonpos_value(at, text, strbuf_slice(&full));
}

static int add_member(struct strbuf *out, struct edit *e, struct jsonpos place, struct slice key, size_t after)
{
	CLEANUP(strbuf_release) struct strbuf quoted = STRBUF_INIT;
	struct family f;

	jsonedit_string(&quoted, key);
	e->result.failed = quoted.failed;
	if (family_of(&f, e->text, place, after))
		insert(e, &f, strbuf_slice(&quoted));
	else
		fill(e, place, strbuf_slice(&quoted));
	return edit_end(out, e);
}

int jsonedit_put(struct strbuf *out, struct slice text, struct slice pointer, struct slice key, struct slice value,
		 struct slice after)
{
	CLEANUP(edit_release) struct edit e;
	CLEANUP(strbuf_release) struct strbuf full = STRBUF_INIT;
	struct jsonpos place, member;

	if (edit_begin(&e, text, value) || !jsonpos_value(&place, text, pointer) || *place.raw.p != '{')
		return -1;
	if (!find_member(&member, text, pointer, key))
		return add_member(out, &e, place, key, find_member(&member, text, pointer, after) ? member.offset : 0);
	strbuf_addslice(&full, pointer);
	jsonedit_token(&full, key);
	return full.failed ? -1 : jsonedit_set(out, text, strbuf_slice(&full), value);
}

int jsonedit_append(struct strbuf *out, struct slice text, struct slice pointer, struct slice value)
{
	CLEANUP(edit_release) struct edit e;
	struct jsonpos place;
	struct family f;

	if (edit_begin(&e, text, value) || !jsonpos_value(&place, text, pointer) || *place.raw.p != '[')
		return -1;
	if (family_of(&f, text, place, 0))
		insert(&e, &f, SLICE(""));
	else
		fill(&e, place, SLICE(""));
	return edit_end(out, &e);
}

int jsonedit_remove(struct strbuf *out, struct slice text, struct slice pointer)
{
	CLEANUP(edit_release) struct edit e;
	ptrdiff_t parent = slice_rfind(pointer, '/');
	struct jsonpos place, at;
	struct family f;
	size_t from, to;

	if (edit_begin(&e, text, SLICE("null")) || parent < 0 || !jsonpos_value(&at, text, pointer) ||
	    !jsonpos_value(&place, text, slice_sub(pointer, 0, (size_t)parent)) ||
	    !family_of(&f, text, place, at.offset))
		return -1;
	if (f.has_after) {
		from = f.self.key;
		to = f.after.key;
	} else {
		from = f.has_before ? f.before.to : place.offset + 1;
		to = f.has_before ? f.self.to : place.offset + place.raw.n - 1;
	}
	strbuf_addslice(&e.result, slice_sub(text, 0, from));
	strbuf_addslice(&e.result, slice_from(text, to));
	return edit_end(out, &e);
}

void jsonedit_string(struct strbuf *out, struct slice s)
{
	static const char names[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t";

	strbuf_addch(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		const char *special = memchr(values, s.p[i], sizeof(values) - 1);

		if (special)
			strbuf_addf(out, "\\%c", names[special - values]);
		else if ((unsigned char)s.p[i] < 0x20)
			strbuf_addf(out, "\\u%04x", (unsigned)(unsigned char)s.p[i]);
		else
			strbuf_addch(out, s.p[i]);
	}
	strbuf_addch(out, '"');
}
