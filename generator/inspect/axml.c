#include "inspect/axml.h"

#include <string.h>

#include "base/little.h"
#include "base/refuse.h"
#include "base/strbuf.h"
#include "base/text.h"

#define CHUNK_STRINGS   0x0001
#define CHUNK_XML       0x0003
#define CHUNK_ELEMENT   0x0102
#define CHUNK_CLOSE     0x0103
#define CHUNK_RESOURCES 0x0180
#define POOL_UTF8       0x0100u
#define NO_STRING       0xffffffffu
#define TYPE_NULL       0x00
#define TYPE_REFERENCE  0x01
#define TYPE_STRING     0x03
#define TYPE_DYNAMIC    0x07 /* a reference into a shared library */
#define TYPE_INT_FIRST  0x10
#define TYPE_INT_LAST   0x1f
#define ID_VERSION_CODE 0x0101021bu
#define ID_VERSION_NAME 0x0101021cu
#define ID_VERSION_HIGH 0x01010576u /* versionCodeMajor */
#define ID_MIN_SDK      0x0101020cu
#define ID_TARGET_SDK   0x01010270u
#define CHUNK_HEADER    8u
#define POOL_HEADER     28u
#define ELEMENT_HEADER  16u /* chunk header, line number, comment */
#define ELEMENT_EXT     20u
#define ATTRIBUTE_SIZE  20u
#define STRING_MAX      1024u /* units: what we look at is far shorter, and 65535 attributes may name one string */

struct chunk {
	uint32_t type;
	size_t header; /* bytes of it */
	struct slice whole, body;
};

struct axml {
	struct slice offsets; /* of the string pool: u32 for each string, from `strings` */
	struct slice strings;
	bool utf8;
	struct slice ids;   /* resource map: u32 for each of the first strings */
	struct strbuf text; /* of pool_string() */
};

static uint32_t get16(struct slice s, size_t at)
{
	return at + 2 <= s.n ? little16(s.p + at) : 0;
}

static uint32_t get32(struct slice s, size_t at)
{
	return at + 4 <= s.n ? little32(s.p + at) : 0;
}

/* The chunk that `*rest` begins with, and `*rest` behind it; false where it is cut off. */
static bool take_chunk(struct chunk *out, struct slice *rest)
{
	size_t size = get32(*rest, 4);

	out->type = get16(*rest, 0);
	out->header = get16(*rest, 2);
	if (out->header < CHUNK_HEADER || size < out->header || size > rest->n)
		return false;
	out->whole = slice_sub(*rest, 0, size);
	out->body = slice_from(out->whole, out->header);
	*rest = slice_from(*rest, size);
	return true;
}

static int read_pool(struct axml *x, const struct chunk *c, const char **why)
{
	size_t count = get32(c->whole, 8), strings_at = get32(c->whole, 20);

	if (x->offsets.p)
		return refuse(why, "it has two string pools");
	if (c->header < POOL_HEADER || count > c->body.n / 4 || strings_at > c->whole.n)
		return refuse(why, "the string pool's counts do not fit its size");
	x->utf8 = (get32(c->whole, 16) & POOL_UTF8) != 0;
	x->offsets = slice_sub(c->body, 0, 4 * count);
	x->strings = slice_from(c->whole, strings_at);
	return 0;
}

/* A UTF-8 pool string: length in UTF-16 units, length in bytes (1 or 2 bytes each), the bytes. */
static bool utf8_string(struct strbuf *out, struct slice s)
{
	size_t at = 0, n = 0;

	for (int field = 0; field < 2; field++) {
		if (at >= s.n)
			return false;
		n = (unsigned char)s.p[at++];
		if (n & 0x80) {
			if (at >= s.n)
				return false;
			n = (n & 0x7f) << 8 | (unsigned char)s.p[at++];
		}
	}
	if (n > STRING_MAX || n > s.n - at)
		return false;
	strbuf_addslice(out, slice_sub(s, at, n));
	return text_is_utf8(strbuf_slice(out));
}

