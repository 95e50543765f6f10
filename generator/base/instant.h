/* base/instant.h: points in time, in whole seconds since 1970-01-01T00:00:00Z (int64_t; leap seconds do not exist).
 *
 * Text form  RFC 3339. Read: offsets allowed, `T` and `Z` also in lower case as the RFC permits, fractions of a second and a
 *            second of 60 not allowed, years 1970 to 9999 after the offset is applied. Written: always `YYYY-MM-DDTHH:MM:SSZ`.
 * Pure: no clock and no time zone is read, except by instant_now(). */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include "base/slice.h"

#define INSTANT_TEXT 21 /* bytes of the text form with its NUL */

bool instant_parse(int64_t *out, struct slice s);
void instant_format(char out[INSTANT_TEXT], int64_t t);
int64_t instant_now(void);

#endif
