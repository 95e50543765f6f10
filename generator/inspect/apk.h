/* inspect/apk.h: what an Android package says about itself.
 *
 * Purpose    a wrong version or package name shall fail in review and not on phones.
 * Bytes      a zip archive whose AndroidManifest.xml is compiled XML (inspect/axml.h). Only that entry is inflated.
 * Input      hostile: the entry is at most APK_MANIFEST_MAX bytes, and as long as the archive says; anything unreadable is -1
 *            with a reason in *why, which lives in the arena or is constant.
 * Memory     what the entry and the directory need. */
#ifndef INSPECT_APK_H
#define INSPECT_APK_H

#include "format/zipread.h"
#include "inspect/axml.h"

#define APK_MANIFEST_NAME "AndroidManifest.xml"
#define APK_MANIFEST_MAX  (8u << 20)

struct apk {
	struct zip zip; /* for inspect/apksig.h */
	struct axml_manifest manifest;
};

int apk_read(struct apk *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
