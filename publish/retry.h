/* publish/retry.h: when to try again, and how many at a time.
 *
 * Delays     exponential with full jitter: anything from 0 to first × 2^(attempts - 1) milliseconds, at most RETRY_MOST_MS; where the
 *            server says how long (Retry-After), that long, at most RETRY_AFTER_MOST_S, and the jitter on top.
 * Pace       additive increase, multiplicative decrease: a complaint (429, 503) halves the number of requests side by side, but only if
 *            it is about one that was sent since the last time; as many good answers as requests side by side give one more.
 * Pure: the clock and the random numbers are the caller's. */
#ifndef PUBLISH_RETRY_H
#define PUBLISH_RETRY_H

#include <stdint.h>

#define RETRY_FIRST_MS     100
#define RETRY_MOST_MS      20000
#define RETRY_AFTER_MOST_S 60
#define RETRY_ATTEMPTS     10

/* `attempts`: made so far, from 1. `retry_after` in seconds; negative: not said. `random`: the state of a generator, any number at first. */
uint32_t retry_delay(uint64_t *random, uint32_t first_ms, unsigned attempts, int64_t retry_after);

struct pace {
	unsigned most;
	uint32_t allowed; /* side by side now, in 1/256 */
	int64_t cut;      /* when it was halved last */
};
void pace_init(struct pace *p, unsigned most); /* at least 1 */
unsigned pace_allows(const struct pace *p);    /* 1..most */
void pace_complaint(struct pace *p, int64_t now, int64_t started);
void pace_good(struct pace *p);

#endif
