#include "cmd/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *l, int fd)
{
	*l = (struct lines){ .fd = fd, .buffer = malloc(LINES_MAX + 1) };
	return l->buffer ? 0 : -1;
}

void lines_close(struct lines *l)
{
	free(l->buffer);
	l->buffer = NULL;
}

/* Reads more behind what is there; room was made before. -1: error. */
static int fill(struct lines *l)
{
	ssize_t got;

	if (l->start > 0) {
		memmove(l->buffer, l->buffer + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	do {
		got = read(l->fd, l->buffer + l->end, LINES_MAX + 1 - l->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	l->at_end = got == 0;
	l->end += (size_t)got;
	return 0;
}

static int give(struct lines *l, struct slice *line, size_t n, size_t taken)
{
	*line = l->too_long ? (struct slice){ l->buffer, 0 } : (struct slice){ l->buffer + l->start, n };
	l->start += taken;
	l->number++;
	return 1;
}

int lines_next(struct lines *l, struct slice *line)
{
	size_t seen = 0; /* bytes of this line that hold no line break */

	l->too_long = false;
	for (;;) {
		size_t n = l->end - l->start;
		const char *stop = n > seen ? memchr(l->buffer + l->start + seen, '\n', n - seen) : NULL;

		if (stop) {
			n = (size_t)(stop - l->buffer) - l->start;
			return give(l, line, n, n + 1);
		}
		if (l->at_end)
			return n > 0 || l->too_long ? give(l, line, n, n) : 0;
		seen = n;
		if (n > LINES_MAX) { /* keep nothing of it but that it is there */
			l->too_long = true;
			l->start = l->end = 0;
			seen = 0;
		}
		if (fill(l))
			return -1;
	}
}
