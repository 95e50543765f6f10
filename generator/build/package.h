/* build/package.h: the package files that definitions name, read once: hashed, measured and inspected.
 *
 * Purpose    fills size, SHA-256 and MD5 of every package of an upgrade or a hotpatch that lies in the repository. An APK of an
 *            upgrade is looked into, and what does not fit the definition (wrong package name, wrong version, unreadable archive)
 *            is reported at the definition's line.
 * Objects    package.apk, package.ipa, package.hap or package.app of upgrades, package.jar of android's hotpatches, of ios'
 *            `package.` and the file's ending where that is 1 to 8 of [a-z0-9], else package.bin.
 * Recipe     "package/1": blob id, object name, packageName, version (the last two of what is inspected, else empty); facts: md5.
 * Memory     one package at a time; from Git LFS and the work tree it is mapped, not copied. */
#ifndef BUILD_PACKAGE_H
#define BUILD_PACKAGE_H

#include "base/filetree.h"
#include "build/recipe.h"
#include "model/model.h"

#define PACKAGE_MAX  ((uint64_t)4 << 30) /* bytes */
#define PACKAGE_NAME 20                  /* room for an object's name with its NUL */

/* What a device downloads for the release; NULL: nothing of this form (a store's link, an h5 app, a quick fix). */
const struct package *package_of(const struct release *r);
/* Its name as an object of the tree; of no use where it is kept elsewhere. */
void package_object_name(char out[PACKAGE_NAME], const struct release *r);

/* All packages of an app; errors are collected in `d`. With `book` a package that the previous build already inspected
 * is not read again. Texts that stay live in `a`. */
void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d);

#endif
