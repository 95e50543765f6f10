/* defs/transition.h: what one commit may not do to the one before it.
 *
 * Tasks      an ended task never changes again: whoever brings it to life would roll its devices anew, and whoever edits it
 *            would change what reviews say of the past. It may be removed, with or without its release. The tasks of one
 *            release.json are compared by id, as JSON values: white space and the order of keys are free. Errors stand at the
 *            first key of the task that differs.
 * H5 apps    resourceType never changes: a client unpacks the two types in different ways, and keeps what it has.
 * H5 content a version of which the earlier revision has a task that is not pending is published: clients have its package, know
 *            its entry, and never fetch it twice. Content is what they keep, and what the names in the tree are made of:
 *              - package.zip, or the files below www/ or files/: their paths and bytes (also behind a Git LFS pointer);
 *              - mainUrl, extendInfo, autoInstall and installType, of which a default that is spelt out is the same;
 *              - platform, whatever the order: the version's folder in the tree is named by it.
 *            Whom a version reaches (tasks, clientVersion) and what people read (memo, the app's name) may change. The error
 *            stands at "version".
 * Errors     recorded in `d`. A file that the earlier revision does not have, or of which no JSON can be made, allows everything.
 * Cost       files whose git object is the same are not read. */
#ifndef DEFS_TRANSITION_H
#define DEFS_TRANSITION_H

#include "base/filetree.h"
#include "model/model.h"

/* `now` was read from `tree`; `before` is the earlier revision of it. */
void transitions_check(const struct model *now, const struct filetree *tree, const struct filetree *before,
		       struct arena *a, struct diags *d);

#endif