/* A UTF-16 pool string: length in units (2 or 4 bytes), the units. Lone surrogates make it unreadable. */
static bool utf16_string(struct strbuf *out, struct slice s)
{
	size_t at = 2, n = get16(s, 0);

	if (n & 0x8000) {
		n = (n & 0x7fff) << 16 | get16(s, 2);
		at = 4;
	}
	if (s.n < at || n > STRING_MAX || n > (s.n - at) / 2)
		return false;
	return text_put_utf16(out, slice_sub(s, at, 2 * n), false);
}

/* A string of the pool; *out lasts until the next call. */
static bool pool_string(struct slice *out, struct axml *x, uint32_t number)
{
	struct slice s;

	if (number >= x->offsets.n / 4)
		return false;
	s = slice_from(x->strings, get32(x->offsets, 4 * (size_t)number));
	strbuf_reset(&x->text);
	if (!(x->utf8 ? utf8_string(&x->text, s) : utf16_string(&x->text, s)) || x->text.failed)
		return false;
	*out = strbuf_slice(&x->text);
	return true;
}

/* --- attributes ----------------------------------------------------------------------------------------------------- */

struct attribute {
	uint32_t space, name, id, type, data; /* id: of Android's own attributes, whatever the name says */
};

static struct attribute attribute_at(const struct axml *x, const struct chunk *c, size_t i)
{
	size_t at = get16(c->body, 8) + i * get16(c->body, 10);
	uint32_t name = get32(c->body, at + 4);

	return (struct attribute){
		.space = get32(c->body, at),
		.name = name,
		.id = name < x->ids.n / 4 ? get32(x->ids, 4 * (size_t)name) : 0,
		.type = get32(c->body, at + 12) >> 24,
		.data = get32(c->body, at + 16),
	};
}

/* Their number; false where they do not lie in the element. */
static bool count_attributes(size_t *out, const struct chunk *c)
{
	size_t size = get16(c->body, 10);

	*out = get16(c->body, 12);
	return c->header >= ELEMENT_HEADER && c->body.n >= ELEMENT_EXT && size >= ATTRIBUTE_SIZE &&
	       get16(c->body, 8) + size * *out <= c->body.n;
}

static bool is_int(const struct attribute *at)
{
	return at->type >= TYPE_INT_FIRST && at->type <= TYPE_INT_LAST;
}

static int read_version_name(struct axml_manifest *out, struct arena *a, struct axml *x, const struct attribute *at,
			     const char **why)
{
	struct slice text;

	if (at->type == TYPE_NULL)
		return 0;
	if (out->has_version_name)
		return refuse(why, "versionName is there twice");
	out->has_version_name = true;
	out->version_name_is_reference = at->type == TYPE_REFERENCE || at->type == TYPE_DYNAMIC;
	if (out->version_name_is_reference)
		return 0;
	if (at->type != TYPE_STRING || !pool_string(&text, x, at->data))
		return refuse(why, "versionName is no readable string");
	out->version_name = arena_copy(a, text);
	return 0;
}

static int read_version_code(struct axml_manifest *out, const struct attribute *at, const char **why)
{
	bool *seen = at->id == ID_VERSION_CODE ? &out->has_version_code : &out->has_version_code_major;

	if (!is_int(at))
		return 0;
	if (*seen)
		return refuse(why, at->id == ID_VERSION_CODE ? "versionCode is there twice"
							     : "versionCodeMajor is there twice");
	*seen = true;
	out->version_code |= (uint64_t)at->data << (at->id == ID_VERSION_CODE ? 0 : 32);
	return 0;
}

