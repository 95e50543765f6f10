/* sign/external.h: a command that signs: run, watched and ended.
 *
 * Command    a line for /bin/sh, run in a folder of the caller's choice, in a process group of its own and with the environment of this process
 *            without the variables of passphrases. Its standard input is the message (a file: it can be read twice); what it writes to its
 *            standard output is the result; each line of its standard error goes to ours with `name: ` in front, cleaned of what would move a
 *            terminal's cursor. Where this process has a terminal the command may ask on it.
 * Limits     EXTERNAL_OUTPUT bytes of result and EXTERNAL_NOISE bytes of standard error; `time_ms` of time. A command that is over a limit gets SIGTERM,
 *            a second later SIGKILL, both for its whole process group; what it leaves running in its group dies with it in any case.
 * Errors     environment errors (exit 3) at `name`. The command itself is never printed: there may be a secret in it. */
#ifndef SIGN_EXTERNAL_H
#define SIGN_EXTERNAL_H

#include "base/diag.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define EXTERNAL_TIME_MS 60000
#define EXTERNAL_OUTPUT  4096
#define EXTERNAL_NOISE   65536

/* Variables of the environment that begin with this hold passphrases, and no command sees them. */
#define PASSPHRASE_VARIABLE "MDSTATIC_PASSPHRASE"

struct external {
	const char *command;
	const char *dir;  /* where it runs */
	const char *name; /* what it signs for, in messages */
	unsigned time_ms;
};

/* Appends what the command wrote. */
int external_run(struct strbuf *out, const struct external *x, struct slice message, struct diags *d) MUST_CHECK;

#endif
