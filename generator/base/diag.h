/* base/diag.h: errors and warnings, collected and printed sorted.
 *
 * Purpose    a run reports everything that is wrong, once, in a stable order, with a position in a file of the repository.
 * Returns    diag_error() and diag_environment() always return -1, so that `return diag_error(…)` is the usual line;
 *            diag_warning() returns 0.
 * Ownership  texts and paths are copied; diags_release() frees everything.
 * Threads    one diags, one thread.
 * Exit codes diags_exit(): 3 when an environment error was recorded (file, key, permission …), else 1 with errors, else 0. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdio.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"

/* A place. line and col count from 1, col in code points; line 0 is the whole file; path NULL: no file at all. */
struct srcpos {
	const char *path;
	uint32_t line, col;
};

#define SRCPOS_FILE(path_) ((struct srcpos){ (path_), 0, 0 })
#define SRCPOS_NONE        ((struct srcpos){ NULL, 0, 0 })

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
	struct srcpos at;
	enum diag_level level;
	const char *text; /* one line, no newline, UTF-8; control bytes of outside text replaced by '?' */
};

struct diags {
	struct arena mem;
	struct diag *v;
	size_t n, cap;
	size_t errors, warnings;
	bool environment;
	const char *program; /* what stands before a text without a path; NULL: "mdstatic" */
};

#define DIAGS_INIT                                                                                                     \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

enum diag_format { DIAG_TEXT, DIAG_JSON, DIAG_GITHUB };

void diags_release(struct diags *d);
void diags_add(struct diags *to, const struct diags *from); /* all of them, behind those that are there */
int diag_error(struct diags *d, struct srcpos at, const char *fmt, ...) PRINTF_LIKE(3, 4);
int diag_warning(struct diags *d, struct srcpos at, const char *fmt, ...) PRINTF_LIKE(3, 4);
int diag_environment(struct diags *d, const char *path, const char *fmt, ...) PRINTF_LIKE(3, 4); /* path may be NULL */

/* Sorts by path (byte order; no path first), line, col, level (errors first), text; drops exact repetitions. Stable and total. */
void diags_sort(struct diags *d);

/* Prints all, sorted.
 * DIAG_TEXT    `path:line:col: error: text`, `path: error: text`, `mdstatic: error: text` (no path)
 * DIAG_JSON    one array of {"path","line","col","level","message"} (absent where not known), then a newline
 * DIAG_GITHUB  `::error file=path,line=1,col=2::text` (GitHub workflow commands, their escapes applied) */
void diags_print(struct diags *d, enum diag_format format, FILE *to);
int diags_exit(const struct diags *d);

/* Appends `s` as one line of UTF-8: what could end a line, move a terminal's cursor or reorder what a reviewer reads becomes
 * `?`, and so does an invalid byte. */
void diag_clean(struct strbuf *out, struct slice s);

#endif
