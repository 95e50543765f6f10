#include <inttypes.h>
#include <string.h>
#include <zstd.h>

#include "format/delta.h"
#include "resolve/fail.h"

_Static_assert(MDR_DELTA_HEAD == DELTA_HEADER && MDR_DELTA_MEMORY == DELTA_MEMORY_MAX, "said twice, alike");

static enum mdr_code decode(struct delta_header *out, struct slice bytes, struct mdr_error *err)
{
	const char *why;

	return delta_decode(out, bytes, &why) ? fail(err, MDR_REFUSED, "the delta is refused: %s", why) : MDR_OK;
}

static enum mdr_code fail_hashing(struct mdr_error *err)
{
	return fail(err, MDR_MEMORY, "libcrypto cannot hash: out of memory");
}

/* --- the base --------------------------------------------------------------------------------------------------------- */

static enum mdr_code other_base(struct mdr_error *err)
{
	return fail(err, MDR_REFUSED, "the base is not the file that this delta was made from");
}

static enum mdr_code check_base(struct slice base, const struct delta_header *h, struct digests *dg,
				struct mdr_error *err)
{
	uint8_t hash[SHA256_SIZE];

	if (base.n != h->base_size)
		return other_base(err);
	if (digest_sha256(dg, hash, base))
		return fail_hashing(err);
	return memcmp(hash, h->base, sizeof(hash)) ? other_base(err) : MDR_OK;
}

static enum mdr_code unreadable(const char *why, struct mdr_error *err)
{
	if (!strcmp(why, ZIP_NO_MEMORY))
		return fail_memory(err);
	return fail(err, MDR_REFUSED, "the base cannot be read as an .amr: %s", why);
}

static enum mdr_code unpack(struct strbuf *tar, struct slice amr, const struct delta_header *h, struct mdr_error *err)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	const struct zip_entry *e;
	const char *why;
	struct zip z;

	if (delta_open_tar(&e, &z, &mem, amr, &why))
		return unreadable(why, err);
	if (e->size != h->base_size)
		return other_base(err);
	if (zip_read(tar, &z, e, h->base_size, &why))
		return unreadable(why, err);
	return MDR_OK;
}

/* The base in the form of the head, proven: `*out` looks into `base` or `tar`. */
static enum mdr_code open_base(struct slice *out, struct strbuf *tar, struct slice base, const struct delta_header *h,
			       struct digests *dg, struct mdr_error *err)
{
	*out = base;
	if (h->form == DELTA_TAR) {
		enum mdr_code code = unpack(tar, base, h, err);

		if (code)
			return code;
		*out = strbuf_slice(tar);
	}
	return check_base(*out, h, dg, err);
}

/* --- the body --------------------------------------------------------------------------------------------------------- */

static void free_context(ZSTD_DCtx **c)
{
	ZSTD_freeDCtx(*c);
}

/* libzstd would also take several frames, frames to be skipped, and those of old versions. */
static bool is_one_frame(struct slice body, uint64_t size)
{
	static const char magic[] = "\x28\xb5\x2f\xfd";

	return slice_starts(body, magic) && ZSTD_findFrameCompressedSize(body.p, body.n) == body.n &&
	       ZSTD_getFrameContentSize(body.p, body.n) == size;
}

/* In one call: the decoder's window is `result`, so that a frame cannot ask for another one. */
static enum mdr_code decompress(void *result, const struct delta_header *h, struct slice body, struct slice base,
				struct mdr_error *err)
{
	CLEANUP(free_context) ZSTD_DCtx *c = NULL;
	size_t n;

	if (!is_one_frame(body, h->result_size))
		return fail(err, MDR_REFUSED, "the delta is refused: its body is not one frame of the result's size");
	c = ZSTD_createDCtx();
	if (!c || ZSTD_isError(ZSTD_DCtx_refPrefix(c, base.p, base.n)))
		return fail_memory(err);
	n = ZSTD_decompressDCtx(c, result, (size_t)h->result_size, body.p, body.n);
	if (ZSTD_isError(n) || n != h->result_size)
		return fail(err, MDR_REFUSED, "the delta is refused: its body cannot be decompressed");
	return MDR_OK;
}

