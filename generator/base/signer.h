/* base/signer.h: somebody who signs, without saying how.
 *
 * Purpose    build/ makes packages that carry signatures, and knows nothing of private keys; cmd/ fills this from sign/.
 * Result     the same message gives the same signature: packages are reproducible.
 * Errors     -1 and an error in `d` that names the key. */
#ifndef BASE_SIGNER_H
#define BASE_SIGNER_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/slice.h"
#include "base/strbuf.h"

struct signer {
	void *ctx;
	struct slice id; /* of the public key: SHA-256 (hex) of its SubjectPublicKeyInfo */
	int (*sign)(void *ctx, struct strbuf *out, struct slice message,
		    struct diags *d); /* appends the raw signature */
};

#endif
