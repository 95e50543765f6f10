#include "pack/delta.h"

#include <stdlib.h>
#include <zstd.h>

#include "format/zipwrite.h"

/* The fast level finds more in files that hardly differ: its matches do not fill a table with what is near. */
static const int levels[] = { 3, 19 };

static void free_context(ZSTD_CCtx **c)
{
	ZSTD_freeCCtx(*c);
}

/* The window reaches from the end of the result to the start of the base. */
static int window_log(size_t span)
{
	ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
	int log = bounds.lowerBound;

	while (log < bounds.upperBound && span > (size_t)1 << log)
		log++;
	return log;
}

static bool set(ZSTD_CCtx *c, ZSTD_cParameter parameter, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(c, parameter, value));
}

/* Appends one frame. */
static int compress(struct strbuf *out, struct slice base, struct slice result, int level)
{
	CLEANUP(free_context) ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(result.n), n;

	if (!c || !set(c, ZSTD_c_compressionLevel, level) || !set(c, ZSTD_c_windowLog, window_log(base.n + result.n)) ||
	    !set(c, ZSTD_c_enableLongDistanceMatching, 1) || !set(c, ZSTD_c_checksumFlag, 0) ||
	    !set(c, ZSTD_c_contentSizeFlag, 1) || ZSTD_isError(ZSTD_CCtx_refPrefix(c, base.p, base.n)) ||
	    !strbuf_grow(out, room))
		return -1;
	n = ZSTD_compress2(c, out->p + out->n, room, result.p, result.n);
	if (ZSTD_isError(n))
		return -1;
	out->n += n;
	out->p[out->n] = '\0';
	return 0;
}

static int smallest(struct strbuf *body, struct slice base, struct slice result)
{
	for (size_t i = 0; i < COUNT(levels); i++) {
		CLEANUP(strbuf_release) struct strbuf other = STRBUF_INIT;

		if (compress(&other, base, result, levels[i]))
			return -1;
		if (i == 0 || other.n < body->n) {
			struct strbuf larger = *body;

			*body = other;
			other = larger;
		}
	}
	return 0;
}

int delta_make(struct strbuf *out, enum delta_form form, struct slice base, struct slice result,
	       struct digests *digests)
{
	CLEANUP(strbuf_release) struct strbuf body = STRBUF_INIT;
	struct delta_header h = { .method = DELTA_ZSTD,
				  .form = form,
				  .base_size = base.n,
				  .result_size = result.n,
				  .memory = delta_memory(DELTA_ZSTD) };
	uint8_t head[DELTA_HEADER];

	if (smallest(&body, base, result) || digest_sha256(digests, h.base, base) ||
	    digest_sha256(digests, h.result, result) || digest_sha256(digests, h.body, strbuf_slice(&body)))
		return -1;
	h.body_size = body.n;
	delta_encode(head, &h);
	strbuf_add(out, head, sizeof(head));
	strbuf_addslice(out, strbuf_slice(&body));
	return out->failed ? -1 : 0;
}

static int store(struct zip_writer *w, const struct zip *z, const struct zip_entry *e, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;

	if (zip_read(&bytes, z, e, DELTA_MEMORY_MAX, why))
		return -1;
	zip_put(w, e->name, strbuf_slice(&bytes));
	return 0;
}

int delta_store_amr(struct strbuf *out, struct arena *a, struct slice amr, const char **why)
{
	const char *unwritten = NULL;
	const struct zip_entry *tar;
	struct zip_writer w;
	struct zip z;
	int bad = 0;

	if (delta_open_tar(&tar, &z, a, amr, why))
		return -1;
	zip_begin(&w, out);
	for (size_t i = 0; i < z.n && !bad; i++)
		bad = store(&w, &z, &z.v[i], why);
	if (!zip_end(&w, &unwritten))
		return bad;
	if (!bad)
		*why = unwritten;
	return -1;
}
