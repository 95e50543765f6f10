/* inspect/jarsig.h: JAR signatures, which Android calls v1, verified.
 *
 * Bytes      "JAR File Specification", signed files: META-INF/MANIFEST.MF has digests of the entries, META-INF/<name>.SF a digest of
 *            the manifest (or of its sections), META-INF/<name>.RSA, .EC or .DSA a detached CMS signature of that.
 * Checked    of every .SF (at most 10): its signature, by the certificate inside; its digest of the manifest, or where it has
 *            none that fits, those of all sections. Of every entry all digests that the manifest has, at least one. Folders and
 *            META-INF/ may go without, as Android's signers leave them; a digest of an entry that is not there is refused.
 *            SHA-1 is taken, as devices do, MD5 is not.
 * Not        judged: who the certificate belongs to, its validity.
 * Input      hostile; the archive is streamed, texts are at most JAR_MANIFEST_MAX bytes. One that unpacks to more than 200 times its
 *            size (beyond 64 MiB) is refused: all of it is hashed.
 * Memory     of MANIFEST.MF, in z->a, and of one .SF at a time. */
#ifndef INSPECT_JARSIG_H
#define INSPECT_JARSIG_H

#include "base/digest.h"
#include "format/zipread.h"

#define JARSIG_SIGNERS_MAX 10

struct jarsig {
	size_t n;                                      /* signers; 0: it is not signed in this way */
	uint8_t cert[JARSIG_SIGNERS_MAX][SHA256_SIZE]; /* of their certificates' DER; by the name of the .SF */
	struct slice schemes;                          /* X-Android-APK-Signed: "2, 3"; empty: absent */
};

/* 0, also where there is no signature; -1: there is one that does not hold. `*why` lives in z->a. */
int jarsig_read(struct jarsig *out, const struct zip *z, const char **why) MUST_CHECK;

#endif
