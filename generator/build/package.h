/* build/package.h: the package files that definitions name, read once: hashed, measured and inspected.
 *
 * Purpose    fills size, SHA-256 and MD5 of every package of an upgrade or a hotpatch that lies in the repository, and looks into
 *            it: what does not fit the definition (wrong name, wrong version, unreadable, a signature that does not hold) is
 *            reported at the definition's line by the check of its form: build/apkcheck.h, ipacheck.h, hapcheck.h, jarcheck.h.
 *            What packages must be to each other: build/succession.h.
 * Objects    package.apk, package.ipa, package.hap or package.app of upgrades, package.jar of android's hotpatches, of ios'
 *            `package.` and the file's ending where that is 1 to 8 of [a-z0-9], else package.bin.
 * iOS        an icon (build/icon.h) and symbols (build/symbols.h) are looked into as well. An enterprise release that has no bundle
 *            id by its definition or app.ini takes its package's.
 * Recipe     "package/2": blob id, object name, and what it is held against: packageName, bundleId or bundleName, the version (of a
 *            hotpatch: productVersion), and the blob id of the symbols, which are looked into together with it; facts: md5, and what struct package_facts holds.
 * Memory     one package at a time; from Git LFS and the work tree it is mapped, not copied. What lies in git itself is inflated
 *            as a whole: at most PACKAGE_GIT_MAX bytes, else an error. One that is kept elsewhere is never read. */
#ifndef BUILD_PACKAGE_H
#define BUILD_PACKAGE_H

#include "base/filetree.h"
#include "build/recipe.h"
#include "model/model.h"

#define PACKAGE_MAX     ((uint64_t)4 << 30)   /* bytes */
#define PACKAGE_GIT_MAX ((uint64_t)512 << 20) /* bytes: of larger files git itself makes no deltas any more */
#define PACKAGE_NAME    20                    /* room for an object's name with its NUL */

/* What a device downloads for the release; NULL: nothing of this form (a store's link, an h5 app, a quick fix). */
const struct package *package_of(const struct release *r);
/* Its name as an object of the tree; of no use where it is kept elsewhere. */
void package_object_name(char out[PACKAGE_NAME], const struct release *r);

/* The place of the file's name in the definition. */
struct srcpos package_pos(const struct release *r);

/* A file of more than PACKAGE_GIT_MAX bytes that git itself would have to inflate: an error at `at`. */
int package_place_check(const struct filetree *tree, const struct file_entry *e, struct srcpos at, struct slice file,
			struct arena *a, struct diags *d) MUST_CHECK;

/* A package to be held against its definition by the check of its form: apk_check(), ipa_check(), hap_check(), jar_check().
 * The checks set what the package says of itself (the last part of struct package), which is kept with the recipe. */
struct package_check {
	const struct app *app;
	const struct release *r; /* upgrade_of(), hotpatch_of() */
	struct package *p;       /* of that release; size and digests are filled in */
	struct slice bytes;      /* borrowed; may be mapped and large */
	struct digests *digests;
	struct arena *a;
	struct diags *d; /* errors at package_pos(r) */
};

/* All packages of an app; errors are collected in `d`. With `book` a package that the previous build already inspected
 * is not read again. Texts that stay live in `a`. */
void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d);

#endif
