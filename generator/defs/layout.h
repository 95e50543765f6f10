/* defs/layout.h: what every path below apps/ and keys/ is.
 *
 * Purpose    the table of paths of DEFINITIONS, in one place: each file is found a meaning or an error, so that a misspelt
 *            name is never silence.
 * Names      paths are UTF-8 without control characters and backslashes; no two differ in case alone (Unicode case folding);
 *            symbolic links and submodules are errors, also under names that are otherwise ignored.
 * Ignored    a file or folder whose name begins with README, LICENSE (in any case) or .git, is OWNERS or CODEOWNERS or
 *            belongs to a CI service; except where the table of paths gives it a meaning (switches/LICENSE_KEY.json is a switch).
 *            README.txt and LICENSE.txt are no lists.
 * Loose      files beside a release.json have a meaning only when it names them (an h5 release has its package there without
 *            naming it); the caller asks for that later.
 * Ownership  the layout lives in the arena and points into the tree, which must outlive it.
 * Cost       one pass over the sorted tree, with a map of the folders seen. */
#ifndef DEFS_LAYOUT_H
#define DEFS_LAYOUT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/filetree.h"

enum layout_kind {
	LAYOUT_APP_INI,
	LAYOUT_AUDIENCE,
	LAYOUT_RESOURCE,
	LAYOUT_WHITELIST_IDS,
	LAYOUT_WHITELIST_REGEX,
	LAYOUT_WHITELIST_INI,
	LAYOUT_SWITCH,
	LAYOUT_ROOT,
	LAYOUT_H5_APP,
	LAYOUT_UPGRADE, /* these four: a release.json */
	LAYOUT_HOTPATCH,
	LAYOUT_H5,
	LAYOUT_QUICKFIX,
	LAYOUT_LOOSE, /* in the folder of a release */
};

struct layout_file {
	const struct file_entry *entry;
	enum layout_kind kind;
	struct slice
		name; /* the element, list, KEY (not checked) … that the path names; LAYOUT_LOOSE: the folder, in REPO */
	uint64_t number;         /* LAYOUT_ROOT: N of N.root.json */
	enum layout_kind beside; /* LAYOUT_LOOSE: what kind of release the folder holds */
};

struct layout_app {
	struct slice dir;          /* "apps/<dir>" */
	struct layout_file *files; /* in the order of paths */
	size_t n, cap;
};

struct layout {
	struct layout_app *apps; /* by dir; folders that hold ignored files only are not among them */
	size_t napps, apps_cap;
	struct layout_app keys; /* the files of keys/ */
};

/* Classifies the tree; everything that has no place is recorded in `d`. */
void layout_read(struct layout *out, const struct filetree *tree, struct arena *a, struct diags *d);

/* Records that nothing names a loose file. */
void layout_report_loose(const struct layout_file *f, struct diags *d);

#endif
