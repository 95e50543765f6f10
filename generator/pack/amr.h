/* pack/amr.h: the offline package of mPaaS's h5 containers.
 *
 * Bytes      a zip archive (format/zipwrite.h) of exactly three files, deflated, in this order:
 *              Manifest.xml     h5Id and version
 *              CERT.json        file name -> base64 of the RSA PKCS#1 v1.5 signature, with SHA-1, over the file's bytes
 *              <h5Id>.tar       the files (pack/tar.h), without a folder named after the h5Id
 *            Deployed clients refuse any other file that CERT.json does not name, and read nothing but SHA-1.
 * Errors     -1 and an error in `d` at `at`. */
#ifndef PACK_AMR_H
#define PACK_AMR_H

#include "base/signer.h"
#include "pack/fileset.h"

struct amr_input {
	struct slice id, version; /* of the h5 app and its release */
	const struct fileset *files;
};

/* Appends the package. */
int amr_make(struct strbuf *out, const struct amr_input *in, const struct signer *signer, struct srcpos at,
	     struct diags *d) MUST_CHECK;

#endif
