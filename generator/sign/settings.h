/* sign/settings.h: KEYDIR/trust.ini: who signs for which role, for how long, and how many must.
 *
 * Format     the rules of base/inifile.h. A section for each role: [root] [targets] [snapshot] [timestamp] [objects], all of them and the file
 *            itself optional. Keys of a section:
 *              key1 … key9     a PEM file in this folder, or below it, or an absolute path: a private key, or a public one that only counts
 *                              when a root is made, or belongs to the exec of the same number. Default: key1 = <role>.pem, where the section
 *                              names no key. One file stands once in a section.
 *              exec1 … exec9   a command of /bin/sh that signs for the key of the same number, which must be written, and public: it is run in
 *                              KEYDIR, gets the payload on its standard input and writes the signature on its standard output: raw bytes, or
 *                              hex or base64 (base/external.h). A line holds 190 bytes, and ` ;` begins a comment: what is longer is a script.
 *              threshold       how many of the keys must sign, 1 to the number of keys, default 1: what `keys root` writes into a root. (What
 *                              counts when something is signed is what the root says.)
 *              expires         days that a new file is good for: 1 to 3650
 *              resign          days: a file with fewer left is signed again, also when nothing else changed; 1 or more, and below `expires`
 *              minimum         days: nothing is written that has a file with fewer left; at most `resign`; 0: whatever is not expired
 *            objects has no keys of its own by default: the keys of targets sign for it, with their threshold.
 * Defaults   root 365 / 121⅔ / 1, targets and objects 365 / 121⅔ / 1, snapshot 30 / 10 / 1, timestamp 7 / 2⅓ / 0. Where only `expires` is written,
 *            `resign` is a third of it, to the second; where `minimum` is not written it is never above `resign`.
 * Safety     a folder or a trust.ini that group or others can write is refused: who writes there says what is run here.
 *            A link in its place that leads nowhere is an error, and not the defaults. The command of an exec is never printed.
 * Errors     located errors in trust.ini (exit 1); a file that cannot be read, or that others can write: exit 3.
 * Ownership  everything lives in the caller's arena. */
#ifndef SIGN_SETTINGS_H
#define SIGN_SETTINGS_H

#include "base/diag.h"
#include "format/tuf.h"

#define SETTINGS_NAME "trust.ini"
#define ROLE_KEYS_MAX 9

/* The roles of enum tuf_type, and the delegated ones that list objects. */
enum key_role { KEYS_ROOT, KEYS_TARGETS, KEYS_SNAPSHOT, KEYS_TIMESTAMP, KEYS_OBJECTS, KEYS_ROLES };

struct key_source {
	const char *path; /* of the PEM; absolute, or KEYDIR/…; NULL: there is none of this number */
	const char *exec; /* NULL: none */
};

struct role_settings {
	struct key_source keys[ROLE_KEYS_MAX]; /* by number, with gaps */
	bool named;                            /* the section names keys */
	uint32_t threshold;
	int64_t expires, resign, minimum; /* seconds */
};

struct settings {
	const char *dir;  /* KEYDIR */
	const char *path; /* of trust.ini, for messages; also where it is not there */
	struct role_settings roles[KEYS_ROLES];
};

const char *key_role_name(enum key_role r); /* "root" "targets" "snapshot" "timestamp" "objects" */

/* Periods and thresholds where nothing is set; no folder, no keys. */
void settings_default(struct settings *out);
int settings_load(struct settings *out, struct arena *a, const char *dir, struct diags *d) MUST_CHECK;

#endif
