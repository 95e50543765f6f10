/* inspect/certificate.h: what an X.509 certificate says.
 *
 * Input      hostile: length is looked at first, OpenSSL parses, nothing may follow.
 * Not        judged: validity, purpose, issuer. inspect/cms.h follows a chain where it is asked to.
 * Ownership  `der`, `key` and `subject` are copied into the arena.
 * Errors     -1 and a constant reason, REFUSE_NO_MEMORY where the arena ends: nothing here aborts. OpenSSL's queue of errors is left as
 *            it was found.
 * Threads    any; no state is kept. */
#ifndef INSPECT_CERTIFICATE_H
#define INSPECT_CERTIFICATE_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/refuse.h"

#define CERTIFICATE_MAX         ((size_t)64 << 10) /* bytes */
#define CERTIFICATE_SUBJECT_MAX 1024

struct certificate {
	struct slice der;
	uint8_t sha256[SHA256_SIZE];   /* of der */
	struct slice key;              /* bits of the subject's public key, as they stand in it */
	struct slice subject;          /* "CN=Release,O=Example" (RFC 2253, UTF-8); may be empty */
	int64_t not_before, not_after; /* seconds; valid at both ends */
};

/* Of a DER certificate. */
int certificate_read(struct certificate *out, struct arena *a, struct slice der, const char **why) MUST_CHECK;

/* Of the first certificate in a PEM text. */
int certificate_read_pem(struct certificate *out, struct arena *a, struct slice pem, const char **why) MUST_CHECK;

/* Of OpenSSL's X509, for those who hold one. */
struct x509_st;
int certificate_of(struct certificate *out, struct arena *a, struct x509_st *x, const char **why) MUST_CHECK;

#endif
