/* sign/rolefile.h: one file of a role on its way: kept as it was, or made anew and signed. For the sources of this
 * folder.
 *
 * Kept       a file that says what it said before keeps its bytes while it has more than the settings' `resign` left
 *            and all its signatures are by keys that its role names, at least the threshold of them: so signatures
 *            that differ each time (ECDSA, PSS) stay too.
 * Signed     by all keys at hand that the role names. A file of targets or objects that waits in a pending folder and
 *            says the same brings its signatures and its expiry; only keys that have not signed it yet do. */
#ifndef SIGN_ROLEFILE_H
#define SIGN_ROLEFILE_H

#include "sign/roles.h"

struct making {
	const struct roles_input *in;
	struct arena *a;
	struct digests *dg;
	struct diags *d;
	struct tuf_parts *out;    /* has room for everything that comes */
	bool anew;                /* nothing is kept */
	bool lacking[KEYS_ROLES]; /* signatures that nobody here can make; said once for each role */
};

/* Who signs, and what a reader holds the signatures against. */
struct signing {
	enum key_role role;
	const struct role_keyring *ring;
	const struct key_table *keys;
	const struct role_keys *ids;
};

/* Those of a role that the root names. */
struct signing signing_of(const struct roles_input *in, enum tuf_type type);

/* The file may stand a while longer: it has `resign` left, and its signatures are as the role wants them. */
bool signing_stands(const struct signing *s, const struct tuf_file *f, const struct settings *settings, int64_t now);

/* Adds the signatures of all keys at hand that the role names and that are not in `e` yet; sorted by key id. */
int signing_add(struct envelope *e, struct arena *a, const struct signing *s, struct slice payload,
		struct diags *d) MUST_CHECK;

/* Adds the role's file to the output, with the old bytes, with new ones, or with none where it lacks signatures. */
int rolefile_settle(struct making *m, struct slice role, struct tuf_file *f, const struct signing *s) MUST_CHECK;

#endif
