/* source/gitdir.h: the inside of a repository, for who puts hooks into it.
 *
 * REPO       a repository itself, bare or not; a folder somewhere in one is an error.
 * Errors     of the environment. */
#ifndef SOURCE_GITDIR_H
#define SOURCE_GITDIR_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/strbuf.h"

/* Appends its git folder ("/srv/app.git", "/home/me/app/.git"; of linked work trees the common one), without a slash at its end. */
int gitdir_find(struct strbuf *out, const char *repo, struct diags *d) MUST_CHECK;

/* Appends what `git config NAME` prints. 0 found, 1 not set, -1 error. */
int gitdir_setting(struct strbuf *out, const char *repo, const char *name, struct diags *d) MUST_CHECK;

#endif
