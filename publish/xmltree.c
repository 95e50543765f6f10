#include "publish/xmltree.h"

#include <expat.h>

#include "base/refuse.h"
#include "base/strbuf.h"

struct reader {
	XML_Parser parser;
	struct xmltree *out;
	struct arena *a;
	const char *const *wanted;
	size_t nwanted;
	const char **why;
	uint32_t open[XMLTREE_DEPTH]; /* wanted elements */
	size_t depth;                 /* of all elements */
	size_t nopen;                 /* of the wanted: fewer than depth within an unwanted one */
	struct strbuf text;           /* of the innermost */
};

/* The first reason stays. */
static void stop(struct reader *r, const char *reason)
{
	if (*r->why)
		return;
	(void)refusef(r->why, r->a, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser), reason);
	XML_StopParser(r->parser, XML_FALSE);
}

static uint32_t find_name(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->nwanted; i++) {
		if (!strcmp(r->wanted[i], name))
			return (uint32_t)i;
	}
	return XMLTREE_NONE;
}

static void add_node(struct reader *r, uint32_t name)
{
	struct xmlnode node = { name, XMLTREE_NONE, XMLTREE_NONE, XMLTREE_NONE, { NULL, 0 } };
	uint32_t number = (uint32_t)r->out->n;

	ARENA_PUSH(r->a, r->out->v, r->out->n, r->out->cap, node);
	if (r->nopen) {
		struct xmlnode *parent = &r->out->v[r->open[r->nopen - 1]];

		if (parent->last == XMLTREE_NONE)
			parent->first = number;
		else
			r->out->v[parent->last].next = number;
		parent->last = number;
	}
	r->open[r->nopen++] = number;
	strbuf_reset(&r->text);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = ctx;
	uint32_t number = find_name(r, name);

	(void)attributes;
	if (*r->why)
		return;
	if (r->depth == XMLTREE_DEPTH)
		stop(r, "its elements are too deep in one another");
	else if (!r->depth && number == XMLTREE_NONE)
		stop(r, "it is no answer of S3: its outermost element is another");
	else if (r->nopen == r->depth++ && number != XMLTREE_NONE)
		add_node(r, number);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reader *r = ctx;

	(void)name;
	if (*r->why)
		return;
	if (r->nopen == r->depth--) {
		struct xmlnode *node = &r->out->v[r->open[--r->nopen]];

		if (node->first == XMLTREE_NONE)
			node->text = arena_copy(r->a, strbuf_slice(&r->text));
	}
	if (r->text.failed)
		stop(r, REFUSE_NO_MEMORY);
}

static void XMLCALL on_text(void *ctx, const XML_Char *p, int n)
{
	struct reader *r = ctx;

	if (*r->why || r->nopen != r->depth || r->out->v[r->open[r->nopen - 1]].first != XMLTREE_NONE)
		return;
	strbuf_add(&r->text, p, (size_t)n);
	if (r->text.n > XMLTREE_TEXT)
		stop(r, "a text is too long");
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public,
			       int declares)
{
	(void)name;
	(void)system;
	(void)public;
	(void)declares;
	stop(ctx, "it has a document type");
}

static int parse(struct reader *r, struct slice bytes)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	if (XML_Parse(r->parser, bytes.p ? bytes.p : "", (int)bytes.n, 1) == XML_STATUS_ERROR && !*r->why)
		return refusef(r->why, r->a, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser),
			       XML_ErrorString(XML_GetErrorCode(r->parser)));
	return *r->why ? -1 : 0;
}

static struct slice skip_blanks(struct slice s)
{
	while (s.n && slice_find(SLICE(" \t\r\n"), *s.p) >= 0)
		s = slice_from(s, 1);
	return s;
}

int xmltree_read(struct xmltree *out, struct arena *a, struct slice bytes, const char *const *wanted, size_t nwanted,
		 const char **why)
{
	struct reader r = { .out = out, .a = a, .wanted = wanted, .nwanted = nwanted, .why = why, .text = STRBUF_INIT };
	int result;

	*why = NULL;
	*out = (struct xmltree){ .n = 0 };
	if (bytes.n > XMLTREE_MAX)
		return refuse(why, "it is too long");
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		return refuse(why, REFUSE_NO_MEMORY);
	result = parse(&r, skip_blanks(bytes));
	XML_ParserFree(r.parser);
	strbuf_release(&r.text);
	return result;
}

/* --- questions --------------------------------------------------------------------------------------------------------- */

uint32_t xmltree_child(const struct xmltree *t, uint32_t node, uint32_t name)
{
	uint32_t child = t->v[node].first;

	while (child != XMLTREE_NONE && t->v[child].name != name)
		child = t->v[child].next;
	return child;
}

struct slice xmltree_text(const struct xmltree *t, uint32_t node, uint32_t name)
{
	uint32_t child = xmltree_child(t, node, name);

	return child == XMLTREE_NONE ? (struct slice){ NULL, 0 } : t->v[child].text;
}

size_t xmltree_count(const struct xmltree *t, uint32_t node, uint32_t name)
{
	size_t n = 0;

	for (uint32_t child = t->v[node].first; child != XMLTREE_NONE; child = t->v[child].next)
		n += t->v[child].name == name;
	return n;
}
