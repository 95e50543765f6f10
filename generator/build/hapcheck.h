/* build/hapcheck.h: a harmony package (.hap, .app) of an upgrade held against its definition.
 *
 * Errors     another bundleName or version; a signing block that does not hold, or a profile for another bundleName; a package that
 *            cannot be read. At the file's name in the definition.
 * Warnings   not signed; signed for debugging, or by the market. */
#ifndef BUILD_HAPCHECK_H
#define BUILD_HAPCHECK_H

#include "build/package.h"

/* Errors and warnings as above; what the package says of itself goes into c->p->said. */
void hap_check(const struct package_check *c);

/* The profiles of packages that lie in the repository, at the commit's time: expired while a task is releasing: an error; while one
 * may be again: a warning. Apart from hap_check(), because a package that was looked into once is not read again. */
void hap_expiry_check(const struct app *app, int64_t commit_time, struct diags *d);

#endif
