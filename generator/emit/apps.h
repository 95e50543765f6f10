/* emit/apps.h: the apps' folders in what `build --out` made.
 *
 * Strict     what is neither an app's folder nor something that builds leave is an error: nobody knows what it is for.
 * Ownership  names live in the caller's arena. */
#ifndef EMIT_APPS_H
#define EMIT_APPS_H

#include "base/diag.h"

bool apps_is_one(const char *tree); /* the folder is an app's own: metadata/ lies in it */

/* The names of the folders, sorted. -1: an error, also where there is none at all; *n of them are good all the same. */
int apps_list(struct slice **out, size_t *n, struct arena *a, const char *tree, struct diags *d) MUST_CHECK;

#endif
