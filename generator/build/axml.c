#include "build/axml.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

#define CHUNK_STRINGS   0x0001
#define CHUNK_XML       0x0003
#define CHUNK_ELEMENT   0x0102
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
	const unsigned char *p = (const unsigned char *)s.p;

	return at + 2 <= s.n ? (uint32_t)p[at] | (uint32_t)p[at + 1] << 8 : 0;
}

static uint32_t get32(struct slice s, size_t at)
{
	return at + 4 <= s.n ? get16(s, at) | get16(s, at + 2) << 16 : 0;
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

	if (x->offsets.p) {
		*why = "it has two string pools";
		return -1;
	}
	if (c->header < POOL_HEADER || count > c->body.n / 4 || strings_at > c->whole.n) {
		*why = "the string pool's counts do not fit its size";
		return -1;
	}
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

static void add_codepoint(struct strbuf *out, uint32_t c)
{
	static const uint32_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	unsigned tail = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	strbuf_addch(out, (char)(lead[tail] | c >> 6 * tail));
	while (tail-- > 0)
		strbuf_addch(out, (char)(0x80 | (c >> 6 * tail & 0x3f)));
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
	for (size_t i = 0; i < n; i++) {
		uint32_t c = get16(s, at + 2 * i);

		if (c >= 0xd800 && c < 0xe000) {
			uint32_t low = ++i < n ? get16(s, at + 2 * i) : 0;

			if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
				return false;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
		add_codepoint(out, c);
	}
	return true;
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

static int read_version_name(struct axml_manifest *out, struct arena *a, struct axml *x, uint32_t type, uint32_t data,
			     const char **why)
{
	struct slice text;

	if (type == TYPE_NULL)
		return 0;
	out->has_version_name = true;
	out->version_name_is_reference = type == TYPE_REFERENCE || type == TYPE_DYNAMIC;
	if (out->version_name_is_reference)
		return 0;
	if (type != TYPE_STRING || !pool_string(&text, x, data)) {
		*why = "versionName is no readable string";
		return -1;
	}
	out->version_name = arena_copy(a, text);
	return 0;
}

/* Android finds its own attributes by resource id, whatever their names say, and `package` by name. */
static int read_attribute(struct axml_manifest *out, struct arena *a, struct axml *x, struct slice attr,
			  const char **why)
{
	uint32_t name = get32(attr, 4), type = get32(attr, 12) >> 24, data = get32(attr, 16);
	uint32_t id = name < x->ids.n / 4 ? get32(x->ids, 4 * (size_t)name) : 0;
	struct slice text;

	if (id == ID_VERSION_NAME)
		return read_version_name(out, a, x, type, data, why);
	if (id == ID_VERSION_CODE && type >= TYPE_INT_FIRST && type <= TYPE_INT_LAST) {
		out->has_version_code = true;
		out->version_code = data;
	}
	if (id || get32(attr, 0) != NO_STRING || type != TYPE_STRING || !pool_string(&text, x, name) ||
	    !slice_eqs(text, "package"))
		return 0;
	if (!pool_string(&text, x, data)) {
		*why = "package is no readable string";
		return -1;
	}
	out->package = arena_copy(a, text);
	return 0;
}

static int read_element(struct axml_manifest *out, struct arena *a, struct axml *x, const struct chunk *c,
			const char **why)
{
	size_t start = get16(c->body, 8), size = get16(c->body, 10), count = get16(c->body, 12);
	struct slice name;

	if (c->header < ELEMENT_HEADER || c->body.n < ELEMENT_EXT || size < ATTRIBUTE_SIZE ||
	    start + size * count > c->body.n) {
		*why = "an element's attributes lie outside it";
		return -1;
	}
	if (!pool_string(&name, x, get32(c->body, 4)) || !slice_eqs(name, "manifest")) {
		*why = "the first element is not <manifest>";
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_attribute(out, a, x, slice_sub(c->body, start + size * i, size), why))
			return -1;
	}
	if (!out->package.n) {
		*why = "<manifest> has no package";
		return -1;
	}
	return 0;
}

/* The chunks of the file, up to its first element. */
static int read_chunks(struct axml_manifest *out, struct arena *a, struct axml *x, struct slice rest, const char **why)
{
	struct chunk c;

	while (rest.n > 0) {
		if (!take_chunk(&c, &rest)) {
			*why = "a chunk is cut off";
			return -1;
		}
		if (c.type == CHUNK_STRINGS && read_pool(x, &c, why))
			return -1;
		if (c.type == CHUNK_RESOURCES)
			x->ids = c.body;
		if (c.type == CHUNK_ELEMENT)
			return read_element(out, a, x, &c, why);
	}
	*why = "it holds no element";
	return -1;
}

int axml_manifest_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why)
{
	struct axml x = { .text = STRBUF_INIT };
	struct chunk file;
	int bad;

	memset(out, 0, sizeof(*out));
	if (bytes.n < CHUNK_HEADER || get16(bytes, 0) != CHUNK_XML) {
		*why = "it is not compiled XML";
		return -1;
	}
	if (!take_chunk(&file, &bytes)) {
		*why = "it is cut off";
		return -1;
	}
	bad = read_chunks(out, a, &x, file.body, why);
	strbuf_release(&x.text);
	return bad;
}
