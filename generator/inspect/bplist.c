#include "inspect/bplist.h"

#include <math.h>
#include <string.h>

#include "base/big.h"
#include "base/refuse.h"
#include "base/text.h"

#define HEADER      SLICE("bplist00")
#define TRAILER     32u
#define EPOCH       978307200.0    /* 2001-01-01 in seconds since 1970: dates count from there */
#define LAST_DATE   253402300800.0 /* 10000-01-01 */
#define COUNT_LATER 15u            /* a count that does not fit 4 bits is an integer of its own */

struct bplist {
	struct plist *out;
	struct arena *a;
	struct slice objects; /* from the beginning of the file up to the table */
	struct slice table;
	size_t offset_size, ref_size;
	size_t used; /* bytes of all objects read so far */
};

struct object {
	unsigned kind;     /* upper half of its first byte */
	unsigned low;      /* lower half */
	size_t count;      /* bytes, units or references; of a dictionary: pairs */
	struct slice body; /* behind the first byte and the count; to the end of all objects until it is cut */
	size_t head;       /* bytes before the body */
};

/* --- trailer and table ------------------------------------------------------------------------------------------------ */

static int open_table(struct bplist *b, struct slice bytes, const char **why)
{
	size_t header = HEADER.n, end = bytes.n - TRAILER; /* at least header + TRAILER: plist_open() */
	struct slice trailer = slice_from(bytes, end);
	uint64_t n = big_number(slice_sub(trailer, 8, 8)), root = big_number(slice_sub(trailer, 16, 8));
	uint64_t at = big_number(slice_sub(trailer, 24, 8));

	b->offset_size = (unsigned char)trailer.p[6];
	b->ref_size = (unsigned char)trailer.p[7];
	if (b->offset_size < 1 || b->offset_size > 8 || b->ref_size < 1 || b->ref_size > 8)
		return refuse(why, "the trailer's sizes of offsets and references are not 1 to 8 bytes");
	if (at < header || at > end)
		return refuse(why, "the table of offsets lies outside the file");
	if (n < 1 || root >= n || n > (end - at) / b->offset_size || n * b->offset_size != end - at)
		return refuse(why, "the number of objects does not fit the table of offsets");
	b->objects = slice_sub(bytes, 0, (size_t)at);
	b->table = slice_sub(bytes, (size_t)at, end - (size_t)at);
	b->out->n = b->out->cap = (size_t)n;
	b->out->root = (uint32_t)root;
	return 0;
}

/* --- one object --------------------------------------------------------------------------------------------------------- */

/* The count behind a first byte whose lower half has no room for it. */
static bool read_count(struct object *o)
{
	size_t size;
	uint64_t v;

	if (!o->body.n || (unsigned char)*o->body.p >> 4 != 1 || (*o->body.p & 0x0f) > 3)
		return false;
	size = (size_t)1 << (*o->body.p & 0x0f);
	if (o->body.n < 1 + size)
		return false;
	v = big_number(slice_sub(o->body, 1, size));
	o->body = slice_from(o->body, 1 + size);
	o->head += 1 + size;
	o->count = (size_t)v;
	return v <= PLIST_MAX;
}

/* Bytes of the body; false: there is no such object. */
static bool body_size(size_t *out, const struct bplist *b, const struct object *o)
{
	switch (o->kind) {
	case 0x0: /* null, false, true; 15 is filling, and no object */
		*out = 0;
		return o->low == 0 || o->low == 8 || o->low == 9;
	case 0x1: /* integer */
		*out = (size_t)1 << o->low;
		return o->low <= 4;
	case 0x2: /* real */
		*out = (size_t)1 << o->low;
		return o->low == 2 || o->low == 3;
	case 0x3: /* date */
		*out = 8;
		return o->low == 3;
	case 0x4: /* data */
	case 0x5: /* ASCII */
		*out = o->count;
		return true;
	case 0x6: /* UTF-16 */
		*out = 2 * o->count;
		return true;
	case 0x8: /* uid */
		*out = o->low + 1;
		return true;
	case 0xa: /* array */
		*out = b->ref_size * o->count;
		return true;
	case 0xd: /* dictionary */
		*out = 2 * b->ref_size * o->count;
		return true;
	default:
		return false;
	}
}

static bool has_count(const struct object *o)
{
	return (o->kind >= 0x4 && o->kind <= 0x6) || o->kind == 0xa || o->kind == 0xd;
}

