/* resolve/bucket.h: percentages and user counts without a server (schemas/FORMAT.md, section 4).
 *
 * A device's bucket is 64 bits of a hash; a share of the devices is those whose bucket lies below a bound. All in integers,
 * exact: every library that follows the format puts a device on the same side. Pure. */
#ifndef RESOLVE_BUCKET_H
#define RESOLVE_BUCKET_H

#include "base/digest.h"
#include "format/manifest.h"

#define SHARE_WHOLE 100000u /* thousandths of a percent */

struct bound {
	bool everybody; /* 2^64, which `below` cannot hold */
	uint64_t below;
};

struct bound bound_of_percent(uint32_t thousandths); /* floor(t * 2^64 / 100000) */
/* floor(limit * thousandths / 100000); `limit` NULL: 2^64. */
struct bound bound_of_limit(const uint64_t *limit, uint32_t thousandths);
/* A ramp's value: 0 before the first point, floor of the line between points, the last one's afterwards. */
uint32_t ramp_value(const struct mf_ramp *ramp, size_t n, int64_t at);

/* `salt` ends in its zero byte. -1: libcrypto failed. */
int bucket_of(uint64_t *out, struct digests *d, struct slice salt, struct slice id) MUST_CHECK;
bool bucket_within(uint64_t bucket, struct bound b);

#endif
