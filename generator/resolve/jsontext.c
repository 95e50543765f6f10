#include "resolve/jsontext.h"

#include <string.h>

#include "base/text.h"

static void add_escape(struct strbuf *out, unsigned char c)
{
	static const char named[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *at = c ? strchr(named, c) : NULL;

	if (at) {
		strbuf_addch(out, '\\');
		strbuf_addch(out, letters[at - named]);
	} else {
		strbuf_adds(out, "\\u00");
		strbuf_addhex(out, &c, 1);
	}
}

void jsontext_string(struct strbuf *out, struct slice text)
{
	bool utf8 = text_is_utf8(text);
	size_t start = 0;

	strbuf_addch(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || utf8))
			continue;
		strbuf_addslice(out, slice_sub(text, start, i - start));
		start = i + 1;
		if (c >= 0x80)
			strbuf_addch(out, '?');
		else
			add_escape(out, c);
	}
	strbuf_addslice(out, slice_from(text, start));
	strbuf_addch(out, '"');
}

static void new_line(struct strbuf *out, size_t depth)
{
	strbuf_addch(out, '\n');
	while (depth-- > 0)
		strbuf_adds(out, "  ");
}

/* The end of the string that begins at `i`. */
static size_t string_end(struct slice s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		i += s.p[i] == '\\';
	return i < s.n ? i + 1 : s.n;
}

void jsontext_indent(struct strbuf *out, struct slice compact)
{
	size_t depth = 0;

	for (size_t i = 0; i < compact.n;) {
		char c = compact.p[i];

		if (c == '"') {
			size_t end = string_end(compact, i);
			strbuf_addslice(out, slice_sub(compact, i, end - i));
			i = end;
			continue;
		}
		i++;
		if (c == '}' || c == ']')
			new_line(out, depth -= depth > 0);
		strbuf_addch(out, c);
		if (c == ':') {
			strbuf_addch(out, ' ');
		} else if (c == ',') {
			new_line(out, depth);
		} else if ((c == '{' || c == '[') && i < compact.n && (compact.p[i] == '}' || compact.p[i] == ']')) {
			strbuf_addch(out, compact.p[i++]);
		} else if (c == '{' || c == '[') {
			new_line(out, ++depth);
		}
	}
}
