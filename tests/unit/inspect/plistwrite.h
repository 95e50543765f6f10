/* Property lists that were read, written again: as a text to compare, as XML, as binary. */
#ifndef UNIT_INSPECT_PLISTWRITE_H
#define UNIT_INSPECT_PLISTWRITE_H

#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "inspect/plist.h"

#define PLISTWRITE_MAX ((size_t)4 << 20) /* bytes: shared texts stand for more than anybody wants to see */

/* {"a":1,"b":[true,?]}; `?` is what has no value here. */
static inline void plist_dump(struct strbuf *out, const struct plist *p, const struct plist_node *node)
{
	if (out->n > PLISTWRITE_MAX)
		return;
	switch (node->type) {
	case PLIST_OTHER:
		strbuf_addch(out, '?');
		break;
	case PLIST_BOOL:
		strbuf_adds(out, node->number ? "true" : "false");
		break;
	case PLIST_INTEGER:
		strbuf_addf(out, "%" PRId64, node->number);
		break;
	case PLIST_DATE:
		strbuf_addf(out, "@%" PRId64, node->number);
		break;
	case PLIST_STRING:
		strbuf_addf(out, "%zu\"", node->text.n);
		strbuf_addslice(out, node->text);
		strbuf_addch(out, '"');
		break;
	case PLIST_ARRAY:
	case PLIST_DICT:
		strbuf_addch(out, node->type == PLIST_DICT ? '{' : '[');
		for (size_t i = 0; i < node->n; i++) {
			if (i)
				strbuf_addch(out, ',');
			plist_dump(out, p, &p->v[node->items[i]]);
			if (node->type == PLIST_ARRAY)
				continue;
			strbuf_addch(out, ':');
			plist_dump(out, p, &p->v[node->items[node->n + i]]);
		}
		strbuf_addch(out, node->type == PLIST_DICT ? '}' : ']');
		break;
	}
}

/* Character references alone: nothing is then changed on the way. False: XML has no form for it. */
static inline bool plist_xml_text(struct strbuf *out, struct slice text)
{
	uint32_t c;

	for (size_t n; (n = text_next(&c, text)) > 0; text = slice_from(text, n)) {
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff)
			return false;
		strbuf_addf(out, "&#%" PRIu32 ";", c);
	}
	return true;
}

/* False: it cannot be written, or becomes too long. */
static inline bool plist_xml_value(struct strbuf *out, const struct plist *p, const struct plist_node *node, bool key)
{
	char when[INSTANT_TEXT];

	switch (node->type) {
	case PLIST_OTHER:
		strbuf_adds(out, "<real>0.5</real>");
		return true;
	case PLIST_BOOL:
		strbuf_adds(out, node->number ? "<true/>" : "<false/>");
		return true;
	case PLIST_INTEGER:
		strbuf_addf(out, "<integer>%" PRId64 "</integer>", node->number);
		return true;
	case PLIST_DATE:
		instant_format(when, node->number);
		strbuf_addf(out, "<date>%s</date>", when);
		return true;
	case PLIST_STRING:
		strbuf_adds(out, key ? "<key>" : "<string>");
		if (!plist_xml_text(out, node->text))
			return false;
		strbuf_adds(out, key ? "</key>" : "</string>");
		return out->n <= PLIST_MAX;
	case PLIST_ARRAY:
	case PLIST_DICT:
		break;
	}
	strbuf_adds(out, node->type == PLIST_DICT ? "<dict>" : "<array>");
	for (size_t i = 0; i < node->n; i++) {
		if (!plist_xml_value(out, p, &p->v[node->items[i]], node->type == PLIST_DICT))
			return false;
		if (node->type == PLIST_DICT && !plist_xml_value(out, p, &p->v[node->items[node->n + i]], false))
			return false;
	}
	strbuf_adds(out, node->type == PLIST_DICT ? "</dict>" : "</array>");
	return out->n <= PLIST_MAX;
}

static inline bool plist_as_xml(struct strbuf *out, const struct plist *p)
{
	bool written;

	strbuf_adds(out, "<plist>");
	written = plist_xml_value(out, p, plist_root(p), false);
	strbuf_adds(out, "</plist>");
	return written && out->n <= PLIST_MAX;
}

static inline void plist_put_number(struct strbuf *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = bytes; i > 0; i--)
		strbuf_addch(out, (char)(v >> 8 * (i - 1) & 0xff));
}

static inline void plist_put_head(struct strbuf *out, unsigned kind, size_t count)
{
	strbuf_addch(out, (char)(kind << 4 | (count < 15 ? (unsigned)count : 15)));
	if (count >= 15) {
		strbuf_addch(out, 0x12);
		plist_put_number(out, count, 4);
	}
}

static inline void plist_put_string(struct strbuf *out, struct slice text)
{
	struct strbuf units = STRBUF_INIT;
	uint32_t c;

	for (size_t n; (n = text_next(&c, text)) > 0; text = slice_from(text, n)) {
		if (c >= 0x10000) {
			plist_put_number(&units, 0xd800 + ((c - 0x10000) >> 10), 2);
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		plist_put_number(&units, c, 2);
	}
	plist_put_head(out, 6, units.n / 2);
	strbuf_addslice(out, strbuf_slice(&units));
	strbuf_release(&units);
}

/* Node by node, as they are shared. */
static inline bool plist_as_binary(struct strbuf *out, const struct plist *p)
{
	struct strbuf table = STRBUF_INIT;
	double seconds;
	uint64_t bits, at;

	strbuf_adds(out, "bplist00");
	for (size_t i = 0; i < p->n; i++) {
		const struct plist_node *node = &p->v[i];
		bool dict = node->type == PLIST_DICT;

		plist_put_number(&table, out->n, 4);
		switch (node->type) {
		case PLIST_OTHER:
			strbuf_addch(out, 0);
			break;
		case PLIST_BOOL:
			strbuf_addch(out, node->number ? 9 : 8);
			break;
		case PLIST_INTEGER:
			strbuf_addch(out, 0x13);
			plist_put_number(out, (uint64_t)node->number, 8);
			break;
		case PLIST_DATE:
			seconds = (double)node->number - 978307200;
			memcpy(&bits, &seconds, sizeof(bits));
			strbuf_addch(out, 0x33);
			plist_put_number(out, bits, 8);
			break;
		case PLIST_STRING:
			plist_put_string(out, node->text);
			break;
		case PLIST_ARRAY:
		case PLIST_DICT:
			plist_put_head(out, dict ? 0xd : 0xa, node->n);
			for (size_t k = 0; k < (dict ? 2u : 1u) * (size_t)node->n; k++)
				plist_put_number(out, node->items[k], 4);
			break;
		}
	}
	at = out->n;
	strbuf_addslice(out, strbuf_slice(&table));
	strbuf_release(&table);
	strbuf_add(out, "\0\0\0\0\0\0\4\4", 8);
	plist_put_number(out, p->n, 8);
	plist_put_number(out, p->root, 8);
	plist_put_number(out, at, 8);
	return out->n <= PLIST_MAX;
}

#endif
