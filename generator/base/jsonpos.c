#include "base/jsonpos.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"

#define MAX_DEPTH 2048 /* of arrays and objects in each other, as in jansson */

/* One pass over a text, by recursive descent. It accepts RFC 8259 and nothing else, so that whatever is found stands in a
 * text that a parser accepts as well. */
struct scan {
	struct slice text;
	size_t at;
	unsigned depth;
	struct arena mem; /* unescaped keys and pointer tokens */

	/* The value that is looked for, and its key: offsets. A later duplicate takes the place of an earlier one. */
	bool found;
	size_t key_from, key_to; /* equal: the value is no member of an object */
	size_t from, to;

	/* Duplicates: NULL when they are not asked for. */
	void (*each)(void *ctx, struct slice key, uint32_t line, uint32_t col);
	void *ctx;
	size_t counted; /* line and col are those of this offset */
	uint32_t line, col;
};

/* What is left of the pointer at some value; `on` is false where the value is not on the way to the one wanted. */
struct want {
	bool on;
	struct slice pointer;
};

static void scan_release(struct scan *s)
{
	arena_release(&s->mem);
}

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

/* --- strings ---------------------------------------------------------------------------------------------------------- */

static bool hex4(uint32_t *out, struct slice s)
{
	uint32_t v = 0;

	if (s.n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

/* The code point of the escape that `s` begins with, and its length in bytes: 2, 6, or 12 for a surrogate pair; 0 when it
 * is none. */
static size_t read_escape(uint32_t *out, struct slice s)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t low;

	if (s.n < 2 || s.p[0] != '\\')
		return 0;
	if (s.p[1] != 'u') {
		name = memchr(names, s.p[1], sizeof(names) - 1);
		*out = name ? (unsigned char)values[name - names] : 0;
		return name ? 2 : 0;
	}
	if (!hex4(out, slice_from(s, 2)) || (*out >= 0xdc00 && *out <= 0xdfff))
		return 0;
	if (*out < 0xd800 || *out > 0xdbff)
		return 6;
	s = slice_from(s, 6);
	if (!slice_starts(s, "\\u") || !hex4(&low, slice_from(s, 2)) || low < 0xdc00 || low > 0xdfff)
		return 0;
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

/* A byte that stands for itself in a string: most do. */
static bool is_plain(int c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Passes over a string; `inside` is what stands between the quotes. */
static bool scan_string(struct scan *s, struct slice *inside)
{
	size_t from = s->at + 1;

	if (!take(s, '"'))
		return false;
	for (;;) {
		struct slice rest;
		uint32_t cp;
		size_t n;

		while (is_plain(peek(s)))
			s->at++;
		if (take(s, '"'))
			break;
		rest = slice_from(s->text, s->at);
		n = peek(s) == '\\' ? read_escape(&cp, rest) : text_next(&cp, rest);
		if (n == 0 || (n == 1 && cp < 0x20))
			return false;
		s->at += n;
	}
	*inside = slice_sub(s->text, from, s->at - 1 - from);
	return true;
}

static size_t put_utf8(char *out, uint32_t cp)
{
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(lead[n] | cp);
	return n;
}

/* The string that a scanned `inside` means; borrowed from the text where it has no escape. */
static struct slice unescape(struct arena *mem, struct slice inside)
{
	struct slice out = { NULL, 0 };
	char *p;

	if (slice_find(inside, '\\') < 0)
		return inside;
	out.p = p = arena_alloc(mem, inside.n); /* an escape is never shorter than what it means */
	while (inside.n > 0) {
		uint32_t cp;
		size_t n = read_escape(&cp, inside);

		if (n > 0)
			out.n += put_utf8(p + out.n, cp);
		else
			p[out.n++] = *inside.p;
		inside = slice_from(inside, n > 0 ? n : 1);
	}
	return out;
}

/* --- pointers --------------------------------------------------------------------------------------------------------- */

/* Cuts the first token off a pointer and undoes ~0 and ~1. False when there is none, or another `~` is in it. */
static bool next_token(struct slice *out, struct slice *pointer, struct arena *mem)
{
	struct slice rest = slice_from(*pointer, 1), raw;
	char *p;

	if (!slice_starts(*pointer, "/"))
		return false;
	raw = slice_cut(&rest, '/');
	*pointer = rest.p ? slice_from(*pointer, raw.n + 1) : (struct slice){ NULL, 0 };
	p = arena_alloc(mem, raw.n);
	*out = (struct slice){ p, 0 };
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '~') {
			if (++i == raw.n || (raw.p[i] != '0' && raw.p[i] != '1'))
				return false;
			c = raw.p[i] == '0' ? '~' : '/';
		}
		p[out->n++] = c;
	}
	return true;
}

/* An array index as RFC 6901 writes it: no sign, no leading zero. */
static bool index_of(uint64_t *out, struct slice token)
{
	return text_uint(out, token) && (token.n == 1 || *token.p != '0');
}

/* --- values ----------------------------------------------------------------------------------------------------------- */

static bool scan_value(struct scan *s, struct want want);

/* Counts lines and columns on from where it stopped last, so that all duplicates together cost one pass. */
static void advance_to(struct scan *s, size_t offset)
{
	uint32_t line, col;

	jsonpos_at(&line, &col, slice_sub(s->text, s->counted, offset - s->counted), offset - s->counted);
	s->col = line > 1 ? col : s->col + col - 1;
	s->line += line - 1;
	s->counted = offset;
}

static void note_key(struct scan *s, struct map *keys, struct slice inside, size_t from)
{
	struct slice key = unescape(&s->mem, inside);

	if (!map_put(keys, key, s)) /* any pointer will do: this map is a set */
		return;
	advance_to(s, from);
	s->each(s->ctx, key, s->line, s->col);
}

/* One `"key": value`. */
static bool scan_member(struct scan *s, struct map *keys, const struct slice *token, struct want rest)
{
	size_t from = s->at, to;
	struct slice inside;
	bool wanted;

	if (!scan_string(s, &inside))
		return false;
	to = s->at;
	if (s->each)
		note_key(s, keys, inside, from);
	wanted = rest.on && slice_eq(unescape(&s->mem, inside), *token);
	skip_space(s);
	if (!take(s, ':'))
		return false;
	skip_space(s);
	if (wanted)
		s->found = false;
	if (!scan_value(s, (struct want){ wanted, rest.pointer }))
		return false;
	if (wanted && s->found && !rest.pointer.p) {
		s->key_from = from;
		s->key_to = to;
	}
	return true;
}

static bool scan_object(struct scan *s, struct want want)
{
	CLEANUP(map_release) struct map keys = MAP_INIT;
	struct slice token = { NULL, 0 };

	want.on = want.on && next_token(&token, &want.pointer, &s->mem);
	s->at++;
	skip_space(s);
	if (take(s, '}'))
		return true;
	do {
		skip_space(s);
		if (!scan_member(s, &keys, &token, want))
			return false;
		skip_space(s);
	} while (take(s, ','));
	return take(s, '}');
}

static bool scan_array(struct scan *s, struct want want)
{
	struct slice token = { NULL, 0 };
	uint64_t wanted = 0, index = 0;

	want.on = want.on && next_token(&token, &want.pointer, &s->mem) && index_of(&wanted, token);
	s->at++;
	skip_space(s);
	if (take(s, ']'))
		return true;
	do {
		skip_space(s);
		if (!scan_value(s, (struct want){ want.on && index == wanted, want.pointer }))
			return false;
		skip_space(s);
		index++;
	} while (take(s, ','));
	return take(s, ']');
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

static bool scan_any(struct scan *s, struct want want)
{
	struct slice ignored;
	bool good;

	switch (peek(s)) {
	case '{':
	case '[':
		if (s->depth == MAX_DEPTH)
			return false;
		s->depth++;
		good = peek(s) == '{' ? scan_object(s, want) : scan_array(s, want);
		s->depth--;
		return good;
	case '"':
		return scan_string(s, &ignored);
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

static bool scan_value(struct scan *s, struct want want)
{
	bool here = want.on && !want.pointer.p;
	size_t from = s->at;

	if (here)
		want.on = false;
	if (!scan_any(s, want))
		return false;
	if (here) {
		s->found = true;
		s->from = from;
		s->to = s->at;
		s->key_from = s->key_to = 0;
	}
	return true;
}

/* --- what callers ask ------------------------------------------------------------------------------------------------- */

/* Scans the whole text; true when it is JSON. */
static bool scan_text(struct scan *s, struct want want)
{
	bool good;

	skip_space(s);
	good = scan_value(s, want);
	skip_space(s);
	return good && s->at == s->text.n;
}

static bool find(struct jsonpos *out, struct slice text, struct slice pointer, bool key)
{
	CLEANUP(scan_release) struct scan s = { .text = text };
	size_t from, to;

	if (pointer.n == 0)
		pointer.p = NULL;
	if (!scan_text(&s, (struct want){ true, pointer }) || !s.found)
		return false;
	from = key ? s.key_from : s.from;
	to = key ? s.key_to : s.to;
	if (from == to)
		return false;
	out->offset = from;
	out->raw = slice_sub(text, from, to - from);
	jsonpos_at(&out->line, &out->col, text, from);
	return true;
}

bool jsonpos_value(struct jsonpos *out, struct slice text, struct slice pointer)
{
	return find(out, text, pointer, false);
}

bool jsonpos_key(struct jsonpos *out, struct slice text, struct slice pointer)
{
	return find(out, text, pointer, true);
}

void jsonpos_at(uint32_t *line, uint32_t *col, struct slice text, size_t offset)
{
	struct slice rest = slice_sub(text, 0, offset), last = rest;

	for (*line = 0; rest.p; ++*line)
		last = slice_cut(&rest, '\n');
	if (*line == 0)
		*line = 1;
	*col = (uint32_t)text_codepoints(last) + 1;
}

void jsonpos_duplicates(struct slice text, void (*each)(void *ctx, struct slice key, uint32_t line, uint32_t col),
			void *ctx)
{
	CLEANUP(scan_release) struct scan s = { .text = text, .each = each, .ctx = ctx, .line = 1, .col = 1 };

	scan_text(&s, (struct want){ false, { NULL, 0 } });
}
