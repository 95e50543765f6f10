#include "publish/etag.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MIB       (UINT64_C(1) << 20)
#define PARTS_MAX UINT64_C(10000) /* of one object, by the API of S3 */
#define DIGITS    (2 * (size_t)MD5_SIZE)

uint64_t part_size(uint64_t length)
{
	uint64_t needed = length / PARTS_MAX + (length % PARTS_MAX != 0), rounded = (needed + MIB - 1) / MIB * MIB;

	return rounded > 16 * MIB ? rounded : 16 * MIB;
}

/* The MD5 of the MD5s of the parts. */
static int parts_md5(uint8_t out[MD5_SIZE], struct slice bytes, uint64_t size, uint64_t n, struct digests *dg)
{
	uint8_t(*sums)[MD5_SIZE] = calloc(n, sizeof(*sums));
	int bad = !sums;

	for (uint64_t i = 0; i < n && !bad; i++)
		bad = digest_md5(dg, sums[i], slice_sub(bytes, (size_t)(i * size), (size_t)size));
	bad = bad || digest_md5(dg, out, slice_bytes(sums, (size_t)n * sizeof(*sums)));
	free(sums);
	return bad ? -1 : 0;
}

int etag_compare(enum etag_verdict *out, struct slice etag, struct slice bytes, struct digests *dg)
{
	uint64_t size = part_size(bytes.n), n = bytes.n ? (bytes.n + size - 1) / size : 1, named = 0;
	uint8_t said[MD5_SIZE], made[MD5_SIZE];
	bool parts = etag.n > DIGITS && etag.p[DIGITS] == '-';

	*out = ETAG_SAYS_NOTHING;
	if (!text_hex_any(said, MD5_SIZE, parts ? slice_sub(etag, 0, DIGITS) : etag))
		return 0;
	if (parts && (!text_uint(&named, slice_from(etag, DIGITS + 1)) || named != n))
		return 0;
	if (parts ? parts_md5(made, bytes, size, n, dg) : digest_md5(dg, made, bytes))
		return -1;
	*out = memcmp(said, made, MD5_SIZE) == 0 ? ETAG_SAME : ETAG_DIFFERS;
	return 0;
}
