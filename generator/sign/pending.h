/* sign/pending.h: files of one build that wait for signatures from elsewhere (build --signatures DIR).
 *
 * Why        where the root wants more signatures of targets than one machine has keys, nobody can build alone. A
 *            build is reproducible: it leaves what has to be signed in DIR/<appCode>/, people sign there
 *            (sign/draft.h), and the same build, run again, takes the signatures.
 * Files      DIR/<appCode>/N.targets.json, N.objects….json, and root.json: the root that says who signs. While an
 *            objects file waits, the file of targets that delegates to it lies there too, also when it is complete.
 * Matching   a file counts for a role when it says what the build is about to say (version and content; the expiry may
 *            differ as long as it is not later than a new file's would be and not nearer than the settings' `resign`),
 *            and each signature in it is checked again: one that does not hold, or is by a key that the root no longer
 *            names, is left out. A file that says something else is written anew.
 * Clean      pending_close() removes these files, and nothing else that may lie in the folder. */
#ifndef SIGN_PENDING_H
#define SIGN_PENDING_H

#include "base/diag.h"
#include "format/tuf.h"

struct pending {
	struct arena mem;
	const char *dir; /* DIR/<appCode> */
	size_t waiting;  /* files that lack signatures */
};
#define PENDING_INIT                                                                                                   \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

void pending_open(struct pending *p, const char *dir, struct slice app);
void pending_release(struct pending *p);

/* DIR/<appCode>/N.<role>.json, for messages; lives in p->mem. */
const char *pending_path(struct pending *p, struct slice role, uint64_t version);

/* What lies in the folder for this role and version: 0, 1 there is none, -1. *out lives in p->mem; who signed it is unchecked. */
int pending_find(struct tuf_file *out, struct pending *p, struct slice role, uint64_t version, struct digests *dg,
		 struct diags *d) MUST_CHECK;
/* Leaves a file, with the signatures that it has, and root.json beside it. */
int pending_leave(struct pending *p, struct slice role, const struct tuf_file *f, const struct tuf_file *root,
		  struct diags *d) MUST_CHECK;
/* Nothing waits any more: the files are removed, and the folder where it is empty then. */
int pending_close(struct pending *p, struct diags *d) MUST_CHECK;

#endif
