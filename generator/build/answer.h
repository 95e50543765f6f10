/* build/answer.h: answer objects, the final JSON that a device gets for a release and task.
 *
 * Bytes      schemas/FORMAT.md section 5: sorted keys, no white space; references to objects of the tree are relative. Answers
 *            of tasks that say the same are the same bytes, and so one object. */
#ifndef BUILD_ANSWER_H
#define BUILD_ANSWER_H

#include "base/strbuf.h"
#include "model/model.h"

int answer_upgrade(struct strbuf *out, const struct upgrade *u, const struct task *t) MUST_CHECK; /* -1: memory */

#endif
