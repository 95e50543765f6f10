/* sign/signature.h: a signature that another program made, in whatever form it writes them.
 *
 * Forms      the raw bytes, or hex, or base64 (white space in these two does not matter). Whichever of them verifies is the one that was meant: so
 *            nothing is believed that does not hold, and nobody has to say which form it is. */
#ifndef SIGN_SIGNATURE_H
#define SIGN_SIGNATURE_H

#include "base/arena.h"
#include "format/pubkey.h"

/* *sig is allocated from `a`. False: no form of `written` is the key's signature of `message`. */
bool signature_find(struct slice *sig, struct arena *a, const struct pubkey *key, struct slice message,
		    struct slice written) MUST_CHECK;

/* What a key of that type signs like, for messages: "ECDSA with SHA-256, in DER". */
const char *signature_scheme(enum pubkey_type t);

#endif
