/* defs/roots.h: the chain of TUF root metadata, keys/1.root.json, keys/2.root.json, …
 *
 * An app's own folder apps/<dir>/keys/ wins over keys/ as a whole where it holds at least one root. Checked here: numbers
 * without a gap from 1, JSON objects. What TUF says about their content is for the signer. No root at all is no error. */
#ifndef DEFS_ROOTS_H
#define DEFS_ROOTS_H

#include "defs/layout.h"
#include "model/model.h"

struct root_chain {
	struct slice *v; /* content of 1.root.json, 2.root.json, …; as far as they go without a gap or an error */
	size_t n;
	const char *dir; /* relative to the repository's root, for messages; NULL where there is no root */
};

void roots_load(struct root_chain *out, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		struct diags *d);

#endif
