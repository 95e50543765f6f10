/* defs/package.h: the `package` object of a release: a file beside it, or a URL with size and digests. */
#ifndef DEFS_PACKAGE_H
#define DEFS_PACKAGE_H

#include "defs/reader.h"
#include "defs/scope.h"

/* The required key "package". `folder` is the release's folder, relative to REPO, without a slash at its end; `suffixes`
 * (".apk", ".hap .app"; "": any) are asked of a file's name, as defs/named.h has it; `md5` says whether the url form needs it. */
bool package_read(struct package *out, struct defs_scope *s, struct object *o, struct slice folder,
		  const char *suffixes, enum need md5);

#endif
