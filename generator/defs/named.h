/* defs/named.h: files and folders beside a release.json that it names.
 *
 * Purpose    one way to say `"file": "demo.apk"`, for every kind: a relative path below the release's folder, "/" between parts.
 * Endings    `suffixes` is one or more, separated by blanks (".hap .app"); "": any.
 * Errors     at the value: a path that leaves the folder, another ending, nothing there (with the nearest name).
 * Noted      what is named counts as named (scope_name_file(), scope_name_folder()), also where it was refused.
 * Ownership  *rel is in the model's arena: the path relative to REPO, to read it. It is untouched where the answer is false. */
#ifndef DEFS_NAMED_H
#define DEFS_NAMED_H

#include "defs/reader.h"
#include "defs/scope.h"

/* What the string `n` names. `folder` is the release's, relative to REPO, without a slash at its end. */
bool named_file(struct slice *rel, struct defs_scope *s, const struct node *n, struct slice folder,
		const char *suffixes);
/* A folder that holds at least one file. */
bool named_folder(struct slice *rel, struct defs_scope *s, const struct node *n, struct slice folder);
/* The same for the value of a key; an optional one that is absent: false, and no error. */
bool named_file_read(struct slice *rel, struct defs_scope *s, struct object *o, const char *key, enum need need,
		     struct slice folder, const char *suffixes);

#endif
