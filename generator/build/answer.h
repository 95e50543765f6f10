/* build/answer.h: answers, the final JSON that a device gets for a release and task.
 *
 * Bytes      schemas/FORMAT.md section 5: sorted keys, no white space; references to objects of the tree are relative. Answers
 *            of tasks that say the same are the same bytes.
 * Needs      what packages_prepare(), h5_prepare(), quickfixes_prepare() and delta_pairs_add() fill in. */
#ifndef BUILD_ANSWER_H
#define BUILD_ANSWER_H

#include "base/strbuf.h"
#include "model/model.h"

/* `link` is the downloadUrl of an enterprise release (build/itms.h), else empty. -1: memory, or a text that is not UTF-8. */
int answer_make(struct strbuf *out, const struct app *app, const struct release *r, const struct task *t,
		struct slice link) MUST_CHECK;

#endif
