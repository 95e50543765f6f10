/* defs/textfile.h: the text of one definition file.
 *
 * Ownership  the text is copied into the arena, where the model's origins keep it for late errors.
 * Limits     TEXTFILE_MAX bytes: definitions are written by people. Errors at the file. */
#ifndef DEFS_TEXTFILE_H
#define DEFS_TEXTFILE_H

#include "base/arena.h"
#include "base/filetree.h"
#include "model/model.h"

#define TEXTFILE_MAX (16u << 20)

int textfile_read(struct origin *out, const struct filetree *tree, const struct file_entry *e, struct arena *a,
		  struct diags *d) MUST_CHECK;

#endif
