/* base/jsonstring.h: string literals of JSON texts, read where they stand.
 *
 * Input  any bytes; only what RFC 8259 calls a string is one: valid UTF-8, no raw control characters, no half
 *        surrogate pair.
 * Pure   nothing is kept; text that has to be made lies in the caller's strbuf. */
#ifndef BASE_JSONSTRING_H
#define BASE_JSONSTRING_H

#include "base/slice.h"
#include "base/strbuf.h"

/* The string that `text` begins with: its bytes, quotes included; 0 where there is none. */
size_t jsonstring_scan(struct slice text);

/* What a string of a scanned text means. `inside` is what stands between its quotes. Borrowed from the text where it
 * has no escape, else from `room` (then until that changes). */
struct slice jsonstring_meaning(struct strbuf *room, struct slice inside);

#endif
