/* build/jarcheck.h: a hotpatch of Android held against its definition.
 *
 * Errors     at the file's name: not readable as inspect/jar.h says, no .dex file, no JAR signature or one that does not hold (the
 *            client takes a patch only where one of its certificates is the app's), no Target-C-Version, a patch of another
 *            type than dexpatch. At productVersion: Target-C-Version is another version.
 * Warnings   no META-INF/PATCH.MF: another container, of which nothing more is known.
 * Facts      c->p->said: the certificates of its signers; build/succession.h compares them with the app's. */
#ifndef BUILD_JARCHECK_H
#define BUILD_JARCHECK_H

#include "build/package.h"

void jar_check(const struct package_check *c);

#endif
