/* cmd/rolestate.h: how each role of a published app stands, for `mdstatic status`.
 *
 * Roles      root, targets, objects (all its files as one: the nearest expiry, the range of versions), snapshot,
 *            timestamp.
 * Ownership  states point into the chain, the metadata and the settings. */
#ifndef CMD_ROLESTATE_H
#define CMD_ROLESTATE_H

#include "emit/metadata.h"
#include "sign/settings.h"

enum role_due {
	ROLE_GOOD,
	ROLE_DUE,      /* less than `resign` is left */
	ROLE_REPLACED, /* signed by keys that the newest root no longer names, or by too few: devices refuse it */
	ROLE_EXPIRED
};

struct role_state {
	enum key_role role;
	size_t files;
	uint64_t lowest, highest;    /* versions */
	const struct tuf_file *file; /* the one that expires first */
	const struct role_keys *keys;
	const struct key_table *table;
	enum role_due due;
};

/* Those of one app, in the order above: KEYS_ROLES of them, fewer where there are no objects. The number. */
size_t role_states(struct role_state out[KEYS_ROLES], const struct tuf_chain *chain, const struct metadata *m,
		   const struct settings *settings, int64_t now);

const char *role_due_word(enum role_due due); /* "good" "due" "replaced keys" "expired" */
bool role_signed_by(const struct role_state *s, const uint8_t keyid[SHA256_SIZE]);

#endif
