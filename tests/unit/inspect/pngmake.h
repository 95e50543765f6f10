/* PNG images for the tests: of nothing, but whole. */
#ifndef UNIT_INSPECT_PNGMAKE_H
#define UNIT_INSPECT_PNGMAKE_H

#include <zlib.h>

#include "base/strbuf.h"

static inline void png_put32(struct strbuf *out, uint32_t v)
{
	for (int i = 3; i >= 0; i--)
		strbuf_addch(out, (char)(v >> 8 * i & 0xff));
}

static inline void png_put_chunk(struct strbuf *out, const char *type, struct slice data)
{
	size_t at = out->n + 4;

	png_put32(out, (uint32_t)data.n);
	strbuf_adds(out, type);
	strbuf_addslice(out, data);
	png_put32(out, (uint32_t)crc32_z(0, (const unsigned char *)out->p + at, out->n - at));
}

static inline void png_make(struct strbuf *out, uint32_t width, uint32_t height)
{
	struct strbuf ihdr = STRBUF_INIT;

	png_put32(&ihdr, width);
	png_put32(&ihdr, height);
	strbuf_add(&ihdr, "\x08\0\0\0\0", 5);
	strbuf_add(out, "\x89PNG\r\n\x1a\n", 8);
	png_put_chunk(out, "IHDR", strbuf_slice(&ihdr));
	png_put_chunk(out, "IDAT", SLICE("x"));
	png_put_chunk(out, "IEND", SLICE(""));
	strbuf_release(&ihdr);
}

#endif
