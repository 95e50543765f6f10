/* publish/httpdate.h: times as HTTP and S3 write them, in seconds as base/instant.h has them.
 *
 * Pure; no locale is read. False: not of that form, and *out is untouched. */
#ifndef PUBLISH_HTTPDATE_H
#define PUBLISH_HTTPDATE_H

#include "base/slice.h"

#define RETRY_AFTER_MAX 86400 /* seconds; more is taken for this */

bool httpdate_parse(int64_t *out, struct slice s);     /* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, IMF-fixdate) */
bool httpdate_parse_iso(int64_t *out, struct slice s); /* "2026-11-21T08:00:00.123Z": the fraction is cut off */

/* Retry-After: seconds, or a date, which is one from `now` on: seconds to wait, 0..RETRY_AFTER_MAX. */
bool httpdate_retry_after(int64_t *seconds, struct slice s, int64_t now);

#endif
