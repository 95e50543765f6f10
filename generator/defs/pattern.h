/* defs/pattern.h: the regular expressions of a whitelist: the subset that means the same on every platform.
 *
 * Grammar    FORMAT.md section 6.1, over code points of valid UTF-8. Everything else is refused, with what to write
 *            instead.
 * Escapes    those of characters that stand for themselves anyway (`\@`) are dropped: ECMAScript takes no others
 *            than it needs.
 * Size       PCRE2 compiles what the grammar accepts: some of it is too large for it, `((a{255}){255}){255}` for
 *            one.
 * Cost       linear in the pattern, but for PCRE2's compiler, which stops at its own limits.
 * Ownership  what is handed out lives in the arena, or is static. Nothing is recorded and nothing is kept. */
#ifndef DEFS_PATTERN_H
#define DEFS_PATTERN_H

#include "base/arena.h"
#include "base/slice.h"

#define PATTERN_MAX 4096 /* bytes */

struct pattern_fault {
	size_t offset;   /* in bytes: of the first thing that is wrong; at most the pattern's length */
	const char *why; /* one line: what it is, and what to write instead */
};

/* `text` is valid UTF-8 and not empty. True: *out is the pattern, as it goes to devices. False: *fault says where it
 * stops being one. */
bool pattern_read(struct slice *out, struct pattern_fault *fault, struct slice text, struct arena *a);

#endif
