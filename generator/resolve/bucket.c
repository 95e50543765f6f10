#include "resolve/bucket.h"

#include <string.h>

#define SHORT_INPUT 256 /* salt and id together: hashed from one buffer, which is quicker than in two steps */

struct bound bound_of_percent(uint32_t thousandths)
{
	return bound_of_limit(NULL, thousandths);
}

/* In digits of 32 bits, because 32-bit devices have no integers of 128. */
struct bound bound_of_limit(const uint64_t *limit, uint32_t thousandths)
{
	uint64_t high = limit ? (*limit >> 32) * thousandths : 0, low = limit ? (*limit & UINT32_MAX) * thousandths : 0;
	uint64_t middle = high + (low >> 32), top = limit ? middle >> 32 : thousandths;
	uint64_t second = top % SHARE_WHOLE << 32 | (middle & UINT32_MAX);
	uint64_t third = second % SHARE_WHOLE << 32 | (low & UINT32_MAX);

	if (top >= SHARE_WHOLE)
		return (struct bound){ true, 0 };
	return (struct bound){ false, second / SHARE_WHOLE << 32 | third / SHARE_WHOLE };
}

/* Between two points, at which a <= at < b: floor of the line, which may fall. Times are below 2^38 and shares below 2^17. */
static uint32_t between(const struct mf_ramp *a, const struct mf_ramp *b, int64_t at)
{
	uint64_t span = (uint64_t)(b->at - a->at), gone = (uint64_t)(at - a->at);

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
