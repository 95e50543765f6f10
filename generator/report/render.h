/* report/render.h: what devices are offered, as text files that people review: one for each slot.
 *
 * Form       schemas/RENDER.md. A file lists the candidates of a slot in the order in which they win, each a block of lines: headline,
 *            conditions, what a device gets. Nothing in it depends on keys, hashes, earlier trees or the clock, nothing is numbered,
 *            and a list has a line for each value: so a change in one task is one hunk between two renders.
 * Content    offers that plan/prune.h leaves, of all platforms; where a slot has none, there is no file.
 * Files      <kind>/<slot>.txt: upgrade/android.txt, h5/20171228.txt, quickfix/com.example/1000000.txt, switch/new_home.txt.
 *            Packages are named by path and size: their bytes are not read, and not compared.
 * Ownership  paths and texts live in the arena.
 * Pure       but for the sizes of files, which `tree` tells. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include "base/filetree.h"
#include "model/model.h"

struct render_file {
	const char *path; /* below the app's folder */
	struct slice text;
};

struct render {
	struct render_file *v; /* by kind, then by slot */
	size_t n, cap;
};

/* `commit_time`: what decides whether a publishedAt is a condition. -1: a file could not be looked at, or memory ended. */
int render_app(struct render *out, const struct app *app, int64_t commit_time, const struct filetree *tree,
	       struct arena *a, struct diags *d) MUST_CHECK;
/* Whether a file of this path below an app's folder may be one that render_app() made. */
bool render_is_path(struct slice path);

#endif
