/* What a device makes of bytes that say they are a delta: nothing but the result of the head, and no more memory than that and
 * what the head says. The input: one byte (bit 0: the base is an .amr, bit 1: the hash of the body is set right, bit 2: that of
 * the base too, so that the frame is looked at), then a delta. */
#include <string.h>

#include "format/delta.h"
#include "format/zipwrite.h"
#include "require.h"
#include "resolve/mdresolve.h"

#define LIMIT  ((uint64_t)8 << 20) /* what the caller allows */
#define AMR    1
#define BODY   2
#define BASE   4
#define REPEAT 500

static void make_base(struct strbuf *out, bool is_amr)
{
	struct strbuf plain = STRBUF_INIT;
	struct zip_writer w;
	const char *why;

	for (int i = 0; i < REPEAT; i++)
		strbuf_addf(&plain, "line %d of what the device has\n", i);
	if (is_amr) {
		zip_begin(&w, out);
		zip_put(&w, SLICE("20171228.tar"), strbuf_slice(&plain));
		REQUIRE(zip_end(&w, &why) == 0);
	} else {
		strbuf_addslice(out, strbuf_slice(&plain));
	}
	strbuf_release(&plain);
}

/* A head whose hashes fit what follows it and the base. */
static void seal(struct strbuf *delta, uint8_t how, struct digests *dg)
{
	struct strbuf plain = STRBUF_INIT;
	struct delta_header h;
	const char *why;

	if (delta_decode(&h, strbuf_slice(delta), &why))
		return;
	make_base(&plain, false);
	if (how & BODY) {
		struct slice body = slice_from(strbuf_slice(delta), DELTA_HEADER);

		h.body_size = body.n;
		REQUIRE(digest_sha256(dg, h.body, body) == 0);
	}
	if (how & BASE) {
		h.base_size = plain.n;
		h.form = how & AMR ? DELTA_TAR : DELTA_FILE;
		REQUIRE(digest_sha256(dg, h.base, strbuf_slice(&plain)) == 0);
	}
	delta_encode((uint8_t *)delta->p, &h);
	strbuf_release(&plain);
}

static void apply(struct slice delta, struct slice base, struct digests *dg)
{
	uint8_t hash[SHA256_SIZE];
	struct mdr_error err = { 0 };
	struct mdr_delta d;
	char *result;

	if (mdr_delta_read(&d, delta.p, delta.n, &err)) {
		REQUIRE(err.code == MDR_REFUSED && *err.text);
		return;
	}
	REQUIRE(d.base_size + d.result_size + d.memory <= MDR_DELTA_MEMORY);
	(void)mdr_delta_check(&d, base.p, base.n, &err);
	if (d.result_size > LIMIT)
		return;
	result = malloc((size_t)d.result_size);
	REQUIRE(result);
	memset(result, 1, (size_t)d.result_size);
	if (mdr_delta_apply(result, (size_t)d.result_size, delta.p, delta.n, base.p, base.n, LIMIT, &err)) {
		REQUIRE(*err.text);
		for (size_t i = 0; i < d.result_size; i++)
			REQUIRE(result[i] == 0);
	} else {
		REQUIRE(digest_sha256(dg, hash, slice_bytes(result, (size_t)d.result_size)) == 0);
		REQUIRE(memcmp(hash, d.result_sha256, SHA256_SIZE) == 0);
		REQUIRE(mdr_delta_check(&d, base.p, base.n, &err) == MDR_OK);
	}
	free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf base = STRBUF_INIT, delta = STRBUF_INIT;
	struct digests *dg = NULL;

	if (size < 1)
		return 0;
	REQUIRE(digests_new(&dg) == 0);
	make_base(&base, data[0] & AMR);
	strbuf_add(&delta, data + 1, size - 1);
	seal(&delta, data[0], dg);
	apply(strbuf_slice(&delta), strbuf_slice(&base), dg);
	strbuf_release(&base);
	strbuf_release(&delta);
	digests_free(dg);
	return 0;
}
