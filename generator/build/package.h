/* build/package.h: the package files that definitions name, read once: hashed, measured and inspected.
 *
 * Purpose    fills size, SHA-256 and MD5 of every package that lies in the repository, and reports what does not fit the
 *            definition (wrong package name, wrong version, unreadable archive) at the definition's line.
 * Recipe     "package/1": blob id, object name, packageName, version; facts: md5.
 * Memory     one package at a time; from Git LFS and the work tree it is mapped, not copied. */
#ifndef BUILD_PACKAGE_H
#define BUILD_PACKAGE_H

#include "base/filetree.h"
#include "build/recipe.h"
#include "model/model.h"

#define PACKAGE_APK "package.apk"       /* an Android package as an object of the tree */
#define PACKAGE_MAX ((uint64_t)4 << 30) /* bytes */

/* All packages of an app; errors are collected in `d`. With `book` a package that the previous build already inspected
 * is not read again. Texts that stay live in `a`. */
void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d);

#endif
