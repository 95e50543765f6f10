/* emit/verify_answer.h: that an answer leads to what it should: the part of verifying a tree that follows references.
 *
 * Checked    a reference that does not stand for itself is an object or a file that the tree lists, or a folder (with `/` at its
 *            end) of such files; the length and the SHA-256 that stand beside it are those of the list.
 * Errors     located errors that name the file of the answer. */
#ifndef EMIT_VERIFY_ANSWER_H
#define EMIT_VERIFY_ANSWER_H

#include "base/diag.h"
#include "base/kinds.h"
#include "emit/metadata.h"
#include "format/files.h"

/* What the tree lists. */
struct verify_lists {
	const struct metadata *m;
	const struct files *files; /* of files.json */
};

/* `answer` is the text of an answer object, `from` the file that holds it. */
void verify_answer(const struct verify_lists *lists, struct slice answer, enum kind kind, const char *from,
		   struct diags *d);

#endif
