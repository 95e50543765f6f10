/* defs/scope.h: what a definition is read against: its app, the lists that it may name, and where errors go.
 *
 * Life       app.ini, resources and whitelists are read first; then scope_init() indexes them, and release, switch and
 *            other files are read one after another; scope_release() frees the indexes (the model lives in `a`).
 * Ownership  everything is borrowed but the maps and the scratch arena.
 * Errors     look-ups record nothing; the readers do, with a position. */
#ifndef DEFS_SCOPE_H
#define DEFS_SCOPE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/filetree.h"
#include "base/map.h"
#include "model/model.h"

struct defs_scope {
	struct arena *a;      /* of the model */
	struct arena scratch; /* of the file being read; reset behind each */
	struct diags *d;
	int64_t commit_time;
	const struct filetree *files; /* to see that a named file exists */
	struct app *app;

	struct map elements;   /* name → struct element */
	struct map whitelists; /* name → struct whitelist */
	struct map verdicts;   /* "element\0value" → what resources/ say of it, so that a value is judged once */
	struct map named;      /* rel → a mark: every file that a definition names, also where it was refused */
	struct map folders;    /* rel → a mark: every folder that a definition names, with all that is below it */
};

void scope_init(struct defs_scope *s, struct arena *a, struct diags *d, int64_t commit_time,
		const struct filetree *files, struct app *app);
void scope_release(struct defs_scope *s);

const struct element *scope_element(const struct defs_scope *s, struct slice name); /* NULL: there is none */
struct whitelist *scope_whitelist(const struct defs_scope *s, struct slice name);
/* The nearest name for a message; the empty slice where none is near. */
struct slice scope_nearest_element(struct defs_scope *s, struct slice name);
struct slice scope_nearest_whitelist(struct defs_scope *s, struct slice name);

/* Whether resources/ list `value` for the element, compared as its type compares. Where not, *nearest is the nearest
 * listed value, or empty. */
bool scope_is_listed(struct defs_scope *s, const struct element *e, struct slice value, struct slice *nearest);

/* Notes that a definition names the file `rel`, or the folder `rel` and so every file below it (both in the arena, without a
 * slash at the end); scope_is_named() answers whether one did. */
void scope_name_file(struct defs_scope *s, struct slice rel);
void scope_name_folder(struct defs_scope *s, struct slice rel);
bool scope_is_named(const struct defs_scope *s, struct slice rel);

#endif
