/* cmd/output.h: files that a command makes where its caller says.
 *
 * A file that is there already stays as it is: with the same bytes all is well, with others nothing is written. What is new appears
 * whole or not at all. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "base/digest.h"
#include "base/fileio.h"

/* Whether `path` may get these bytes: -1 and an error where it is there with others. */
int output_check(bool *there, const char *path, struct slice bytes, struct diags *d) MUST_CHECK;
/* Checks and writes. */
int output_write(bool *there, const char *path, struct slice bytes, struct diags *d) MUST_CHECK;
/* "PATH: written, N bytes, SHA-256 …" or "PATH: unchanged, …" on stdout. */
int output_tell(bool there, const char *path, struct slice bytes, struct digests *digests, struct diags *d) MUST_CHECK;

#endif
