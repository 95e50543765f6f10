/* base/span.h: lengths of time in words, for people. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include "base/slice.h"

#define SPAN_TEXT 48

/* Without its sign: "121 days", "6 days 23 hours", "5 minutes". Rounded down; below ten of the largest unit the next one follows. */
void span_format(char out[SPAN_TEXT], int64_t seconds);

/* What options say: a whole number and its unit, "90s" "15m" "12h" "30d"; "0" needs none. At most SPAN_MAX. */
#define SPAN_MAX (INT64_C(36500) * 86400)
bool span_parse(int64_t *seconds, struct slice s);

#endif
