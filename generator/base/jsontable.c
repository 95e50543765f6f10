#include "base/jsontable.h"

#include <stdlib.h>

#include "base/jsonstring.h"
#include "base/text.h"

#define MAX_DEPTH    2048       /* of arrays and objects in each other, as in jansson */
#define SMALL_OBJECT 16         /* members */
#define MARK_STEP    256        /* bytes of text between two marks, at least */
#define TEXT_MAX     UINT32_MAX /* offsets are 32 bits wide, which halves a table */

/* Where line and column are known. */
struct mark {
	uint32_t offset, line, col;
};

/* One pass over a text, by recursive descent. It accepts RFC 8259 and nothing else, so that whatever is found stands in a
 * text that a parser accepts as well. */
struct scan {
	struct slice text;
	size_t at;
	unsigned depth;
	struct strbuf open;   /* struct jsontable_value: values whose array or object has not ended yet */
	struct strbuf values; /* the others */
	struct strbuf room;   /* for a key that has escapes */
};

/* --- the text ------------------------------------------------------------------------------------------------------------ */

/* The next byte, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static void skip_space(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

/* Passes over a string, quotes included. */
static bool scan_string(struct scan *s)
{
	size_t n = jsonstring_scan(slice_from(s->text, s->at));

	s->at += n;
	return n > 0;
}

static bool scan_digits(struct scan *s)
{
	size_t from = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > from;
}

static bool scan_number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !scan_digits(s))
		return false;
	if (take(s, '.') && !scan_digits(s))
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		take(s, '-');
	return scan_digits(s);
}

static bool scan_word(struct scan *s, const char *word)
{
	if (!slice_starts(slice_from(s->text, s->at), word))
		return false;
	s->at += slice_of(word).n;
	return true;
}

/* --- children -------------------------------------------------------------------------------------------------------------- */

static size_t count_values(const struct strbuf *list)
{
	return list->n / sizeof(struct jsontable_value);
}

static uint32_t hash_of(struct slice key)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 16777619u;
	return h;
}

static int by_hash(const void *x, const void *y)
{
	const struct jsontable_value *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->key_from < b->key_from ? -1 : a->key_from > b->key_from;
}

/* Most objects are small, and for these qsort() costs more than all the rest. */
static void sort_members(struct jsontable_value *v, size_t n)
{
	if (n > SMALL_OBJECT) {
		qsort(v, n, sizeof(*v), by_hash);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct jsontable_value moving = v[i];
		size_t k = i;

		for (; k > 0 && by_hash(&moving, &v[k - 1]) < 0; k--)
			v[k] = v[k - 1];
		v[k] = moving;
	}
}

/* The open values from number `base` on become the children of `parent`. */
static void close_children(struct scan *s, struct jsontable_value *parent, size_t base, bool object)
{
	size_t from = base * sizeof(*parent), size = s->open.n - from;

	parent->first = (uint32_t)count_values(&s->values);
	parent->n = (uint32_t)(size / sizeof(*parent));
	if (!size)
		return;
	if (object)
		sort_members((struct jsontable_value *)(void *)(s->open.p + from), parent->n);
	strbuf_add(&s->values, s->open.p + from, size);
	strbuf_truncate(&s->open, from);
}

/* --- values ----------------------------------------------------------------------------------------------------------- */

static bool scan_value(struct scan *s, struct jsontable_value *v);

static struct slice key_inside(struct slice text, const struct jsontable_value *v)
{
	return slice_sub(text, v->key_from + 1, v->key_to - v->key_from - 2);
}

/* One `"key": value`. */
static bool scan_member(struct scan *s)
{
	struct jsontable_value v = { .key_from = (uint32_t)s->at };

	if (!scan_string(s))
		return false;
	v.key_to = (uint32_t)s->at;
	v.hash = hash_of(jsonstring_meaning(&s->room, key_inside(s->text, &v)));
	skip_space(s);
	bool colon = take(s, ':');
	skip_space(s);
	return scan_value(s, &v) && colon;
}

static bool scan_object(struct scan *s, struct jsontable_value *v)
{
	size_t base = count_values(&s->open);
	bool good = true;

	s->at++;
	skip_space(s);
	if (take(s, '}'))
		return true;
	do {
		skip_space(s);
		good = scan_member(s);
		skip_space(s);
	} while (good && take(s, ','));
	close_children(s, v, base, true);
	return good && take(s, '}');
}

static bool scan_array(struct scan *s, struct jsontable_value *v)
{
	size_t base = count_values(&s->open);
	bool good = true;

	s->at++;
	skip_space(s);
	if (take(s, ']'))
		return true;
	do {
		struct jsontable_value item = { 0 };

		skip_space(s);
		good = scan_value(s, &item);
		skip_space(s);
	} while (good && take(s, ','));
	close_children(s, v, base, false);
	return good && take(s, ']');
}

