#include "resolve/blob.h"

#include <string.h>

#include "resolve/fetch.h"

enum mdr_code blob_load(struct strbuf *out, const struct mdr_storage *s, const char *name, uint64_t limit,
			struct mdr_error *err)
{
	struct mdr_sink sink = { .out = out, .limit = limit };
	enum mdr_fetched result;

	strbuf_reset(out);
	result = s->load(s->ctx, &sink, name);
	if (out->failed)
		return fail_memory(err);
	if (result == MDR_FAILED)
		return fail(err, MDR_STORAGE, "the state \"%s\" cannot be read", name);
	if (result == MDR_ABSENT || sink.over)
		strbuf_reset(out);
	return MDR_OK;
}

enum mdr_code blob_store(const struct mdr_storage *s, const char *name, struct slice bytes, struct mdr_error *err)
{
	if (!s->store(s->ctx, name, bytes.p, bytes.n))
		return fail(err, MDR_STORAGE, "the state \"%s\" cannot be stored", name);
	return MDR_OK;
}

enum mdr_code blob_remove(const struct mdr_storage *s, const char *name, struct mdr_error *err)
{
	if (!s->remove(s->ctx, name))
		return fail(err, MDR_STORAGE, "the state \"%s\" cannot be removed", name);
	return MDR_OK;
}

void blob_begin(struct strbuf *out, const char *magic)
{
	static const uint8_t room[SHA256_SIZE];

	strbuf_adds(out, magic);
	strbuf_add(out, room, sizeof(room));
}

int blob_seal(struct strbuf *out, const char *magic, struct digests *dg)
{
	const size_t at = strlen(magic);
	uint8_t sum[SHA256_SIZE];

	if (out->failed || digest_sha256(dg, sum, slice_from(strbuf_slice(out), at + SHA256_SIZE)))
		return -1;
	memcpy(out->p + at, sum, sizeof(sum));
	return 0;
}

void blob_put64(uint8_t out[8], uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

void blob_add64(struct strbuf *out, uint64_t v)
{
	uint8_t bytes[8];

	blob_put64(bytes, v);
	strbuf_add(out, bytes, sizeof(bytes));
}

int blob_open(struct slice *body, struct slice blob, const char *magic, struct digests *dg)
{
	const size_t at = strlen(magic);
	struct slice rest = slice_from(blob, at + SHA256_SIZE);
	uint8_t sum[SHA256_SIZE];

	*body = (struct slice){ NULL, 0 };
	if (blob.n <= at + SHA256_SIZE || !slice_starts(blob, magic))
		return 0;
	if (digest_sha256(dg, sum, rest))
		return -1;
	if (memcmp(sum, blob.p + at, sizeof(sum)) == 0)
		*body = rest;
	return 0;
}

bool blob_take(struct slice *out, struct slice *rest, size_t n)
{
	if (rest->n < n)
		return false;
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return true;
}

bool blob_take64(uint64_t *out, struct slice *rest)
{
	uint8_t head[SHA256_SIZE] = { 0 };
	struct slice bytes;

	if (!blob_take(&bytes, rest, 8))
		return false;
	memcpy(head, bytes.p, 8);
	*out = digest_head64(head);
	return true;
}