static int find_object(struct object *out, const struct bplist *b, size_t number, const char **why)
{
	uint64_t at = big_number(slice_sub(b->table, number * b->offset_size, b->offset_size));
	size_t header = HEADER.n, size;

	if (at < header || at >= b->objects.n)
		return refuse(why, "an object lies outside the file");
	out->body = slice_from(b->objects, (size_t)at);
	out->kind = (unsigned char)*out->body.p >> 4;
	out->low = (unsigned char)*out->body.p & 0x0fu;
	out->count = out->low;
	out->body = slice_from(out->body, 1);
	out->head = 1;
	if (has_count(out) && out->low == COUNT_LATER && !read_count(out))
		return refuse(why, "the size of an object cannot be read");
	if (!body_size(&size, b, out))
		return refuse(why, "an object is of an unknown kind");
	if (size > out->body.n)
		return refuse(why, "an object reaches beyond its end");
	out->body.n = size;
	return 0;
}

/* --- values ----------------------------------------------------------------------------------------------------------- */

static void read_integer(struct plist_node *out, struct slice body)
{
	if (body.n > 8)
		return;
	out->type = PLIST_INTEGER; /* 8 bytes have a sign, fewer have none */
	out->number = (int64_t)big_number(body);
}

static void read_date(struct plist_node *out, struct slice body)
{
	uint64_t bits = big_number(body);
	double seconds;

	memcpy(&seconds, &bits, sizeof(seconds));
	seconds = floor(seconds + EPOCH);
	if (!(seconds >= 0 && seconds < LAST_DATE)) /* not a number: neither */
		return;
	out->type = PLIST_DATE;
	out->number = (int64_t)seconds;
}

static int read_ascii(struct plist_node *out, struct slice body, const char **why)
{
	for (size_t i = 0; i < body.n; i++) {
		if ((unsigned char)body.p[i] >= 0x80)
			return refuse(why, "a string of ASCII is none");
	}
	out->type = PLIST_STRING;
	out->text = body;
	return 0;
}

static int read_utf16(struct plist_node *out, struct arena *a, struct slice body, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!text_put_utf16(&text, body, true))
		return refuse(why, "a string of UTF-16 is none");
	if (text.failed)
		return refuse(why, "out of memory");
	out->type = PLIST_STRING;
	out->text = arena_copy(a, strbuf_slice(&text));
	return 0;
}

static int read_items(struct plist_node *out, const struct bplist *b, const struct object *o, const char **why)
{
	size_t n = o->body.n / b->ref_size;
	uint32_t *items = ARENA_ARRAY(b->a, uint32_t, n);

	for (size_t i = 0; i < n; i++) {
		uint64_t ref = big_number(slice_sub(o->body, i * b->ref_size, b->ref_size));

		if (ref >= b->out->n)
			return refuse(why, "an object refers to one that is not there");
		items[i] = (uint32_t)ref;
	}
	out->type = o->kind == 0xa ? PLIST_ARRAY : PLIST_DICT;
	out->n = (uint32_t)o->count;
	out->items = items;
	return 0;
}

static int read_value(struct plist_node *out, const struct bplist *b, const struct object *o, const char **why)
{
	switch (o->kind) {
	case 0x0:
		out->type = o->low ? PLIST_BOOL : PLIST_OTHER;
		out->number = o->low == 9;
		return 0;
	case 0x1:
		read_integer(out, o->body);
		return 0;
	case 0x3:
		read_date(out, o->body);
		return 0;
	case 0x5:
		return read_ascii(out, o->body, why);
	case 0x6:
		return read_utf16(out, b->a, o->body, why);
	case 0xa:
	case 0xd:
		return read_items(out, b, o, why);
	default:
		return 0;
	}
}

int bplist_read(struct plist *out, struct arena *a, struct slice bytes, const char **why)
{
	struct bplist b = { .out = out, .a = a };

	if (!slice_starts(bytes, "bplist00"))
		return refuse(why, "it is a binary property list of another version");
	if (bytes.n < HEADER.n + 1 + TRAILER)
		return refuse(why, "it is cut off");
	if (open_table(&b, bytes, why))
		return -1;
	out->v = ARENA_ARRAY(a, struct plist_node, out->n);
	for (size_t i = 0; i < out->n; i++) {
		struct object o;

		if (find_object(&o, &b, i, why))
			return -1;
		b.used += o.head + o.body.n; /* objects that share bytes would be more work than the file is long */
		if (b.used > b.objects.n - HEADER.n)
			return refuse(why, "its objects are larger than the file");
		if (read_value(&out->v[i], &b, &o, why))
			return -1;
	}
	return 0;
}