static bool scan_any(struct scan *s, struct jsontable_value *v)
{
	bool good;

	switch (peek(s)) {
	case '{':
	case '[':
		if (s->depth == MAX_DEPTH)
			return false;
		s->depth++;
		good = peek(s) == '{' ? scan_object(s, v) : scan_array(s, v);
		s->depth--;
		return good;
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* The value is the last of the open ones afterwards, also where it breaks off. */
static bool scan_value(struct scan *s, struct jsontable_value *v)
{
	v->from = (uint32_t)s->at;
	bool good = scan_any(s, v);
	v->to = (uint32_t)s->at;
	strbuf_add(&s->open, v, sizeof(*v));
	return good;
}

/* --- lines -------------------------------------------------------------------------------------------------------------- */

/* Line and column grow with the text; `s` begins where `*m` is. A character that begins before the end counts. */
static void mark_advance(struct mark *m, struct slice s, size_t bytes)
{
	size_t at = 0;

	while (at < bytes) {
		unsigned char c = (unsigned char)s.p[at];
		uint32_t cp;
		size_t n = c < 0x80 ? 1 : text_next(&cp, slice_from(s, at));

		at += n > 0 ? n : 1;
		m->col++;
		if (c == '\n') {
			m->line++;
			m->col = 1;
		}
	}
	m->offset += (uint32_t)at;
}

static void make_marks(struct jsontable *t)
{
	for (struct mark m = { 0, 1, 1 };;) {
		strbuf_add(&t->marks, &m, sizeof(m));
		if (t->text.n - m.offset <= MARK_STEP)
			return;
		mark_advance(&m, slice_from(t->text, m.offset), MARK_STEP);
	}
}

/* --- the table -------------------------------------------------------------------------------------------------------- */

bool jsontable_make(struct jsontable *out, struct slice text)
{
	struct scan s = { .text = text, .open = STRBUF_INIT, .values = STRBUF_INIT, .room = STRBUF_INIT };
	struct jsontable_value root = { 0 };

	*out = (struct jsontable)JSONTABLE_INIT;
	if (text.n > TEXT_MAX)
		return false;
	skip_space(&s);
	bool good = scan_value(&s, &root);
	skip_space(&s);
	strbuf_add(&s.values, &root, sizeof(root)); /* the last of all */
	out->text = text;
	out->values = s.values;
	out->v = (const struct jsontable_value *)(const void *)s.values.p;
	make_marks(out);
	bool whole = !s.open.failed && !s.values.failed && !s.room.failed && !out->marks.failed;
	out->n = whole ? count_values(&s.values) : 0;
	out->root = out->n - 1;
	strbuf_release(&s.open);
	strbuf_release(&s.room);
	return good && whole && s.at == text.n;
}

void jsontable_release(struct jsontable *t)
{
	strbuf_release(&t->values);
	strbuf_release(&t->marks);
	*t = (struct jsontable)JSONTABLE_INIT;
}

/* --- ways through the table ------------------------------------------------------------------------------------------- */

static bool is_a(const struct jsontable *t, size_t value, char opening)
{
	return t->text.p[t->v[value].from] == opening;
}

struct slice jsontable_key(struct strbuf *room, const struct jsontable *t, size_t member)
{
	return jsonstring_meaning(room, key_inside(t->text, &t->v[member]));
}

/* The number of children that sort before or at (hash, any place). */
static size_t upper_bound(const struct jsontable_value *v, size_t n, uint32_t hash)
{
	size_t low = 0;

	while (n > low) {
		size_t middle = low + (n - low) / 2;

		if (v[middle].hash <= hash)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

bool jsontable_member(size_t *out, const struct jsontable *t, size_t object, struct slice key)
{
	CLEANUP(strbuf_release) struct strbuf room = STRBUF_INIT;
	const struct jsontable_value *o = &t->v[object], *v = t->v + o->first;
	uint32_t hash = hash_of(key);

	if (!is_a(t, object, '{'))
		return false;
	for (size_t i = upper_bound(v, o->n, hash); i-- > 0 && v[i].hash == hash;) {
		if (slice_eq(jsontable_key(&room, t, o->first + i), key)) {
			*out = o->first + i;
			return true;
		}
	}
	return false;
}

bool jsontable_item(size_t *out, const struct jsontable *t, size_t array, uint64_t index)
{
	const struct jsontable_value *a = &t->v[array];

	if (!is_a(t, array, '[') || index >= a->n)
		return false;
	*out = a->first + (size_t)index;
	return true;
}

/* The last mark at or before the offset, moved on to it. */
static struct mark mark_at(const struct jsontable *t, size_t offset)
{
	const struct mark *marks = (const struct mark *)(const void *)t->marks.p;
	size_t low = 0, high = t->marks.n / sizeof(*marks);

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (marks[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	struct mark m = marks[low];
	mark_advance(&m, slice_from(t->text, m.offset), offset - m.offset);
	return m;
}

static bool describe(struct jsonpos *out, const struct jsontable *t, size_t from, size_t to)
{
	if (from == to)
		return false;
	struct mark m = mark_at(t, from);
	*out = (struct jsonpos){ m.line, m.col, from, slice_sub(t->text, from, to - from) };
	return true;
}

void jsontable_place(struct jsonpos *out, const struct jsontable *t, size_t value)
{
	const struct jsontable_value *v = &t->v[value];

	(void)describe(out, t, v->from, v->to);
}

bool jsontable_key_place(struct jsonpos *out, const struct jsontable *t, size_t value)
{
	const struct jsontable_value *v = &t->v[value];

	return describe(out, t, v->key_from, v->key_to);
}
