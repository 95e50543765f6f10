/* A device with an installed bundle, and those who sign its quick fixes, for the tests of the deployment checks. */
#ifndef TEST_RESOLVE_FIXES_H
#define TEST_RESOLVE_FIXES_H

#include <stdio.h>

#include "resolve/mdresolve.h"
#include "signedfix.h"

struct world {
	struct arena a;
	struct fix_signers s;
	struct slice root; /* PEM */
	char app_id[256];
};

static inline int meet(void **state)
{
	static struct world w;
	const ASN1_BIT_STRING *bits;
	char key[200];

	w = (struct world){ .a = ARENA_INIT };
	fix_signers_make(&w.s);
	w.root = signer_pem(&w.a, &w.s.root);
	bits = X509_get0_pubkey_bitstr(w.s.app.cert);
	EVP_EncodeBlock((unsigned char *)key, ASN1_STRING_get0_data(bits), ASN1_STRING_length(bits));
	snprintf(w.app_id, sizeof(w.app_id), "com.example_%s", key);
	*state = &w;
	return 0;
}

static inline int leave(void **state)
{
	struct world *w = *state;

	fix_signers_release(&w->s);
	arena_release(&w->a);
	return 0;
}

static inline struct mdr_bundle installed(void)
{
	return (struct mdr_bundle){ .name = "com.example",
				    .version_code = 7,
				    .apl = "normal",
				    .app_identifier = "5765880207854649881",
				    .abi = "arm64-v8a",
				    .knows_deployed = true,
				    .system_caller = true,
				    .permitted = true };
}

#endif
