/* base/cmd.h: programs made of commands. Dispatch, usage, --help and the README's tables all come from one table each.
 *
 * A command is one file that defines one `const struct command`; the program's table lists them. Its run() gets arguments that
 * are already checked against the table: names known, values present, required ones given, number of positionals right.
 * Exit codes of run(): enum cmd_exit. */
#ifndef BASE_CMD_H
#define BASE_CMD_H

#include <stdio.h>

#include "base/attr.h"
#include "base/diag.h"

enum cmd_exit { EXIT_DONE = 0, EXIT_BAD = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3, EXIT_RACE = 4 };

struct cmd_option {
	const char *name;  /* without the dashes */
	const char *value; /* what stands for the value in usage ("REV"); NULL: a flag */
	const char *help;
	bool required;
	bool many; /* may be repeated */
};

struct cmd_args;

struct command {
	const char *name;       /* one or two words: "check", "keys new"; "": what the program does without one */
	const char *positional; /* as in usage: "REPO" or "" */
	size_t min_positional, max_positional;
	const char *summary;              /* one line */
	const struct cmd_option *options; /* ends with a name of NULL; --help is added to all */
	int (*run)(const struct cmd_args *args);
};

struct program {
	const char *name;                      /* "mdstatic" */
	const char *summary;                   /* one line */
	const struct command *const *commands; /* in the order of the README; one whose name is "" stands first */
	size_t n;
};

/* Arguments of one call. Values are borrowed from argv. */
struct cmd_args {
	const struct program *program;
	const struct command *command;
	const char **positional;
	size_t npositional;
	const char **names, **values; /* options as given, in order; a flag has the value "" */
	size_t noptions;
};

const char *cmd_value(const struct cmd_args *a, const char *option); /* the last one given, or NULL */
bool cmd_flag(const struct cmd_args *a, const char *option);
size_t cmd_values(const struct cmd_args *a, const char *option, const char **out, size_t max); /* all, in order */

/* "PROGRAM COMMAND: text" and the usage line on stderr; always EXIT_USAGE. */
int cmd_usage(const struct cmd_args *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --now, --at and the like: 0, or EXIT_USAGE with a message. Absent: the clock. */
int cmd_time(int64_t *out, const struct cmd_args *a, const char *option);

/* --jobs N (1..64): 0, or EXIT_USAGE with a message. Absent: one for each processor. */
int cmd_jobs(unsigned *out, const struct cmd_args *a);

/* --format text|json|github, or --json: 0, or EXIT_USAGE with a message. */
int cmd_diag_format(enum diag_format *out, const struct cmd_args *a);

/* Flushes stdout and checks that everything was written: `code`, or EXIT_ENVIRONMENT with a message. */
int cmd_finish(const struct cmd_args *a, int code);

/* Progress lines on stderr, only when that is a terminal. */
void cmd_progress(const char *fmt, ...) PRINTF_LIKE(1, 2);
void cmd_progress_end(void);

int cmd_main(const struct program *p, int argc, char **argv);

#endif
