/* base/inifile.h: app.ini, whitelists/<name>.ini and trust.ini, on top of inih, whose silences are made errors.
 *
 * Format     `[section]`, `key = value` (or `key: value`), `;` or `#` at the start of a line and ` ;` behind a value begin a
 *            comment. Each section and each key at most once. A line holds at most INIFILE_LINE bytes, begins at its first
 *            column, is UTF-8 without control characters; no BOM. A value is never empty: who has none leaves the line out.
 * inih       would cut a longer line and read its tail as a key, join an indented line to the value above, accept `[a] junk`,
 *            a BOM and repeated keys, and cut sections and keys at 49 bytes. It therefore sees one checked line at a time.
 * Places     path:line:1. A missing key is placed at its section, a missing section at the whole file.
 * Errors     recorded in `d`, all of them; a key with an error counts as present. Getters report only what is there.
 * Ownership  values are copies in the arena. Threads: one inifile, one thread. */
#ifndef BASE_INIFILE_H
#define BASE_INIFILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/origin.h"

#define INIFILE_LINE 190 /* bytes, without the line break: what inih takes whole, rounded down */

struct ini_key {
	const char *section, *name; /* keys of one section stand together */
};

struct ini_value {
	struct slice text;     /* empty: absent, or refused */
	uint32_t line;         /* 0: absent */
	uint32_t section_line; /* of the key's section; 0: absent */
};

struct inifile {
	struct origin origin;
	const struct ini_key *keys;
	struct ini_value *values; /* one for each key */
	size_t n;
	struct arena *a;
	struct diags *d;
};

void inifile_read(struct inifile *out, struct arena *a, struct diags *d, struct origin origin,
		  const struct ini_key *keys, size_t n);

struct srcpos inifile_pos(const struct inifile *f, size_t key);
bool inifile_has(const struct inifile *f, size_t key);

/* Records `<key> "<value>" <what is wrong>` at the key's line. Always false, for `return`. */
bool inifile_error(const struct inifile *f, size_t key, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Records that a required key is missing, unless it is there. */
void inifile_require(const struct inifile *f, size_t key);

/* Getters: true and *out set when the key is there and good; else *out is untouched. */
bool inifile_text(struct slice *out, const struct inifile *f, size_t key);
bool inifile_bool(bool *out, const struct inifile *f, size_t key);
bool inifile_uint(uint64_t *out, const struct inifile *f, size_t key, uint64_t min, uint64_t max);
/* A rate of false positives, 1e-12 to 0.0001: decimal, at most 15 decimals, maybe written with a negative exponent; handed out
 * as a text without one. */
bool inifile_fpr(struct slice *out, const struct inifile *f, size_t key);

#endif
