/* base/external.h: a command of somebody's choice, for its output: run, watched and ended.
 *
 * Command    a line for /bin/sh, run in a folder of the caller's choice, in a process group of its own and with the environment of this process
 *            without the variables that are not for it. Its standard input is the message (a file: it can be read twice); what it writes to its
 *            standard output is the result; each line of its standard error goes to ours with `name: ` in front, cleaned of what would move a
 *            terminal's cursor. Where this process has a terminal the command may ask on it.
 * Limits     `limit` bytes of result and EXTERNAL_NOISE bytes of standard error; `time_ms` of time. A command that is over a limit gets SIGTERM,
 *            a second later SIGKILL, both for its whole process group; what it leaves running in its group dies with it in any case.
 * Errors     environment errors (exit 3) at `name`. The command itself is never printed: there may be a secret in it. */
#ifndef BASE_EXTERNAL_H
#define BASE_EXTERNAL_H

#include "base/diag.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define EXTERNAL_TIME_MS 60000 /* for who has no other opinion */
#define EXTERNAL_NOISE   65536
#define EXTERNAL_SLACK   4096 /* bytes that are read at once */

struct external {
	const char *command;
	const char *dir;    /* where it runs */
	const char *name;   /* the place of its messages: what it is run for */
	const char *what;   /* it itself, in messages, behind "the ": "command that signs for it" */
	const char *hidden; /* variables that begin with this are not for it; NULL: there are none */
	size_t limit;       /* bytes of its result */
	unsigned time_ms;
};

/* Appends what the command wrote; where `out` had room for `limit` + EXTERNAL_SLACK bytes before, that is left nowhere
 * else in memory. */
int external_run(struct strbuf *out, const struct external *x, struct slice message, struct diags *d) MUST_CHECK;

#endif
