/* base/text.h: small questions about text.
 *
 * All functions are pure and look at ASCII or UTF-8 only; no locale is read. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/strbuf.h"

bool text_is_utf8(struct slice s); /* RFC 3629: no overlong form, no surrogate, at most U+10FFFF; NUL allowed */
/* The code point that `s` begins with: its length in bytes (1 to 4), or 0 where none does (empty, or invalid). */
size_t text_next(uint32_t *codepoint, struct slice s);
void text_put(struct strbuf *out, uint32_t codepoint); /* appends it as UTF-8; at most U+10FFFF */
/* Appends what UTF-16 units mean as UTF-8; false, and `out` may have grown, on half a surrogate pair or half a unit. */
bool text_put_utf16(struct strbuf *out, struct slice units, bool big_endian);
size_t text_codepoints(struct slice s); /* of valid UTF-8; an invalid byte counts as one */

/* `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`: ids, folder and list names of definitions. */
bool text_is_name(struct slice s);

/* A byte that stands in the path of a URL as it is (RFC 3986, `pchar` and `/`), and so in the names of files that pages refer to. */
bool text_is_url_path_byte(char c);

/* Looks like a mainland mobile number (11 digits from 13 to 19), any number with a + and a country, or an e-mail address. */
bool text_is_personal(struct slice s);

/* ASCII letters to lower case, into `a`. Bytes above 0x7f stay. */
struct slice text_fold(struct arena *a, struct slice s);

/* The candidate nearest to `word` (optimal string alignment distance, case counted half), or the empty slice when none is
 * near enough to be what somebody meant: distance at most max(1, len/3) and less than the word's length, or another case
 * alone. Ties: the first.
 * Nothing longer than TEXT_NEAREST_MAX bytes is compared, so that the work for one pair is bounded. */
#define TEXT_NEAREST_MAX 64
struct slice text_nearest(struct slice word, const struct slice *candidates, size_t n);

/* Decimal digits only, without sign; false on anything else, on an empty slice and on more than UINT64_MAX. */
bool text_uint(uint64_t *out, struct slice s);

/* `digits(.digits)?` scaled by 10^decimals as an exact integer: ("12.5", 3) gives 12500. False on any other form (sign,
 * exponent, bare dot), on more decimals than asked for unless they are zeros, and on overflow. */
bool text_decimal(uint64_t *out, struct slice s, unsigned decimals);

bool text_hex(uint8_t *out, size_t n, struct slice s);     /* exactly 2n lower-case hex digits */
bool text_hex_any(uint8_t *out, size_t n, struct slice s); /* the same, in letters of any case */

/* For messages, in the arena: the text in quotes, cut when long; `; did you mean "word"?`, or "" for an empty word. */
const char *quote(struct arena *a, struct slice s);
const char *hint(struct arena *a, struct slice word);

#endif
