/* base/span.h: lengths of time in words, for people. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdint.h>

#define SPAN_TEXT 48

/* Without its sign: "121 days", "6 days 23 hours", "5 minutes". Rounded down; below ten of the largest unit the next one follows. */
void span_format(char out[SPAN_TEXT], int64_t seconds);

#endif
