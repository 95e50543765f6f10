/* build/h5.h: the packages of h5 apps: read, checked, packed, signed.
 *
 * Purpose    fills size, SHA-256 and global_pack_url of every h5 release, and reports what is wrong with a package at the
 *            definition's line; later gives the files that a release has in the tree (below build/h5entry.h's h5_folder()):
 *              nebula/<h5Id>_<version>.amr         pack/amr.h
 *              nebula/fallback/…                   the unpacked files; those of a global package lie elsewhere: build/h5global.h
 *              nebula_json/h5_json.json            the entry with absolute URLs, under mPaaS's envelope
 * Recipe     "h5/1": what went in (the package, or the paths and contents of the folder), h5Id, version, and the keys of
 *            release.json that are part of the release's files (memo apart). It does not name how a package is made, nor its key:
 *            what is published keeps its bytes under new tools and keys, and is not read again. So does its h5_json.json, where
 *            memo, the app's name or app.ini changed since; answers (build/answer.h) have the new words.
 *            facts: `tar` (SHA-256 of the <h5Id>.tar), `key` (id of the key that signed it); of a global package `globalPackUrl`,
 *            and `globalFiles`: the names of its files, which stand in files.json among those of others.
 * Published  other bytes under a name of the previous tree are an error at the definition; files of global packages that are in each
 *            other's way, too.
 * Memory     one package at a time, about three times its size. Files are made twice: once to know their hashes, once to write.
 * Threads    one. */
#ifndef BUILD_H5_H
#define BUILD_H5_H

#include "base/filetree.h"
#include "base/signer.h"
#include "build/recipe.h"
#include "format/files.h"
#include "model/model.h"

#define H5_AMR_NAME "package.amr" /* of packages in recipes; in the tree their paths name them */

struct h5_maker {
	const struct filetree *tree;
	struct digests *digests;
	const struct signer *signer;   /* NULL: packages are checked, but not made; sizes and hashes stay zero */
	struct recipe_book *book;      /* NULL: nothing is reused or noted */
	const struct files *published; /* files.json of the previous tree; NULL: none */
	bool good_defs;  /* the definitions had no errors; else folders, into which they look, are not read */
	struct arena *a; /* texts and lists that stay */
	struct diags *d;
};

struct h5_package { /* what one release has in the tree */
	const struct h5_release *release;
	struct files files; /* all of them; sorted */
	bool kept;          /* taken over from the previous tree: nothing was read */
	bool same_key;      /* kept, and made with the signer's key: h5_write() can make the same bytes again */
};

/* All h5 releases of an app that are good, in the order of app->h5; *out is in the arena. Without a signer *n is 0. */
void h5_prepare(struct h5_package **out, size_t *n, struct app *app, const struct h5_maker *m);

/* Makes the files of a release again and gives each to `put`; what put returns, unless 0, ends it. */
int h5_write(const struct h5_package *p, const struct app *app, const struct h5_maker *m,
	     int (*put)(void *ctx, struct slice path, struct slice bytes), void *ctx) MUST_CHECK;

#endif
