#include "inspect/xmlplist.h"

#include <expat.h>

#include "base/instant.h"
#include "base/text.h"

enum element { PLIST, DICT, ARRAY, KEY, STRING, INTEGER, REAL, TRUE, FALSE, DATE, DATA, NONE };

static const char *const elements[] = {
	[PLIST] = "plist",   [DICT] = "dict",       [ARRAY] = "array", [KEY] = "key",
	[STRING] = "string", [INTEGER] = "integer", [REAL] = "real",   [TRUE] = "true",
	[FALSE] = "false",   [DATE] = "date",       [DATA] = "data",
};

/* A container that is open. */
struct level {
	uint32_t node;
	size_t first; /* where its items begin among those that wait */
};

struct reader {
	XML_Parser parser;
	struct plist *out;
	struct arena *a;
	const char **why;
	struct arena scratch;
	uint32_t *waiting; /* items of the open containers, in the order of the file */
	size_t nwaiting, waiting_cap;
	struct level levels[PLIST_DEPTH];
	size_t depth;
	bool in_plist, has_root;
	enum element scalar; /* that is open; NONE */
	struct strbuf text;  /* of it */
};

/* The first reason stays. */
static void stop(struct reader *r, const char *reason)
{
	if (*r->why)
		return;
	*r->why = arena_printf(r->a, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser), reason).p;
	XML_StopParser(r->parser, XML_FALSE);
}

/* --- where a value may stand ------------------------------------------------------------------------------------------ */

static const struct level *innermost(const struct reader *r)
{
	return r->depth ? &r->levels[r->depth - 1] : NULL;
}

static bool wants_key(const struct reader *r)
{
	const struct level *l = innermost(r);

	return l && r->out->v[l->node].type == PLIST_DICT && (r->nwaiting - l->first) % 2 == 0;
}

/* NULL: it may begin here. */
static const char *misplaced(const struct reader *r, enum element e)
{
	if (r->scalar != NONE)
		return "a value that is no container holds another";
	if (e == PLIST)
		return r->in_plist ? "<plist> stands within itself" : NULL;
	if (!r->in_plist)
		return "it does not begin with <plist>";
	if ((e == KEY) != wants_key(r))
		return e == KEY ? "a key stands where a value must" : "a value stands where a key must";
	if (!r->depth && r->has_root)
		return "it holds more than one value";
	if ((e == DICT || e == ARRAY) && r->depth == PLIST_DEPTH)
		return "its containers are too deep in one another";
	return NULL;
}

/* --- elements --------------------------------------------------------------------------------------------------------- */

static enum element element_of(const char *name)
{
	enum element e = PLIST;

	while (e < NONE && !slice_eqs(slice_of(name), elements[e]))
		e++;
	return e;
}

static uint32_t add_node(struct reader *r, enum plist_type type)
{
	struct plist_node node = { .type = type };
	uint32_t number = (uint32_t)r->out->n;

	ARENA_PUSH(r->a, r->out->v, r->out->n, r->out->cap, node);
	if (r->depth) {
		ARENA_PUSH(&r->scratch, r->waiting, r->nwaiting, r->waiting_cap, number);
	} else {
		r->out->root = number;
		r->has_root = true;
	}
	return number;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = ctx;
	enum element e = element_of(name);
	const char *problem = e == NONE ? "an element is of no property list" : misplaced(r, e);

	(void)attributes;
	if (*r->why || problem) {
		stop(r, problem);
	} else if (e == PLIST) {
		r->in_plist = true;
	} else if (e == DICT || e == ARRAY) {
		uint32_t node = add_node(r, e == DICT ? PLIST_DICT : PLIST_ARRAY);

		r->levels[r->depth++] = (struct level){ node, r->nwaiting };
	} else {
		r->scalar = e;
		strbuf_reset(&r->text);
	}
}

static void end_container(struct reader *r)
{
	const struct level *l = &r->levels[--r->depth];
	struct plist_node *node = &r->out->v[l->node];
	size_t n = r->nwaiting - l->first, step = node->type == PLIST_DICT ? 2 : 1;
	uint32_t *items = ARENA_ARRAY(r->a, uint32_t, n);

	if (n % step) {
		stop(r, "a key has no value");
		return;
	}
	for (size_t i = 0; i < n; i++) /* of a dictionary: keys before values */
		items[i / step + i % step * (n / step)] = r->waiting[l->first + i];
	node->n = (uint32_t)(n / step);
	node->items = items;
	r->nwaiting = l->first;
}

