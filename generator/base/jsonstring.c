#include "base/jsonstring.h"

#include <string.h>

#include "base/text.h"

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

/* Bytes of the character or escape that `rest` (not empty) begins with; 0 where it is not allowed in a string. */
static size_t next_part(struct slice rest)
{
	unsigned char c = (unsigned char)*rest.p;
	uint32_t cp;

	if (c == '\\')
		return read_escape(&cp, rest);
	if (c < 0x20)
		return 0;
	return c < 0x80 ? 1 : text_next(&cp, rest);
}

/* A byte that stands for itself: most do. */
static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

size_t jsonstring_scan(struct slice text)
{
	size_t at = 1, n;

	if (!slice_starts(text, "\""))
		return 0;
	for (;; at += n) {
		while (at < text.n && is_plain(text.p[at]))
			at++;
		if (at == text.n)
			return 0;
		if (text.p[at] == '"')
			return at + 1;
		n = next_part(slice_from(text, at));
		if (n == 0)
			return 0;
	}
}

struct slice jsonstring_meaning(struct strbuf *room, struct slice inside)
{
	if (slice_find(inside, '\\') < 0)
		return inside;
	strbuf_reset(room);
	while (inside.n > 0) {
		uint32_t cp;
		size_t n = read_escape(&cp, inside);

		if (n > 0)
			text_put(room, cp);
		else
			strbuf_addch(room, *inside.p);
		inside = slice_from(inside, n > 0 ? n : 1);
	}
	return strbuf_slice(room);
}
