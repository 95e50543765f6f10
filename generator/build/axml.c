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
#define TYPE_REFERENCE  0x01
#define TYPE_STRING     0x03
#define TYPE_INT_FIRST  0x10
#define TYPE_INT_LAST   0x1f
#define ID_VERSION_CODE 0x0101021bu
#define ID_VERSION_NAME 0x0101021cu
#define ELEMENT_HEADER  16u /* chunk header, line number, comment */
#define ELEMENT_EXT     20u
#define ATTRIBUTE_SIZE  20u

struct pool {
	struct slice chunk; /* the whole chunk; offsets are relative to it */
	uint32_t header, count, strings_at;
	bool utf8;
};

struct axml {
	struct pool pool;
	struct slice ids; /* resource map: u32 for each of the first strings */
	struct arena *a;
};

static uint32_t get16(struct slice s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return at + 2 <= s.n ? (uint32_t)p[0] | (uint32_t)p[1] << 8 : 0;
}

static uint32_t get32(struct slice s, size_t at)
{
	return at + 4 <= s.n ? get16(s, at) | get16(s, at + 2) << 16 : 0;
}

static int read_pool(struct pool *out, struct slice chunk, const char **why)
{
	if (chunk.n < 28 || get16(chunk, 2) < 28) {
		*why = "the string pool is cut off";
		return -1;
	}
	out->chunk = chunk;
	out->header = get16(chunk, 2);
	out->count = get32(chunk, 8);
	out->utf8 = (get32(chunk, 16) & POOL_UTF8) != 0;
	out->strings_at = get32(chunk, 20);
	if (out->count > chunk.n / 4 || out->strings_at > chunk.n) {
		*why = "the string pool's counts do not fit its size";
		return -1;
	}
	return 0;
}

/* A UTF-8 pool string: length in UTF-16 units, length in bytes (1 or 2 bytes each), the bytes. */
static bool utf8_string(struct slice *out, struct slice s)
{
	size_t at = 0;

	for (int field = 0; field < 2; field++) {
		if (at >= s.n)
			return false;
		size_t n = (unsigned char)s.p[at];
		if (n & 0x80) {
			if (at + 1 >= s.n)
				return false;
			n = (n & 0x7f) << 8 | (unsigned char)s.p[at + 1];
			at++;
		}
		at++;
		out->n = n;
	}
	if (out->n > s.n - at)
		return false;
	out->p = s.p + at;
	return text_is_utf8(*out);
}

static void add_codepoint(struct strbuf *sb, uint32_t c)
{
	if (c < 0x80) {
		strbuf_addch(sb, (char)c);
		return;
	}
	if (c < 0x800) {
		strbuf_addch(sb, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			strbuf_addch(sb, (char)(0xe0 | c >> 12));
		} else {
			strbuf_addch(sb, (char)(0xf0 | c >> 18));
			strbuf_addch(sb, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		strbuf_addch(sb, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	strbuf_addch(sb, (char)(0x80 | (c & 0x3f)));
}

/* A UTF-16 pool string: length in units (2 or 4 bytes), the units. Lone surrogates make it unreadable. */
static bool utf16_string(struct strbuf *out, struct slice s)
{
	size_t at = 2, n = get16(s, 0);

	if (s.n < 2)
		return false;
	if (n & 0x8000) {
		if (s.n < 4)
			return false;
		n = (n & 0x7fff) << 16 | get16(s, 2);
		at = 4;
	}
	if (n > (s.n - at) / 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = get16(s, at + 2 * i);

		if (c >= 0xd800 && c < 0xe000) {
			uint32_t low = i + 1 < n ? get16(s, at + 2 * (i + 1)) : 0;
			if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
				return false;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i++;
		}
		add_codepoint(out, c);
	}
	return !out->failed;
}

static bool pool_string(struct slice *out, const struct axml *x, uint32_t number)
{
	struct slice s;
	struct strbuf sb = STRBUF_INIT;
	size_t at;
	bool good;

	if (number >= x->pool.count)
		return false;
	at = x->pool.header + 4 * (size_t)number;
	if (at + 4 > x->pool.chunk.n)
		return false;
	s = slice_from(x->pool.chunk, (size_t)x->pool.strings_at + get32(x->pool.chunk, at));
	if (x->pool.utf8) {
		good = utf8_string(out, s);
		if (good)
			*out = arena_copy(x->a, *out);
		return good;
	}
	good = utf16_string(&sb, s);
	if (good)
		*out = arena_copy(x->a, strbuf_slice(&sb));
	strbuf_release(&sb);
	return good;
}

static int read_attribute(struct axml_manifest *out, const struct axml *x, struct slice attr, const char **why)
{
	uint32_t name = get32(attr, 4), type = get32(attr, 12) >> 24, data = get32(attr, 16);
	uint32_t id = name < x->ids.n / 4 ? get32(x->ids, 4 * (size_t)name) : 0;
	struct slice text;

	if (id == ID_VERSION_CODE && type >= TYPE_INT_FIRST && type <= TYPE_INT_LAST) {
		out->has_version_code = true;
		out->version_code = data;
	} else if (id == ID_VERSION_NAME && type == TYPE_REFERENCE) {
		out->has_version_name = out->version_name_is_reference = true;
	} else if (id == ID_VERSION_NAME && type == TYPE_STRING) {
		out->has_version_name = pool_string(&out->version_name, x, data);
		if (!out->has_version_name) {
			*why = "versionName is no readable string";
			return -1;
		}
	} else if (!id && get32(attr, 0) == NO_STRING && type == TYPE_STRING && pool_string(&text, x, name) &&
		   slice_eqs(text, "package") && !pool_string(&out->package, x, data)) {
		*why = "package is no readable string";
		return -1;
	}
	return 0;
}

static int read_element(struct axml_manifest *out, const struct axml *x, struct slice chunk, const char **why)
{
	size_t start = get16(chunk, 24), size = get16(chunk, 26), count = get16(chunk, 28);
	struct slice name;

	if (chunk.n < ELEMENT_HEADER + ELEMENT_EXT || size < ATTRIBUTE_SIZE ||
	    ELEMENT_HEADER + start + size * count > chunk.n) {
		*why = "an element's attributes lie outside it";
		return -1;
	}
	if (!pool_string(&name, x, get32(chunk, 20)) || !slice_eqs(name, "manifest")) {
		*why = "the first element is not <manifest>";
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_attribute(out, x, slice_sub(chunk, ELEMENT_HEADER + start + size * i, size), why))
			return -1;
	}
	if (!out->package.n) {
		*why = "<manifest> has no package";
		return -1;
	}
	return 0;
}

int axml_manifest_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why)
{
	struct axml x = { .a = a };
	size_t at;

	memset(out, 0, sizeof(*out));
	if (bytes.n < 8 || get16(bytes, 0) != CHUNK_XML) {
		*why = "it is not compiled XML";
		return -1;
	}
	for (at = get16(bytes, 2); at + 8 <= bytes.n;) {
		struct slice chunk = slice_sub(bytes, at, get32(bytes, at + 4));
		uint32_t type = get16(bytes, at);

		if (get32(bytes, at + 4) < 8 || chunk.n != get32(bytes, at + 4)) {
			*why = "a chunk is cut off";
			return -1;
		}
		if (type == CHUNK_STRINGS && !x.pool.chunk.n && read_pool(&x.pool, chunk, why))
			return -1;
		if (type == CHUNK_RESOURCES)
			x.ids = slice_from(chunk, 8);
		if (type == CHUNK_ELEMENT)
			return read_element(out, &x, chunk, why);
		at += chunk.n;
	}
	*why = "it holds no element";
	return -1;
}
