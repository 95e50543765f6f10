/* sign/keys.h: the keys of a folder, and signing with them.
 *
 * Files      sign/settings.h says which keys belong to which role. PEM: private keys as PKCS#8, also encrypted, or SubjectPublicKeyInfo of a
 *            public one; Ed25519 (the default: its signatures are reproducible), P-256 or RSA (2048 to 4096 bits). h5.pem is RSA and belongs to
 *            packages (sign/h5key.h).
 * Signers    a key signs by its private half, by the command of its exec, or not at all. What a command gives is verified before it is believed.
 * Sharing    one key may serve several roles; a warning says when one of them is online (snapshot, timestamp) and the other is
 *            not. In one role the same key under two names is an error.
 * Safety     a file of a private key that group or others can read is refused, and one of a public key that they can write. A
 *            symbolic link is followed: what counts is the file that it leads to (secrets are mounted like that). Nothing of a
 *            private key or a passphrase is ever printed, kept in the environment of a command, or written into a core file
 *            (base/secrecy.h); buffers that held one are cleansed.
 * Errors     environment errors (exit 3) that name the file.
 * Threads    one keyset, one thread. */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include "base/diag.h"
#include "format/pubkey.h"
#include "format/tuf.h"
#include "sign/settings.h"

#define PUBLIC_SUFFIX    ".pub"         /* of the file of a public half */
#define KEY_BIT(role)    (1u << (role)) /* of enum key_role */
#define KEYS_EXEC_OUTPUT 4096           /* bytes that a command may write as its signature */
/* Variables of the environment that begin with this hold passphrases, and no command sees them. */
#define PASSPHRASE_VARIABLE "MDSTATIC_PASSPHRASE"

struct key {
	struct pubkey public;
	struct evp_pkey_st *pkey; /* NULL: the private half is not here */
	const char *exec;         /* NULL: no command signs for it */
	const char *path;         /* of the PEM */
	const char *dir;          /* KEYDIR: where exec runs */
};

struct role_keyring {
	struct key **v; /* in the order of their numbers; each key id once */
	size_t n;
};

/* Where passphrases come from: of the file at `path`, which is a key of `role` ("targets", "h5"). ask() writes at most `cap`
 * bytes and gives their number, or -1: there is none; it may record why in `d`. */
struct passphrases {
	int (*ask)(void *ctx, char *out, size_t cap, const char *role, const char *path, struct diags *d);
	void *ctx;
};

struct keyset {
	struct arena mem;
	struct settings settings;
	struct key *keys; /* each file once */
	size_t n;
	struct role_keyring roles[KEYS_ROLES]; /* objects: those of targets where it has none of its own */
};

#define KEYSET_INIT                                                                                                    \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

/* Reads the settings of `dir`, and the keys of the roles in `needed` (KEY_BIT). `ask` NULL: encrypted keys are refused. */
int keys_load(struct keyset *out, const char *dir, unsigned needed, const struct passphrases *ask, struct digests *dg,
	      struct diags *d) MUST_CHECK;
/* The same without a folder: single files, of keys for `role` ("root"), which belong to no keyring of the set. */
int keys_load_files(struct keyset *out, const char *const *paths, size_t n, const char *role,
		    const struct passphrases *ask, struct digests *dg, struct diags *d) MUST_CHECK;
void keyset_release(struct keyset *k);

bool key_can_sign(const struct key *k);
/* The first key of the role that can sign and that `allowed` (NULL: any) names; NULL: none. */
const struct key *keyring_signer(const struct role_keyring *r, const struct role_keys *allowed);

/* *sig is allocated from `a`. */
int key_sign(struct slice *sig, struct arena *a, const struct key *k, struct slice message, struct diags *d) MUST_CHECK;

/* SubjectPublicKeyInfo in PEM. -1: memory. */
int pubkey_pem(struct slice *out, struct arena *a, const struct pubkey *k) MUST_CHECK;

/* One new key: `path` (0600, PKCS#8, encrypted where `encrypt` is given: it is asked for the role "") and its public half <path>.pub (0644). Refused
 * before anything is made where one of the two exists; both are made, or none. */
int keys_make(struct pubkey *out, struct arena *a, const char *path, enum pubkey_type type,
	      const struct passphrases *encrypt, struct digests *dg, struct diags *d) MUST_CHECK;

/* Development keys: `keydir` (0700) gets root, targets, snapshot, timestamp (Ed25519) and h5 (RSA 2048), each 0600; `rootdir`
 * gets 1.root.json, thresholds 1, expiring in a year. Refused before anything is written when one of the files exists. */
int keys_new(const char *keydir, const char *rootdir, int64_t now, struct digests *dg, struct diags *d) MUST_CHECK;

#endif
