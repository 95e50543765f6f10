/* sign/roots.h: the chain of roots that a commit has, before anything is signed under it.
 *
 * Files      dir/1.root.json, dir/2.root.json, …: `files` are their bytes, `dir` is for messages.
 * Newest     it may be a draft (sign/draft.h) while people sign it: then the error says whose signatures it lacks, so that the pull request which
 *            adds it is red until enough people have signed.
 * Errors     located errors (exit 1) at the root that they are about.
 * Ownership  the chain lives in the caller's arena and borrows `files`. */
#ifndef SIGN_ROOTS_H
#define SIGN_ROOTS_H

#include "base/diag.h"
#include "format/tuf.h"
#include "sign/settings.h"

/* Signatures and versions; not expiry. */
int roots_decode(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		 const char *dir, struct diags *d) MUST_CHECK;
/* Also that the newest is not expired at `now` and has the `minimum` of its settings left; a warning where less than their `resign` is. */
int roots_check(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		const char *dir, int64_t now, const struct role_settings *settings, struct diags *d) MUST_CHECK;
/* The last part alone, of a root that lies at `path`. */
int roots_expiry(const struct tuf_file *root, const char *path, int64_t now, const struct role_settings *settings,
		 struct diags *d) MUST_CHECK;

#endif
