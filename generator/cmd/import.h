/* cmd/import.h: what the import commands share: a work tree, an app in it, and files that appear together or not at all.
 *
 * Order      import_open(), import_add() and its likes, import_commit() (or import_check() and import_write()), import_end().
 * Check      import_check() reads the definitions as they would be afterwards. What is wrong with an added file is reported, and
 *            then nothing is written. A work tree that has errors already is not touched: the import's own could not be told
 *            from them.
 * Writing    every file is made in a folder beside apps/ first, then all are renamed into place. A new file never replaces one, a
 *            changed one only what was read. When a rename fails the ones before it are taken back.
 * Ownership  texts given to import_add() live in `a` or longer; everything dies with import_end().
 * Exit codes as check's: 1 when what is imported is bad, 3 when the environment fails. */
#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include <jansson.h>

#include "base/cmd.h"
#include "cmd/overlay.h"
#include "convert/form.h"
#include "model/model.h"
#include "source/source.h"

struct import_file {
	struct slice rel;    /* in REPO */
	struct slice data;   /* what is written; not looked at where `staged` is set */
	const char *staged;  /* it is written already, here; NULL: not yet */
	bool replaces;       /* a file may be there */
	struct slice before; /* with `replaces`: what it must still hold; p is NULL: whatever it holds */
	const char *kept;    /* what it replaced, until all is done */
	const char *shown;   /* the file to name in messages about it; NULL: itself */
	struct slice check;  /* with `shown`: read in place of `data` by the check, for its places */
};

struct import {
	const struct cmd_args *args;
	const char *repo;
	bool dry_run;
	bool errors_only; /* warnings of the check are not passed on */
	struct diags d;
	struct arena a;
	struct source *source;
	struct model model;
	struct app *app;
	struct slice prefix; /* of paths in messages: where REPO is in its repository */
	struct import_file *files;
	size_t n, cap;
	struct overlay overlay; /* after import_check(): the definitions as they would be, */
	struct model after;     /* and what they say */
	const char *staging;    /* folder; NULL: none was made */
	json_t *facts;          /* further members of what --json prints; NULL: none */
};

#define IMPORT_OPTIONS                                                                                                 \
	{ "app", "DIR", "the app: its folder below apps/, or its app code (default: the only one)", false, false },    \
		{ "dry-run", NULL, "check everything and write nothing", false, false },                               \
		{ "json", NULL, "print what was written as JSON", false, false },                                      \
	{                                                                                                              \
		"any-owner", NULL, "also use a repository that belongs to another user", false, false                  \
	}

/* Opens the work tree at `repo` and finds the app. 0, or -1 with errors in im->d. */
int import_open(struct import *im, const struct cmd_args *args, const char *repo) MUST_CHECK;

void import_add(struct import *im, struct slice rel, struct slice data);
void import_change(struct import *im, struct slice rel, struct slice before, struct slice data);
/* A fresh path in the staging folder, which is made. NULL: errors recorded. */
const char *import_stage(struct import *im);
void import_unstage(struct import *im);
/* `rel` below the app's folder, in the arena. */
struct slice import_path(struct import *im, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* `rel` as messages have it: from the repository's root. */
const char *import_shown(struct import *im, struct slice rel);
/* Is something there, whether git looks at it or not? */
bool import_exists(const struct import *im, struct slice rel);

/* The definitions with the added files: 0, or -1 with errors in `d`. */
int import_check(struct import *im, struct diags *d) MUST_CHECK;
/* Writes unless --dry-run; 0, or -1 with errors in im->d. */
int import_write(struct import *im) MUST_CHECK;
/* Both, unless there are errors already. */
int import_commit(struct import *im) MUST_CHECK;
/* Errors that were found in the checked definitions, and warnings about the added files, under the names that the user knows. */
void import_report(struct import *im, struct diags *d, const struct diags *found);
/* Prints errors and warnings, or what was written with `summary` behind it; releases everything. */
int import_end(struct import *im, const char *summary);

/* The JSON file `path`. *json is released by the caller. 0, or -1. */
int import_json(json_t **json, struct form_source *s, struct import *im, const char *path) MUST_CHECK;

/* Options that import and export of tasks share; task_options_read(): 0, or EXIT_USAGE with a message. */
#define TASK_OPTIONS                                                                                                   \
	{ "whitelist", "ID=NAME", "the list that MDS knows by this id", false, true },                                 \
		{ "upgrade-type", "CODE=MODE", "what an upgradeType means: once, multiple or forced", false, true },   \
	{                                                                                                              \
		"zone", "OFFSET", "of times without one (default +08:00)", false, false                                \
	}
struct task_options;
int task_options_read(struct task_options *o, struct arena *mem, const struct cmd_args *args);

/* `--name CODE=WORD`, all of them: 0, or EXIT_USAGE with a message. */
struct mds_option;
int import_pairs(struct mds_option **out, size_t *n, struct arena *a, const struct cmd_args *args, const char *name);

/* The app that --app names, or the only one. NULL: error recorded. */
struct app *import_app(const struct model *m, const struct cmd_args *args, struct diags *d);

#endif
