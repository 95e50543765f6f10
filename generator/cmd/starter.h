/* cmd/starter.h: the files of templates/starter, embedded in the program by templates/embed when it is built. */
#ifndef CMD_STARTER_H
#define CMD_STARTER_H

#include <stddef.h>

struct starter_file {
	const char *path; /* relative to the new repository */
	const unsigned char *data;
	size_t n;
};

extern const struct starter_file starter_files[];
extern const size_t nstarter_files;

#endif
