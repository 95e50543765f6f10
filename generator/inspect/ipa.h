/* inspect/ipa.h: what an iOS package says about itself.
 *
 * Purpose    a wrong version, another app or an expired profile shall fail in review and not on phones.
 * Bytes      a zip archive with exactly one Payload/<name>.app/Info.plist (inspect/plist.h); beside it the executable that it names,
 *            _CodeSignature/CodeResources and embedded.mobileprovision (inspect/profile.h). Code signatures are not checked.
 * Input      hostile: format/zipread.h's checks, of the whole archive, of IPA_ENTRIES files at most; only Info.plist and the
 *            profile are unpacked, each of bounded size.
 * Absent     a text that is absent is empty; whether that is wrong, the caller judges.
 * Errors     -1 and a reason of one line, constant or in the arena: no such archive, none or two apps, an Info.plist or a profile
 *            that cannot be read. */
#ifndef INSPECT_IPA_H
#define INSPECT_IPA_H

#include "inspect/profile.h"

#define IPA_ENTRIES 500000u

struct ipa {
	struct slice app;           /* "Payload/Demo.app" */
	struct slice bundle_id;     /* CFBundleIdentifier */
	struct slice short_version; /* CFBundleShortVersionString: the version that people see */
	struct slice version;       /* CFBundleVersion: of the build */
	struct slice minimum_os;    /* MinimumOSVersion */
	struct slice executable;    /* CFBundleExecutable */
	bool has_executable;        /* that file is there */
	bool has_code_resources;    /* _CodeSignature/CodeResources is there: the app is signed */
	bool has_profile;
	struct profile profile;
};

int ipa_read(struct ipa *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
