#include "publish/retry.h"

#define ONE 256 /* pace.allowed counts in this part */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t retry_delay(uint64_t *random, uint32_t first_ms, unsigned attempts, int64_t retry_after)
{
	uint64_t window = first_ms;
	uint32_t delay;

	for (unsigned i = 1; i < attempts && window < RETRY_MOST_MS; i++)
		window *= 2;
	if (window > RETRY_MOST_MS)
		window = RETRY_MOST_MS;
	delay = (uint32_t)(next_random(random) % (window + 1));
	if (retry_after > RETRY_AFTER_MOST_S)
		retry_after = RETRY_AFTER_MOST_S;
	if (retry_after > 0)
		delay += (uint32_t)retry_after * 1000;
	return delay;
}

void pace_init(struct pace *p, unsigned most)
{
	p->most = most > 0 ? most : 1;
	p->allowed = p->most * ONE;
	p->cut = INT64_MIN;
}

unsigned pace_allows(const struct pace *p)
{
	return p->allowed / ONE;
}

void pace_complaint(struct pace *p, int64_t now, int64_t started)
{
	if (started < p->cut)
		return;
	p->cut = now;
	p->allowed = p->allowed / 2 > ONE ? p->allowed / 2 : ONE;
}

void pace_good(struct pace *p)
{
	p->allowed += (ONE + pace_allows(p) - 1) / pace_allows(p);
	if (p->allowed > p->most * ONE)
		p->allowed = p->most * ONE;
}