/* `package` and `split` have no id: they are found by name. */
static int read_named(struct axml_manifest *out, struct arena *a, struct axml *x, const struct attribute *at,
		      const char **why)
{
	struct slice name, text, *to;

	if (at->space != NO_STRING || at->type != TYPE_STRING || !pool_string(&name, x, at->name))
		return 0;
	if (slice_eqs(name, "package"))
		to = &out->package;
	else if (slice_eqs(name, "split"))
		to = &out->split;
	else
		return 0;
	if (to->n)
		return refuse(why, to == &out->package ? "package is there twice" : "split is there twice");
	if (!pool_string(&text, x, at->data))
		return refuse(why,
			      to == &out->package ? "package is no readable string" : "split is no readable string");
	*to = arena_copy(a, text);
	return 0;
}

/* --- elements --------------------------------------------------------------------------------------------------------- */

static int read_manifest(struct axml_manifest *out, struct arena *a, struct axml *x, const struct chunk *c,
			 const char **why)
{
	struct slice name;
	size_t n;

	if (!count_attributes(&n, c))
		return refuse(why, "an element's attributes lie outside it");
	if (!pool_string(&name, x, get32(c->body, 4)) || !slice_eqs(name, "manifest"))
		return refuse(why, "the first element is not <manifest>");
	for (size_t i = 0; i < n; i++) {
		struct attribute at = attribute_at(x, c, i);
		int bad = 0;

		if (at.id == ID_VERSION_NAME)
			bad = read_version_name(out, a, x, &at, why);
		else if (at.id == ID_VERSION_CODE || at.id == ID_VERSION_HIGH)
			bad = read_version_code(out, &at, why);
		else if (!at.id)
			bad = read_named(out, a, x, &at, why);
		if (bad)
			return -1;
	}
	return out->package.n ? 0 : refuse(why, "<manifest> has no package");
}

static void read_uses_sdk(struct axml_manifest *out, const struct axml *x, const struct chunk *c)
{
	size_t n;

	if (!count_attributes(&n, c))
		return;
	for (size_t i = 0; i < n; i++) {
		struct attribute at = attribute_at(x, c, i);

		if (is_int(&at) && at.id == ID_MIN_SDK)
			out->min_sdk = at.data;
		if (is_int(&at) && at.id == ID_TARGET_SDK)
			out->target_sdk = at.data;
	}
}

/* What follows <manifest> is no reason to refuse the file: it is looked at as far as it can be read. */
static void read_children(struct axml_manifest *out, struct axml *x, struct slice rest)
{
	struct slice name;
	struct chunk c;
	size_t depth = 1;

	while (depth && take_chunk(&c, &rest)) {
		if (c.type == CHUNK_CLOSE)
			depth--;
		if (c.type == CHUNK_ELEMENT && depth++ == 1 && pool_string(&name, x, get32(c.body, 4)) &&
		    slice_eqs(name, "uses-sdk"))
			read_uses_sdk(out, x, &c);
	}
}

static int read_chunks(struct axml_manifest *out, struct arena *a, struct axml *x, struct slice rest, const char **why)
{
	struct chunk c = { .type = 0 };

	while (rest.n > 0) {
		if (!take_chunk(&c, &rest))
			return refuse(why, "a chunk is cut off");
		if (c.type == CHUNK_STRINGS && read_pool(x, &c, why))
			return -1;
		if (c.type == CHUNK_RESOURCES)
			x->ids = c.body;
		if (c.type == CHUNK_ELEMENT)
			break;
	}
	if (c.type != CHUNK_ELEMENT)
		return refuse(why, "it holds no element");
	if (read_manifest(out, a, x, &c, why))
		return -1;
	read_children(out, x, rest);
	return 0;
}

int axml_manifest_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why)
{
	struct axml x = { .text = STRBUF_INIT };
	struct chunk file;
	int bad;

	memset(out, 0, sizeof(*out));
	if (bytes.n < CHUNK_HEADER || get16(bytes, 0) != CHUNK_XML) {
		return refuse(why, "it is not compiled XML");
	}
	if (!take_chunk(&file, &bytes)) {
		return refuse(why, "it is cut off");
	}
	bad = read_chunks(out, a, &x, file.body, why);
	strbuf_release(&x.text);
	return bad;
}