static enum mdr_code check_sum(struct slice bytes, const uint8_t want[SHA256_SIZE], const char *what,
			       struct digests *dg, struct mdr_error *err)
{
	uint8_t hash[SHA256_SIZE];

	if (digest_sha256(dg, hash, bytes))
		return fail_hashing(err);
	if (memcmp(hash, want, sizeof(hash)) != 0)
		return fail(err, MDR_REFUSED, "the delta is refused: its %s has another SHA-256", what);
	return MDR_OK;
}

static enum mdr_code make(void *result, const struct delta_header *h, struct slice body, struct slice base,
			  struct mdr_error *err)
{
	CLEANUP(strbuf_release) struct strbuf tar = STRBUF_INIT;
	CLEANUP(digests_free_at) struct digests *dg = NULL;
	struct slice from = { NULL, 0 };
	enum mdr_code code;

	if (digests_new(&dg))
		return fail_hashing(err);
	code = check_sum(body, h->body, "body", dg, err);
	if (!code)
		code = open_base(&from, &tar, base, h, dg, err);
	if (!code)
		code = decompress(result, h, body, from, err);
	if (!code)
		code = check_sum(slice_bytes(result, (size_t)h->result_size), h->result, "result", dg, err);
	return code;
}

/* --- what is offered -------------------------------------------------------------------------------------------------- */

enum mdr_code mdr_delta_read(struct mdr_delta *out, const void *head, size_t n, struct mdr_error *err)
{
	struct delta_header h;
	enum mdr_code code = decode(&h, slice_bytes(head, n), err);

	if (code)
		return code;
	*out = (struct mdr_delta){ .method = (uint8_t)h.method,
				   .form = (uint8_t)h.form,
				   .size = DELTA_HEADER + h.body_size,
				   .base_size = h.base_size,
				   .result_size = h.result_size,
				   .memory = h.memory };
	memcpy(out->base_sha256, h.base, SHA256_SIZE);
	memcpy(out->result_sha256, h.result, SHA256_SIZE);
	memcpy(out->body_sha256, h.body, SHA256_SIZE);
	return MDR_OK;
}

enum mdr_code mdr_delta_check(const struct mdr_delta *d, const void *base, size_t base_size, struct mdr_error *err)
{
	CLEANUP(strbuf_release) struct strbuf tar = STRBUF_INIT;
	CLEANUP(digests_free_at) struct digests *dg = NULL;
	struct delta_header h = { .form = (enum delta_form)d->form, .base_size = d->base_size };
	struct slice from;

	memcpy(h.base, d->base_sha256, SHA256_SIZE);
	if (digests_new(&dg))
		return fail_hashing(err);
	return open_base(&from, &tar, slice_bytes(base, base_size), &h, dg, err);
}

enum mdr_code mdr_delta_apply(void *result, size_t result_size, const void *delta, size_t delta_size, const void *base,
			      size_t base_size, uint64_t limit, struct mdr_error *err)
{
	struct slice bytes = slice_bytes(delta, delta_size), body = slice_from(bytes, DELTA_HEADER);
	struct delta_header h;
	enum mdr_code code = decode(&h, bytes, err);

	if (!code && body.n != h.body_size)
		code = fail(err, MDR_REFUSED, "the delta is refused: it has %zu bytes; its head says %" PRIu64, bytes.n,
			    DELTA_HEADER + h.body_size);
	if (!code && delta_need(&h) > (limit ? limit : DELTA_MEMORY_MAX))
		code = fail(err, MDR_MEMORY,
			    "the delta takes %" PRIu64 " bytes to apply; at most %" PRIu64 " are allowed",
			    delta_need(&h), limit ? limit : DELTA_MEMORY_MAX);
	if (!code && result_size != h.result_size)
		code = fail(err, MDR_REFUSED, "the result has %" PRIu64 " bytes; there is room for %zu", h.result_size,
			    result_size);
	if (!code)
		code = make(result, &h, body, slice_bytes(base, base_size), err);
	if (code && result_size)
		memset(result, 0, result_size);
	return code;
}
