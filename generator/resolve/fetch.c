#include "resolve/fetch.h"

#include <inttypes.h>
#include <string.h>

bool mdr_sink_add(struct mdr_sink *sink, const void *bytes, size_t n)
{
	size_t wanted = n;

	if (n > sink->limit) {
		sink->over = true;
		wanted = (size_t)sink->limit;
	}
	sink->limit -= wanted;
	if (sink->put)
		return sink->put(sink->put_ctx, bytes, wanted) && !sink->over;
	strbuf_add(sink->out, bytes, wanted);
	return !sink->over && !sink->out->failed;
}

static enum mdr_code call(struct mdr_sink *sink, const struct fetcher *f, const char *path, uint64_t offset,
			  uint64_t ask, bool *absent, struct mdr_error *err)
{
	enum mdr_fetched result;

	strbuf_reset(sink->out);
	result = f->fn(f->ctx, sink, path, offset, ask);
	if (sink->out->failed)
		return fail_memory(err);
	if (result == MDR_FAILED)
		return fail(err, MDR_UNREACHABLE, "%s: cannot be fetched", path);
	if (result == MDR_ABSENT && !absent)
		return fail(err, MDR_REFUSED, "%s: is missing", path);
	if (absent)
		*absent = result == MDR_ABSENT;
	return MDR_OK;
}

enum mdr_code fetch_file(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t limit, bool *absent,
			 struct mdr_error *err)
{
	struct mdr_sink sink = { .out = out, .limit = limit };
	uint64_t ask = limit < UINT64_MAX ? limit + 1 : limit; /* one more, to see a longer file */
	enum mdr_code code = call(&sink, f, path, 0, ask, absent, err);

	if (!code && sink.over)
		return fail(err, MDR_REFUSED, "%s: is longer than %" PRIu64 " bytes", path, limit);
	return code;
}

/* `of`: where the hash stands that the bytes must have. */
static enum mdr_code check_hash(const struct strbuf *found, const struct fetcher *f, const char *path,
				const uint8_t hash[SHA256_SIZE], const char *of, struct mdr_error *err)
{
	uint8_t sum[SHA256_SIZE];

	if (digest_sha256(f->digests, sum, strbuf_slice(found)))
		return fail_memory(err);
	if (memcmp(sum, hash, SHA256_SIZE) != 0)
		return fail(err, MDR_REFUSED, "%s: has another SHA-256 than %s", path, of);
	return MDR_OK;
}

enum mdr_code fetch_exact(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t length,
			  const uint8_t hash[SHA256_SIZE], struct mdr_error *err)
{
	enum mdr_code code = fetch_file(out, f, path, length, NULL, err);

	if (code)
		return code;
	if (out->n < length)
		return fail(err, MDR_REFUSED, "%s: is %zu bytes long; %" PRIu64 " are signed", path, out->n, length);
	return check_hash(out, f, path, hash, "the signed one", err);
}

enum mdr_code fetch_hashed(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t limit,
			   const uint8_t hash[SHA256_SIZE], struct mdr_error *err)
{
	enum mdr_code code = fetch_file(out, f, path, limit, NULL, err);

	return code ? code : check_hash(out, f, path, hash, "its name", err);
}

enum mdr_code fetch_part(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t offset,
			 uint64_t length, struct mdr_error *err)
{
	struct mdr_sink sink = { .out = out, .limit = length };

	return call(&sink, f, path, offset, length, NULL, err);
}
