/* cmd/passphrase.h: passphrases of key files, from the environment, else from the person at the terminal.
 *
 * Variables  MDSTATIC_PASSPHRASE_<ROLE> (ROOT, TARGETS, SNAPSHOT, TIMESTAMP, OBJECTS, H5), else MDSTATIC_PASSPHRASE; an empty one counts as absent.
 *            passphrase_open() takes them all out of the environment, and overwrites them there: neither a child nor /proc shows them.
 * Terminal   /dev/tty, without echo, which a signal that ends or stops the program puts back first. Where there is none, the error names the variables.
 * Secrets    what is kept is overwritten by passphrase_close(). passphrase_open() calls secrecy_guard(): a command opens this before it reads a key. */
#ifndef CMD_PASSPHRASE_H
#define CMD_PASSPHRASE_H

#include "sign/keys.h"

#define PASSPHRASE_VARIABLES 7

struct passphrase_source {
	struct passphrases keys;            /* for keys_load() and the like */
	struct passphrases fresh;           /* for keys_make(): MDSTATIC_PASSPHRASE, or asked for twice */
	char *values[PASSPHRASE_VARIABLES]; /* NULL: not given */
};

#define PASSPHRASE_SOURCE_INIT                                                                                         \
	{                                                                                                              \
		.values = { NULL }                                                                                     \
	}

/* *out must stay where it is until it is closed. */
void passphrase_open(struct passphrase_source *out);
void passphrase_close(struct passphrase_source *p);

#endif
