/* defs/pathform.h: the table of paths of DEFINITIONS, and how far a given path is from it.
 *
 * Forms      like `apps/<dir>/switches/<KEY>.json`; `<…>` stands for one part of a path, or what stands before its suffix.
 * Pure       nothing is recorded; texts handed out live in the arena or are static. */
#ifndef DEFS_PATHFORM_H
#define DEFS_PATHFORM_H

#include "base/arena.h"
#include "base/slice.h"

enum path_kind {
	PATH_APP_INI,
	PATH_AUDIENCE,
	PATH_RESOURCE,
	PATH_WHITELIST_IDS,
	PATH_WHITELIST_REGEX,
	PATH_WHITELIST_INI,
	PATH_SWITCH,
	PATH_ROOT,
	PATH_H5_APP,
	PATH_UPGRADE, /* from here on the release.json of a folder that may hold further files */
	PATH_HOTPATCH,
	PATH_H5,
	PATH_QUICKFIX,
};

enum path_fit {
	FIT_NONE,  /* no form is like it */
	FIT_BAD,   /* a form but for the part that `bad` ends with, see `why` */
	FIT_LOOSE, /* further down in the folder of a release; `kind` is the release's */
	FIT_WHOLE,
};

struct path_place {
	enum path_fit fit;
	enum path_kind kind;
	struct slice value;  /* what the last `<…>` stands for */
	struct slice folder; /* FIT_LOOSE: the release's folder */
	struct slice bad;    /* FIT_BAD: the path up to and with the part that is wrong */
	const char *why;     /* FIT_BAD: `a platform is android, ios or harmony` */
};

struct path_place pathform_place(struct slice path);

/* The nearest good path, or the empty slice where none is near. */
struct slice pathform_nearest(struct arena *a, struct slice path);
/* The forms that a folder such as `switches` knows, joined by " or "; without such a folder what stands in its place. */
struct slice pathform_expected(struct arena *a, struct slice path);

#endif
