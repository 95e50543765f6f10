/* options.h: the command line of the program. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define EXIT_DONE        0
#define EXIT_BAD         1 /* the tree is refused, or the device is none */
#define EXIT_USAGE       2
#define EXIT_ENVIRONMENT 3 /* unreachable, or the machine failed */

#define WORDS_MAX 4

struct options {
	const char *url, *root, *state, *device;
	const char *app;              /* of --app, or the last part of the URL's path */
	const char *base;             /* NULL: none */
	const char *words[WORDS_MAX]; /* the command with its arguments */
	int nwords;
	int64_t now, at; /* `at` may be MDR_NO_TIME */
	long patience;   /* seconds */
	bool dev, force, json, verbose, help;

	char app_text[256];
};

/* EXIT_DONE, or EXIT_USAGE with a line on standard error. Looks into argv. */
int options_read(struct options *o, int argc, char **argv);
/* One line on standard error; EXIT_USAGE. */
int options_refuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
