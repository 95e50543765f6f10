/* cmd/lines.h: lines of a stream, one after the other, in bounded memory.
 *
 * A line ends in a line break, which is not part of it; the last one may lack it. A line longer than LINES_MAX is given
 * empty, with `too_long`, and passed over.
 * Ownership  a line is valid until the next call. */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include "base/attr.h"
#include "base/slice.h"

#define LINES_MAX ((size_t)1 << 20) /* bytes */

struct lines {
	int fd;
	char *buffer;
	size_t start, end; /* of what was read and not given out yet */
	bool at_end;
	uint64_t number; /* of the line given last, from 1 */
	bool too_long;
};

int lines_open(struct lines *l, int fd) MUST_CHECK; /* -1: memory. `fd` stays the caller's */
void lines_close(struct lines *l);
/* 1: *line is filled; 0: there are no more; -1: the stream cannot be read (errno). */
int lines_next(struct lines *l, struct slice *line) MUST_CHECK;

#endif
