/* resolve/quickfixfile.h: what the system would find in one .hqf, fault by fault.
 *
 * Unlike     inspect/hqf.h, which is for those who build: here is read what the system reads, and refused what it refuses. But an archive
 *            that tells two stories (format/zipread.h), and a patch.json with a key twice, are unreadable here.
 * Bytes      a zip: patch.json with {"app": {"bundleName", "versionCode", "patchVersionCode"}, "module": {"name", "type"}}, numbers from 0 to
 *            2^32 - 1, names that are not empty and without `../`; texts in "versionName", "patchVersionName" and
 *            "originalModuleHash", an array of texts in "deviceTypes", where they are there. libs/<abi>/, for the ABIs that are
 *            known; resources/rawfile/; a signing block (inspect/hapsig.h).
 * Input      hostile, borrowed during the call; may be mapped.
 * Memory     facts go to an arena that obeys its limit, bounded by 200 KiB a file; work takes FILE_WORK at most, beside what libraries
 *            take (inspect/cms.h, and thirty times patch.json). Nothing aborts. */
#ifndef RESOLVE_QUICKFIXFILE_H
#define RESOLVE_QUICKFIXFILE_H

#include "base/arena.h"
#include "resolve/mdresolve.h"

#define QUICKFIX_PATCH_MAX ((size_t)64 << 10) /* bytes of patch.json */
#define QUICKFIX_FILE_WORK ((size_t)16 << 20)

enum patch_type { PATCH_UNKNOWN, PATCH_PATCH, PATCH_HOTRELOAD };
enum patch_type patch_type_of(struct slice name);

struct quickfix_file {
	const char *path; /* the caller's */

	const char *unreadable; /* why the rest is not filled; NULL: it is */
	struct slice bundle, module;
	uint32_t version_code, patch_version_code;
	enum patch_type type;
	bool rawfile;  /* there is something below resources/rawfile/ */
	unsigned abis; /* one bit for each ABI that it has libraries for */

	int fault;                                        /* of the signature: MDR_QF_SIGN_… or MDR_QF_OK */
	const char *fault_why;                            /* with a fault; what follows is filled without one */
	struct slice profile_bundle, apl, app_identifier; /* the last two may be empty: not said */
	struct slice profile_type, distribution;
	struct slice app_id; /* "<bundle>_<public key, in base64>" */
};

/* All but `path`. `anchors`: as struct mdr_bundle has them. -1: memory or a limit, so that nothing is known. */
int quickfix_file_read(struct quickfix_file *out, struct arena *a, struct slice bytes, const char *anchors) MUST_CHECK;

/* The bit of an ABI; 0: unknown. */
unsigned quickfix_abi(struct slice name);

#endif
