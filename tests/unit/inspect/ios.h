/* iOS packages for the tests: an app with all that devices ask for, and what a case changes of it. */
#ifndef UNIT_INSPECT_IOS_H
#define UNIT_INSPECT_IOS_H

#include "../signed.h"
#include "format/zipwrite.h"

#define IOS_KEY(key, value) "<key>" key "</key>" value
#define IOS_STRING(s)       "<string>" s "</string>"
#define IOS_ID              IOS_KEY("CFBundleIdentifier", IOS_STRING("com.example.demo"))
#define IOS_SHORT           IOS_KEY("CFBundleShortVersionString", IOS_STRING("5.0.0"))
#define IOS_VERSION         IOS_KEY("CFBundleVersion", IOS_STRING("77"))
#define IOS_MINIMUM         IOS_KEY("MinimumOSVersion", IOS_STRING("13.0"))
#define IOS_EXECUTABLE      IOS_KEY("CFBundleExecutable", IOS_STRING("Demo"))
#define IOS_PLIST(keys)     "<plist><dict>" keys "</dict></plist>"
#define IOS_INFO            IOS_PLIST(IOS_ID IOS_SHORT IOS_VERSION IOS_MINIMUM IOS_EXECUTABLE)

#define IOS_ALL           IOS_KEY("ProvisionsAllDevices", "<true/>")
#define IOS_EXPIRES       IOS_KEY("ExpirationDate", "<date>2027-11-21T08:00:00Z</date>") /* 1826784000 */
#define IOS_RIGHTS(id)    IOS_KEY("Entitlements", "<dict>" IOS_KEY("application-identifier", IOS_STRING(id)) "</dict>")
#define IOS_DEVICES(list) IOS_KEY("ProvisionedDevices", "<array>" list "</array>")
#define IOS_TEAM          IOS_KEY("TeamName", IOS_STRING("Example Ltd."))
#define IOS_PROFILE       IOS_PLIST(IOS_TEAM IOS_ALL IOS_EXPIRES IOS_RIGHTS("AB12CD34EF.com.example.demo"))

/* NULL: as it should be; "": not there. */
struct ios {
	const char *folder; /* "Payload/Demo.app/" */
	const char *info, *executable, *resources;
	const char *profile; /* what is signed */
	const char *raw;     /* the profile as it is, instead */
	const char *extra;   /* one more file, of no bytes */
};

static inline void ios_put(struct zip_writer *z, const char *folder, const char *name, struct slice data)
{
	struct strbuf path = STRBUF_INIT;

	if (data.n) {
		strbuf_addf(&path, "%s%s", folder, name);
		zip_put(z, strbuf_slice(&path), data);
	}
	strbuf_release(&path);
}

static inline void ios_make(struct strbuf *out, const struct signer_pair *s, const struct ios *x)
{
	const char *folder = x->folder ? x->folder : "Payload/Demo.app/", *why;
	struct slice content = slice_of(x->profile ? x->profile : IOS_PROFILE);
	struct strbuf profile = STRBUF_INIT;
	struct zip_writer z;

	if (x->raw)
		strbuf_adds(&profile, x->raw);
	else if (content.n)
		signed_put(&profile, s, content);
	zip_begin(&z, out);
	ios_put(&z, folder, "Info.plist", slice_of(x->info ? x->info : IOS_INFO));
	ios_put(&z, folder, "Demo", slice_of(x->executable ? x->executable : "code"));
	ios_put(&z, folder, "_CodeSignature/CodeResources", slice_of(x->resources ? x->resources : "hashes"));
	ios_put(&z, folder, "embedded.mobileprovision", strbuf_slice(&profile));
	if (x->extra)
		zip_put(&z, slice_of(x->extra), SLICE(""));
	signed_must(!zip_end(&z, &why));
	strbuf_release(&profile);
}

#endif
