#include "resolve/bucket.h"

#include <string.h>

#define SHORT_INPUT 256 /* salt and id together: hashed from one buffer, which is quicker than in two steps */

static struct bound bound_from(unsigned __int128 below)
{
	bool everybody = below >> 64 != 0;

	return (struct bound){ everybody, everybody ? 0 : (uint64_t)below };
}

struct bound bound_of_percent(uint32_t thousandths)
{
	return bound_of_limit(NULL, thousandths);
}

struct bound bound_of_limit(const uint64_t *limit, uint32_t thousandths)
{
	unsigned __int128 whole = limit ? *limit : (unsigned __int128)1 << 64;

	return bound_from(whole * thousandths / SHARE_WHOLE);
}

/* Between two points: floor of the line, which may fall. */
static uint32_t between(const struct mf_ramp *a, const struct mf_ramp *b, int64_t at)
{
	__int128 span = (__int128)b->at - a->at, gone = (__int128)at - a->at;

	if (span <= 0)
		return b->thousandths;
	return (uint32_t)((a->thousandths * (span - gone) + b->thousandths * gone) / span);
}

uint32_t ramp_value(const struct mf_ramp *ramp, size_t n, int64_t at)
{
	size_t next = 0;

	while (next < n && ramp[next].at <= at)
		next++;
	if (next == 0)
		return 0;
	return next == n ? ramp[n - 1].thousandths : between(&ramp[next - 1], &ramp[next], at);
}

int bucket_of(uint64_t *out, struct digests *d, struct slice salt, struct slice id)
{
	uint8_t hash[SHA256_SIZE];
	char both[SHORT_INPUT];
	int failed;

	if (salt.n <= sizeof(both) && id.n <= sizeof(both) - salt.n) {
		memcpy(both, salt.p, salt.n);
		memcpy(both + salt.n, id.p, id.n);
		failed = digest_sha256(d, hash, slice_bytes(both, salt.n + id.n));
	} else {
		failed = digest_sha256_3(d, hash, salt, id, (struct slice){ NULL, 0 });
	}
	if (!failed)
		*out = digest_head64(hash);
	return failed;
}

bool bucket_within(uint64_t bucket, struct bound b)
{
	return b.everybody || bucket < b.below;
}
