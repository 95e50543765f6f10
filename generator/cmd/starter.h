/* cmd/starter.h: files of templates/ that `mdstatic init` writes. One that begins with "#!" is a program. */
#ifndef CMD_STARTER_H
#define CMD_STARTER_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/embedded.h"

/* Definitions, CI files and JSON Schemas: what a new repository begins with. Paths are relative to it. */
extern const struct embedded starter_files[];
extern const size_t nstarter_files;

/* git hooks and what they call. Paths are relative to the folder of hooks. */
extern const struct embedded hook_files[];
extern const size_t nhook_files;

/* Puts the hooks into the repository and says on stdout what its configuration still needs. Older ones of ours are replaced; where
 * there is one of somebody else's, nothing is written. */
int hooks_install(const char *repo, struct diags *d) MUST_CHECK;

#endif
