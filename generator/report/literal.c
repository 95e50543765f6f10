#include "report/literal.h"

#include "base/text.h"

/* What a reader does not see, or takes for something else. All lie below U+10000, but for the tags. */
static bool is_hidden(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{ 0x00, 0x1f },     { 0x7f, 0xa0 },     { 0xad, 0xad },     { 0x34f, 0x34f },   { 0x61c, 0x61c },
		{ 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x2000, 0x200f },
		{ 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0e }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < COUNT(hidden); i++)
		if (cp >= hidden[i].from && cp <= hidden[i].to)
			return true;
	return false;
}

static bool is_plain(struct slice text)
{
	uint32_t cp;

	if (text.n == 0 || text.p[0] == '"' || text.p[0] == ' ' || text.p[text.n - 1] == ' ')
		return false;
	for (size_t n; text.n > 0; text = slice_from(text, n)) {
		n = text_next(&cp, text);
		if (n == 0 || is_hidden(cp))
			return false;
	}
	return true;
}

static void add_escape(struct strbuf *out, uint32_t cp)
{
	if (cp == '\n')
		strbuf_adds(out, "\\n");
	else if (cp == '\t')
		strbuf_adds(out, "\\t");
	else if (cp < 0x10000)
		strbuf_addf(out, "\\u%04x", (unsigned)cp);
	else
		strbuf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
			    (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
}

void literal_add(struct strbuf *out, struct slice text)
{
	if (is_plain(text)) {
		strbuf_addslice(out, text);
		return;
	}
	strbuf_addch(out, '"');
	for (size_t n; text.n > 0; text = slice_from(text, n ? n : 1)) {
		uint32_t cp = 0xfffd;

		n = text_next(&cp, text);
		if (n == 0 || is_hidden(cp))
			add_escape(out, n ? cp : 0xfffd);
		else if (cp == '"' || cp == '\\')
			strbuf_addf(out, "\\%c", (char)cp);
		else
			strbuf_add(out, text.p, n);
	}
	strbuf_addch(out, '"');
}
