/* defs/transition.h: what one commit may not do to the one before it.
 *
 * Purpose    an ended task never changes again: whoever brings it to life would roll its devices anew, and whoever edits it
 *            would change what reviews say of the past. It may be removed, with or without its release.
 * Compared   the tasks of one file in two revisions, by id, as JSON values: white space and the order of keys are free.
 * Errors     recorded in `d` at the first key of the task that differs. A file that the earlier revision does not have, or of
 *            which no JSON can be made, allows everything.
 * Cost       files whose git object is the same are not read. */
#ifndef DEFS_TRANSITION_H
#define DEFS_TRANSITION_H

#include "base/filetree.h"
#include "model/model.h"

/* `now` was read from `tree`; `before` is the earlier revision of it. */
void transitions_check(const struct model *now, const struct filetree *tree, const struct filetree *before,
		       struct arena *a, struct diags *d);

#endif
