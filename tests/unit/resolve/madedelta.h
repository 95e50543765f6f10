/* Packages of made up bytes, and deltas between them, as the generator would write them. */
#ifndef TEST_RESOLVE_MADEDELTA_H
#define TEST_RESOLVE_MADEDELTA_H

#include <zstd.h>

#include "format/delta.h"
#include "format/zipwrite.h"

/* Bytes without a pattern. */
static inline void made_bytes(char *p, size_t n, uint32_t x)
{
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (char)(x >> 24);
	}
}

/* Replaces `out`. `base`: in its form (the tar of an .amr). */
static inline void made_delta(struct strbuf *out, struct digests *dg, enum delta_form form, struct slice base,
			      struct slice result)
{
	struct delta_header h = { .method = DELTA_ZSTD,
				  .form = form,
				  .base_size = base.n,
				  .result_size = result.n,
				  .memory = delta_memory(DELTA_ZSTD) };
	ZSTD_CCtx *c = ZSTD_createCCtx();
	struct strbuf body = STRBUF_INIT;
	uint8_t head[DELTA_HEADER];

	assert_true(strbuf_grow(&body, ZSTD_compressBound(result.n)));
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 24);
	ZSTD_CCtx_refPrefix(c, base.p, base.n);
	body.n = ZSTD_compress2(c, body.p, body.cap, result.p, result.n);
	assert_false(ZSTD_isError(body.n));
	ZSTD_freeCCtx(c);
	h.body_size = body.n;
	assert_int_equal(digest_sha256(dg, h.base, base), 0);
	assert_int_equal(digest_sha256(dg, h.result, result), 0);
	assert_int_equal(digest_sha256(dg, h.body, strbuf_slice(&body)), 0);
	delta_encode(head, &h);
	strbuf_reset(out);
	strbuf_add(out, head, sizeof(head));
	strbuf_addslice(out, strbuf_slice(&body));
	strbuf_release(&body);
}

/* Replaces `out`: an .amr with this tar. */
static inline void made_amr(struct strbuf *out, struct slice tar)
{
	struct zip_writer w;
	const char *why;

	strbuf_reset(out);
	zip_begin(&w, out);
	zip_put(&w, SLICE("Manifest.xml"), SLICE("<package/>"));
	zip_put(&w, SLICE("20171228.tar"), tar);
	assert_int_equal(zip_end(&w, &why), 0);
}

#endif
