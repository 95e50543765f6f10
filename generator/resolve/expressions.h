/* resolve/expressions.h: is an id on a whitelist of regular expressions? (schemas/FORMAT.md section 6.1)
 *
 * Matching   pcre2_dfa_match(): all branches are followed at once, so that no pattern is exponential, the whole id, UTF-8, "."
 *            is any code point. A list is compiled when it is asked for the first time, and kept.
 * Bounds     time and memory of a match are bounded whatever the pattern and the id: see MATCH_WORK. A match that is given up
 *            is no match.
 * Memory     what is compiled lives in the arena, and obeys its limit; a matcher has a workspace of MATCH_ROOM ints.
 * Threads    one matcher, one thread. */
#ifndef RESOLVE_EXPRESSIONS_H
#define RESOLVE_EXPRESSIONS_H

#include "base/arena.h"
#include "format/manifest.h"
#include "resolve/verdict.h"

/* PCRE2 keeps the branches that it follows in a workspace; a byte of the id costs up to (workspace / 6)² steps. So longer ids
 * get a smaller workspace: ints² × bytes <= MATCH_WORK, which is some 0.1 s. 64 bytes get 10,000 ints (1,600 branches), 1 KiB
 * 2,600 (440), 1 MiB 80 (13). */
#define MATCH_WORK (UINT64_C(1) << 33)
#define MATCH_ROOM 32768 /* ints; for ids up to 8 bytes */

struct matcher;                       /* what matching needs beside patterns: one for a client */
void matcher_free(struct matcher *m); /* NULL is fine */

struct expressions {         /* of one list; zeros at first */
	void **codes;        /* one for each pattern: NULL where PCRE2 takes it for none. NULL: not compiled yet */
	uint64_t device;     /* number of the device that asked last (from 1) */
	enum listed verdict; /* what it was told */
};

/* LISTED_UNKNOWN: a pattern was not taken by PCRE2 (and no other matched), or memory ended. *matcher is made when it is needed first.
 * `device` is another number for each device, and not 0. */
enum listed expressions_look_up(struct expressions *e, struct arena *a, struct matcher **matcher,
				const struct mf_whitelist *list, struct slice id, uint64_t device) MUST_CHECK;

#endif
