/* build/ipacheck.h: an iOS package of an upgrade held against its definition.
 *
 * Errors     another bundle id, another version, no provisioning profile, one of the App Store or of another app, no code signature,
 *            no executable, keys that devices need; an archive that cannot be read. At the file's name in the definition.
 * Warnings   a profile that names single devices: nobody else's phone takes the package. */
#ifndef BUILD_IPACHECK_H
#define BUILD_IPACHECK_H

#include "build/package.h"

#define IPA_EXPIRES_SOON (INT64_C(30) * 86400) /* seconds */

/* Errors and warnings as above; what the package says of itself goes into c->p->said. */
void ipa_check(const struct package_check *c);

/* The profiles of packages that lie in the repository, at the commit's time: expired while a task is releasing: an error; expired
 * while tasks may still be released, or about to expire: a warning. Apart from ipa_check(), because a package that was
 * looked into once is not read again. */
void ipa_expiry_check(const struct app *app, int64_t commit_time, struct diags *d);

#endif
