/* cmd/task_edit.h: edits of release.json files in the work tree: all of a call, or none.
 *
 * Order      edits_open() reads the work tree; edits_find() names releases; edits_text() and edits_set() change their texts as
 *            often as it takes; edits_write() loads the work tree once more with the new texts, as if they were written. Where
 *            that shows an error that was not there before, nothing is written. Else each file is replaced (its mode kept), and
 *            its place and changed lines are printed. Nothing is ever committed.
 * Errors     collected in load.d, and printed by edits_close(). Errors that the definitions had before stay out of the way: who
 *            ends a task because there are too many is not to be stopped by that.
 * Failure    where one of several files cannot be written, those written before are put back. */
#ifndef CMD_TASK_EDIT_H
#define CMD_TASK_EDIT_H

#include "base/map.h"
#include "cmd/load.h"

struct edited {
	const struct release *release;
	struct slice text; /* in the arena */
	struct edited *next;
};

struct edits {
	struct load load;
	const char *repo;
	struct diags before;         /* what the work tree says without the edits */
	struct edited *first, *last; /* in the order of edits_set() */
	struct map by_path;          /* the same: origin.path → struct edited */
};

/* Options that every such command has. */
#define EDITS_OPTIONS                                                                                                  \
	{ "app", "APPCODE", "the app, where several have a release of that name", false, false },                      \
	{                                                                                                              \
		"any-owner", NULL, "also edit a repository that belongs to another user", false, false                 \
	}

/* 0, or -1 where there is nothing to go on with; edits_close() is due in both cases. */
int edits_open(struct edits *e, const struct cmd_args *a) MUST_CHECK;

/* The release that a person names: by a path to its folder or release.json, from the current directory or from REPO; or as
 * KIND/SLOT/VERSION, like `upgrade/android/8.0.10`, `hotpatch/android/8.0.10/3`, `h5/20171228/1.0.0.1` or
 * `quickfix/com.example.demo/1000000/1000001`. `app`: an appCode, or NULL. NULL: an error is recorded. */
const struct release *edits_find(struct edits *e, const char *name, const char *app) MUST_CHECK;
/* `upgrade/android/8.0.10`, in the arena. */
const char *edits_name(struct edits *e, const struct release *r);

struct slice edits_text(const struct edits *e, const struct release *r); /* as edited so far */
/* Takes the bytes of `text`, unless `bad` (what a jsonedit_…() call said): that is an error. */
int edits_set(struct edits *e, const struct release *r, int bad, const struct strbuf *text);

void edits_write(struct edits *e);
int edits_close(struct edits *e); /* prints errors and warnings; the exit code */

#endif
