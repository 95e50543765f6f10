/* format/amr.h: offline packages of mPaaS's h5 containers, as a client takes them apart.
 *
 * Purpose    ready packages, our own and others', refused here where a client would refuse them on a phone.
 * Bytes      a zip archive of exactly three files, in any order: `Manifest.xml` (uid and version), `CERT.json` (file name ->
 *            base64 of an RSA PKCS#1 v1.5 signature, with SHA-1, over the file's bytes) and `<uid>.tar`: ustar, or GNU's
 *            older form of it (format/ustar.h).
 * Checked    the archive (format/zipread.h); that CERT.json has a signature for both other files; Manifest.xml's form, and that
 *            its uid is the tar's name; the tar. Not: any rule of definitions.
 * Input      hostile. The tar is unpacked piece by piece, once, and never held.
 * Memory     what the paths take. Runs on devices: never aborts, obeys the arena's limit; the reason is then REFUSE_NO_MEMORY.
 * Ownership  texts live in the arena; reasons do, or are constant. */
#ifndef FORMAT_AMR_H
#define FORMAT_AMR_H

#include "format/ustar.h"
#include "format/zipread.h"

#define AMR_MANIFEST_NAME "Manifest.xml"
#define AMR_CERT_NAME     "CERT.json"
#define AMR_CANNOT_HASH   "cannot hash" /* a reason: libcrypto has no memory, or no SHA-1 */
#define AMR_ENTRIES_MAX   64
#define AMR_BYTES_MAX     ((uint64_t)320 << 20) /* of the tar */
#define AMR_TEXT_MAX      ((uint64_t)64 << 10)  /* of each of the two others */
#define AMR_SHA1_SIZE     20

struct amr_signature {
	struct slice name;  /* of a file */
	struct slice bytes; /* as many as the key has */
};

struct amr {
	struct slice id, version, tar_name;
	struct amr_signature *signatures; /* as CERT.json has them: by name */
	size_t nsignatures;
	struct ustar_file *files; /* sorted by path */
	size_t nfiles;
	struct zip_entry tar; /* where it lies */
	uint64_t bytes;       /* of the files in it */
	bool in_order;        /* Manifest.xml, CERT.json, the tar: as clients' own packages are */
	uint8_t manifest_sha1[AMR_SHA1_SIZE], tar_sha1[AMR_SHA1_SIZE];
};

int amr_read(struct amr *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

bool amr_is_key(struct slice pem); /* for amr_verify() */
/* Whether the key made the signatures of Manifest.xml and the tar. `pem`: "-----BEGIN PUBLIC KEY-----", RSA. */
int amr_verify(const struct amr *amr, struct slice pem, struct arena *a, const char **why) MUST_CHECK;

#endif
