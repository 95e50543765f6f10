/* inspect/axml.h: the few facts we need of a compiled AndroidManifest.xml.
 *
 * Bytes      Android's binary XML (frameworks/base ResourceTypes.h): chunks of {u16 type, u16 header size, u32 size}: file
 *            0x0003, and in it string pool 0x0001, resource map 0x0180, start element 0x0102, end
 *            element 0x0103; all little-endian. What lies behind the file's chunk is not looked at. <manifest> must be readable;
 *            of what follows <uses-sdk> alone is looked for, as far as it can be read.
 * Input      hostile: every offset is checked, a string of more than 1024 units counts as unreadable, unknown chunks are skipped
 *            by their size. Two string pools are refused, so that nobody has to guess which one a phone takes.
 * Ownership  texts are copied into the arena. */
#ifndef INSPECT_AXML_H
#define INSPECT_AXML_H

#include "base/arena.h"
#include "base/slice.h"

struct axml_manifest {
	struct slice package; /* attribute `package` of <manifest> */
	bool has_version_name;
	bool version_name_is_reference; /* "@string/…": the text lies in resources.arsc, which is not read */
	struct slice version_name;
	bool has_version_code, has_version_code_major;
	uint64_t version_code;        /* versionCodeMajor in the upper half */
	struct slice split;           /* attribute `split`: a part of an app, installed beside its base; else empty */
	uint32_t min_sdk, target_sdk; /* of <uses-sdk>; 0: not given, or no number */
};

/* 0, or -1 with a constant reason; then *out is not to be used. */
int axml_manifest_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
