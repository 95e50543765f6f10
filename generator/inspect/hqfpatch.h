/* inspect/hqfpatch.h: patch.json, what a module of a harmony quick fix says about itself.
 *
 * Bytes      JSON: {"app": {"bundleName", "versionCode", "versionName", "patchVersionCode", "patchVersionName"},
 *                   "module": {"name", "type", "deviceTypes", "originalModuleHash"}}; all of them there, other keys are skipped.
 * Checked    types and ranges, as the strictest of the packing tools and devices do; type is "patch" ("hotreload" is for debug
 *            builds alone); a name is no path. Not checked: that originalModuleHash is a SHA-256.
 * Ownership  texts live in the arena; reasons do, or are constant. */
#ifndef INSPECT_HQFPATCH_H
#define INSPECT_HQFPATCH_H

#include "base/arena.h"
#include "base/slice.h"

#define HQF_PATCH_NAME "patch.json"
#define HQF_PATCH_MAX  ((size_t)1 << 20)

struct hqf_patch {
	struct slice bundle_name, version_name, patch_version_name;
	uint32_t version_code, patch_version_code;
	struct slice module;
	struct slice *device_types; /* at least one, none twice */
	size_t ndevice_types;
	struct slice module_hash;
	struct slice text; /* the whole in the form of FORMAT.md section 1 */
};

int hqf_patch_read(struct hqf_patch *out, struct arena *a, struct slice text, const char **why) MUST_CHECK;

#endif
