/* publish/hook.h: a command of the user's that hears which files have changed under their names, so that a CDN can be told to forget them.
 *
 * Called     sh -c COMMAND; on standard input the keys relative to DEST, one a line; DEST in the environment as MDSTATIC_DEST. What it
 *            prints on standard output goes to standard error, so that ours stays what it is.
 * Errors     it cannot be started, ends with another code than 0, or by a signal: of the environment. */
#ifndef PUBLISH_HOOK_H
#define PUBLISH_HOOK_H

#include "base/diag.h"

int hook_run(const char *command, const char *dest, const char *const *keys, size_t n, struct diags *d) MUST_CHECK;

#endif
