/* Any bytes as patch.json: refused with a reason, or what was read is in range, and its one form is read as the same and is its
 * own one form. */
#include "inspect/hqfpatch.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct hqf_patch p, again;
	const char *why = NULL;

	if (hqf_patch_read(&p, &a, slice_bytes(data, size), &why)) {
		REQUIRE(why && *why);
	} else {
		REQUIRE(p.bundle_name.n && p.version_name.n && p.patch_version_name.n && p.module.n && p.module_hash.n);
		REQUIRE(p.version_code <= INT32_MAX && p.patch_version_code >= 1 && p.patch_version_code <= INT32_MAX);
		REQUIRE(slice_find(p.module, '/') < 0 && slice_find(p.module, '%') < 0 && p.ndevice_types > 0);
		REQUIRE(hqf_patch_read(&again, &a, p.text, &why) == 0);
		REQUIRE(slice_eq(p.text, again.text) && slice_eq(p.module, again.module));
	}
	arena_release(&a);
	return 0;
}
