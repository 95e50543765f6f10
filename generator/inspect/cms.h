/* inspect/cms.h: CMS (PKCS#7) SignedData that others made, verified.
 *
 * Purpose    signing blocks and profiles of harmony packages, v1 signatures of JARs and APKs, provisioning profiles of iOS: who
 *            signed what, and is it what is there.
 * Bytes      RFC 5652 SignedData with one signer, in DER or the BER that some tools write; the content inside, or given apart
 *            ("detached"). A content inside may be of any type.
 * Checked    the signer's certificate is inside; where there are signed attributes: contentType and messageDigest fit the
 *            content, and the signature is the certificate's; else the signature is that of the content. Nothing follows the
 *            structure. With `anchors` a chain leads from the certificate to one of them, valid at `at` in all its parts (with
 *            `timeless` at any time);
 *            without them nobody vouches for the name in it, and its validity is a fact and no judgement.
 * Digests    what OpenSSL's default provider has: SHA-1 and MD5 too, as old JARs need them (OpenSSL 3.0 takes both for signatures
 *            unless the system's policy forbids SHA-1; MD2 and MD4 would need its "legacy" provider, which is not loaded).
 *            `digest` lets the caller judge.
 * Input      hostile, borrowed. CMS_MAX bytes at most, looked at before OpenSSL is; RSA and DSA keys of 8192 bits at most.
 * Memory     about twenty times the input while it works (OpenSSL makes objects of everything); facts are copied into the arena.
 * Errors     -1 and a constant reason, REFUSE_NO_MEMORY where memory or the arena's limit ends: nothing here aborts. OpenSSL's queue of
 *            errors is left as it was found.
 * Threads    any; no state is kept. */
#ifndef INSPECT_CMS_H
#define INSPECT_CMS_H

#include "inspect/certificate.h"

#define CMS_MAX ((size_t)1 << 20) /* bytes of a structure, content inside included */

struct cms_query {
	bool detached; /* the content is not inside, but this: */
	struct slice content;
	struct slice anchors; /* PEM certificates; empty: no chain is asked for */
	int64_t at;           /* seconds; with anchors alone */
	bool timeless;        /* instead of `at` */
};

struct cms {
	struct slice content; /* as it was inside; of a detached one what the query gave, borrowed */
	struct certificate signer;
	const char *digest; /* the signer's digest algorithm by OpenSSL's short name: "SHA256", "SHA1" …; constant */
	bool has_signed_at; /* a signing time is among the signed attributes */
	int64_t signed_at;  /* seconds; what the signer claims */
	bool unchained;     /* after -1: all else holds, but no chain leads to an anchor */
};

/* Verifies `bytes` and tells who signed. */
int cms_read(struct cms *out, struct arena *a, struct slice bytes, const struct cms_query *query,
	     const char **why) MUST_CHECK;

#endif
