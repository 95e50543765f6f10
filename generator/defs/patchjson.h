/* defs/patchjson.h: the patch.json of a module that a quick fix release has built: text of the repository, so
 * checked like one.
 *
 * Form       {"app": {bundleName, versionCode, versionName, patchVersionCode, patchVersionName}, "module": {name,
 *            type, deviceTypes, originalModuleHash}}, all required.
 * Checked    the numbers and names of `app` against the release's folder; the version names against the modules
 *            before it; the module alone. Whether originalModuleHash is that of the installed .hap is for build/,
 *            which has its bytes. */
#ifndef DEFS_PATCHJSON_H
#define DEFS_PATCHJSON_H

#include "defs/scope.h"

struct patchjson {
	const char *path;
	struct slice version_name, patch_version_name; /* empty: not good */
	struct slice module;                           /* empty: not good */
	struct slice *types;                           /* deviceTypes */
	size_t ntypes;
};

/* Reads `file`. `fix` has its bundle_name, version_code and patch_version_code; `first` is the release's first
 * module, NULL for that one itself. Errors are recorded; what they concern is left empty. */
void patchjson_read(struct patchjson *out, struct defs_scope *s, const struct file_entry *file,
		    const struct quickfix *fix, const struct patchjson *first);

#endif
