/* cmd/export.h: what the export commands share.
 *
 * Reads      a commit, or the work tree, as check does; definitions with errors are not exported.
 * Prints     the JSON on stdout, or into --out FILE, which must not exist; warnings about what the form cannot hold on stderr.
 * Exit codes as check's. */
#ifndef CMD_EXPORT_H
#define CMD_EXPORT_H

#include <jansson.h>

#include "cmd/load.h"

#define EXPORT_OPTIONS                                                                                                 \
	LOAD_OPTIONS,                                                                                                  \
		{ "app", "DIR", "the app: its folder below apps/, or its app code (default: the only one)", false,     \
		  false },                                                                                             \
	{                                                                                                              \
		"out", "FILE", "write there instead of stdout", false, false                                           \
	}

/* Makes the JSON of an app; NULL: errors recorded in l->d. */
typedef json_t *export_app(struct load *l, struct app *app, const struct cmd_args *args, void *ctx);

/* From REPO and options to the exit code. */
int export_run(const struct cmd_args *args, export_app *make, void *ctx);

#endif
