/* base/embedded.h: files of templates/ that are part of the program, put there by templates/embed when it is built. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *path; /* relative to the embedded folder */
	const unsigned char *data;
	size_t n;
};

#endif
