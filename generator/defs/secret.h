/* defs/secret.h: private keys that somebody is about to publish.
 *
 * A file below apps/ or keys/ with a PEM block `-----BEGIN … PRIVATE KEY-----` (also OpenSSH's and PGP's) that begins in its
 * first SECRET_SCAN bytes is an error, whatever the file is called. Files above SECRET_FILE_MAX (packages, lists of ids) are
 * not looked into: keys are small, and those files are large. What cannot be read is left to those who need it. */
#ifndef DEFS_SECRET_H
#define DEFS_SECRET_H

#include "base/diag.h"
#include "base/filetree.h"

#define SECRET_SCAN     (64u << 10)
#define SECRET_FILE_MAX (256u << 10)

void secrets_report(const struct filetree *tree, struct diags *d);

/* Whether `text` holds such a block. */
bool secret_is_in(struct slice text);

#endif
