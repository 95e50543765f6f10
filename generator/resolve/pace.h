/* resolve/pace.h: when a service asks the tree again.
 *
 * Due        an interval after the last answer; at once where there was none, where the device has other attributes than it had then,
 *            and where the clock was set back behind that time. After a failure not before a pause: PACE_PAUSE seconds, doubled by each
 *            further failure in a row, at most the interval (and never less than PACE_PAUSE); it ends at once for other attributes.
 * Kept       time and device of the last answer, as members "asked" and "device" of the service's record. Failures are forgotten with the
 *            client.
 * Pure, but for pace_device(). */
#ifndef RESOLVE_PACE_H
#define RESOLVE_PACE_H

#include <jansson.h>

#include "base/digest.h"
#include "resolve/fail.h"

#define PACE_PAUSE 60

struct pace {                    /* zeros: never asked */
	bool asked;              /* there was an answer */
	int64_t at;              /* when */
	char device[SHA256_HEX]; /* whose it is: pace_device() */
	unsigned failures;       /* since then, in a row */
	int64_t failed;          /* when the last one was */
	char tried[SHA256_HEX];  /* whose it was */
};

bool pace_due(const struct pace *p, int64_t now, int64_t interval, const char *device);
/* When it is due for the device of the last answer, if the clock is not set back; 0: at once. */
int64_t pace_next(const struct pace *p, int64_t interval);

void pace_answered(struct pace *p, int64_t now, const char *device);
void pace_failed(struct pace *p, int64_t now, const char *device);
/* An answer that may be another one soon: the next one is due after the pause. */
void pace_incomplete(struct pace *p, int64_t now, const char *device);

/* Takes the last answer's time and device from a record, where there are any. Failures stay. */
void pace_load(struct pace *p, const json_t *record);
int pace_store(json_t *record, const struct pace *p) MUST_CHECK; /* -1: memory */

/* A hash of everything that the device says of itself, in any order. -1: memory. */
int pace_device(char out[SHA256_HEX], struct digests *dg, const struct mdr_device *device) MUST_CHECK;

#endif
