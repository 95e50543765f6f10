/* report/columns.h: rows of text in columns, for people.
 *
 * Width      what a terminal shows: East Asian wide characters and emoji take two columns, combining marks none (Unicode's
 *            EastAsianWidth, in ranges). The last column is as wide as its text; no line ends in spaces.
 * Cells      one line each: control characters and what would reorder text print as `?`. A column's cell that is wider than
 *            its limit is cut and ends in `…`.
 * Ownership  cells are copied into its arena. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define COLUMNS_MAX 8

struct columns {
	struct arena mem;
	const char *const *heads; /* borrowed */
	size_t ncolumns;
	size_t limit[COLUMNS_MAX]; /* widest cell; 0: no limit */
	struct slice *cells;       /* row by row */
	size_t n, cap;
};

/* `heads`: the titles of the columns, at most COLUMNS_MAX. */
void columns_init(struct columns *t, const char *const *heads, size_t ncolumns);
void columns_release(struct columns *t);
/* The next cell, row by row; whole rows are added. */
void columns_cell(struct columns *t, struct slice text);
void columns_cells(struct columns *t, const char *text); /* of a C string; NULL: empty */
size_t columns_rows(const struct columns *t);
void columns_print(struct strbuf *out, const struct columns *t); /* with the heads; nothing where there is no row */

/* How many columns of a terminal valid UTF-8 takes. */
size_t columns_width(struct slice s);

#endif