static unsigned digit_of(char c)
{
	char low = (char)(c | 0x20);

	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : low >= 'a' && low <= 'f' ? (unsigned)(low - 'a') + 10 : 16;
}

/* Decimal with a sign, or hexadecimal; what int64_t does not hold is of no use to anybody here. */
static void read_integer(struct reader *r, struct plist_node *node, struct slice text)
{
	bool negative = slice_starts(text, "-"), fits = true;
	struct slice digits = slice_from(text, negative || slice_starts(text, "+"));
	unsigned base = slice_starts(digits, "0x") || slice_starts(digits, "0X") ? 16 : 10;
	uint64_t v = 0;

	digits = slice_from(digits, base == 16 ? 2 : 0);
	if (!digits.n)
		stop(r, "an integer is none");
	for (size_t i = 0; i < digits.n; i++) {
		unsigned digit = digit_of(digits.p[i]);

		if (digit >= base) {
			stop(r, "an integer is none");
			return;
		}
		fits = fits && !__builtin_mul_overflow(v, base, &v) && !__builtin_add_overflow(v, digit, &v);
	}
	if (!fits || v > (uint64_t)INT64_MAX + negative)
		return;
	node->type = PLIST_INTEGER;
	node->number = (int64_t)(negative ? 0 - v : v);
}

static void read_scalar(struct reader *r, struct plist_node *node)
{
	struct slice text = strbuf_slice(&r->text);

	if (r->text.failed)
		stop(r, "out of memory");
	switch (r->scalar) {
	case KEY:
	case STRING:
		node->type = PLIST_STRING;
		node->text = arena_copy(r->a, text);
		break;
	case INTEGER:
		read_integer(r, node, slice_trim(text));
		break;
	case TRUE:
	case FALSE:
		node->type = PLIST_BOOL;
		node->number = r->scalar == TRUE;
		if (text.n)
			stop(r, "<true/> and <false/> hold nothing");
		break;
	case DATE:
		if (instant_parse(&node->number, slice_trim(text)))
			node->type = PLIST_DATE;
		break;
	case PLIST:
	case DICT:
	case ARRAY:
	case REAL:
	case DATA:
	case NONE:
		break;
	}
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reader *r = ctx;

	if (*r->why)
		return;
	if (r->scalar != NONE) {
		uint32_t node = add_node(r, PLIST_OTHER); /* which moves the others */

		read_scalar(r, &r->out->v[node]);
		r->scalar = NONE;
	} else if (r->depth) {
		end_container(r);
	} else if (!r->has_root) {
		stop(r, "it holds no value");
	}
	(void)name;
}

static void XMLCALL on_text(void *ctx, const XML_Char *p, int n)
{
	struct reader *r = ctx;
	struct slice text = slice_bytes(p, (size_t)n);

	if (r->scalar != NONE)
		strbuf_addslice(&r->text, text);
	else if (slice_trim(text).n)
		stop(r, "text stands between elements");
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public,
			       int declares)
{
	(void)name;
	(void)system;
	(void)public;
	if (declares)
		stop(ctx, "its document type has declarations of its own");
}

/* An entity that a document type outside of the file may declare. */
static void XMLCALL on_entity(void *ctx, const XML_Char *name, int is_parameter)
{
	(void)name;
	(void)is_parameter;
	stop(ctx, "an entity is not known");
}

/* --- the whole -------------------------------------------------------------------------------------------------------- */

static int parse(struct reader *r, struct slice bytes)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	XML_SetSkippedEntityHandler(r->parser, on_entity);
	if (XML_Parse(r->parser, bytes.p ? bytes.p : "", (int)bytes.n, 1) == XML_STATUS_ERROR && !*r->why) {
		*r->why = arena_printf(r->a, "as XML, line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser),
				       XML_ErrorString(XML_GetErrorCode(r->parser)))
				  .p;
	}
	return *r->why ? -1 : 0;
}

int xmlplist_read(struct plist *out, struct arena *a, struct slice bytes, const char **why)
{
	struct reader r = { .parser = XML_ParserCreate(NULL),
			    .out = out,
			    .a = a,
			    .why = why,
			    .scratch = ARENA_INIT,
			    .scalar = NONE,
			    .text = STRBUF_INIT };
	int result = -1;

	*why = NULL;
	if (r.parser)
		result = parse(&r, bytes);
	else
		*why = "out of memory";
	XML_ParserFree(r.parser);
	strbuf_release(&r.text);
	arena_release(&r.scratch);
	return result;
}
