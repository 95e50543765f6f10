/* build/apkcheck.h: an Android package of an upgrade held against its definition.
 *
 * Errors     at the file's name: unreadable (inspect/apk.h), another package or version than defined, a split, a signature that
 *            does not hold (v2, v3, v3.1; v1 where there is none of these), a signing block that was removed.
 * Warnings   no v2 or v3 signature, or none at all; a versionName that is a resource.
 * Facts      c->p->said: the certificate of the newest scheme's first signer with those that it proves to follow; versionCode.
 *            build/succession.h compares them with other releases. */
#ifndef BUILD_APKCHECK_H
#define BUILD_APKCHECK_H

#include "build/package.h"

void apk_check(const struct package_check *c);

#endif
