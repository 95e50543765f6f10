#include "cmd/describe.h"

#include "format/delta.h"

int describe_delta(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct delta_header h;

	(void)zip;
	if (delta_decode(&h, in->bytes, why))
		return -1;
	if (in->bytes.n - DELTA_HEADER != h.body_size) {
		*why = in->bytes.n - DELTA_HEADER < h.body_size ? "it is cut off" : "bytes follow its end";
		return -1;
	}
	say_text(facts, "method", h.method == DELTA_ZSTD ? SLICE("zstd") : SLICE("unknown"));
	say_text(facts, "baseForm", h.form == DELTA_TAR ? SLICE("tar") : SLICE("file"));
	say_uint(facts, "baseSize", h.base_size);
	say_hex(facts, "baseSha256", h.base, SHA256_SIZE);
	say_uint(facts, "resultSize", h.result_size);
	say_hex(facts, "resultSha256", h.result, SHA256_SIZE);
	say_uint(facts, "memory", delta_need(&h));
	return 0;
}
