/* build/axml.h: the few facts we need of a compiled AndroidManifest.xml.
 *
 * Bytes      Android's binary XML (frameworks/base ResourceTypes.h): chunks of {u16 type, u16 header size, u32 size}: file
 *            0x0003, and in it string pool 0x0001, resource map 0x0180, start element 0x0102; all little-endian. What lies
 *            behind the file's chunk, and behind the first element, is not looked at.
 * Input      hostile: every offset is checked, a string of more than 1024 units counts as unreadable, unknown chunks are skipped
 *            by their size. Two string pools are refused, so that nobody has to guess which one a phone takes.
 * Ownership  texts are copied into the arena. */
#ifndef BUILD_AXML_H
#define BUILD_AXML_H

#include "base/arena.h"
#include "base/slice.h"

struct axml_manifest {
	struct slice package; /* attribute `package` of <manifest> */
	bool has_version_name;
	bool version_name_is_reference; /* "@string/…": the text lies in resources.arsc, which is not read */
	struct slice version_name;
	bool has_version_code;
	uint32_t version_code;
};

/* 0, or -1 with a constant reason; then *out is not to be used. */
int axml_manifest_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
