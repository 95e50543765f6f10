/* inspect/profile.h: provisioning profiles of iOS packages (embedded.mobileprovision): which app may run on which devices, how long.
 *
 * Bytes      CMS SignedData with an XML property list inside (Apple's TN3125). The signature is verified with the certificate that
 *            comes with it (inspect/cms.h); no chain is: whether Apple made it, a device judges.
 * Input      hostile: the limits of inspect/cms.h and inspect/plist.h.
 * Ownership  texts lie in the arena.
 * Errors     -1 and a reason of one line, constant or in the arena. */
#ifndef INSPECT_PROFILE_H
#define INSPECT_PROFILE_H

#include "base/arena.h"
#include "base/slice.h"

#define PROFILE_NAME "embedded.mobileprovision"
#define PROFILE_MAX  ((uint64_t)1 << 20) /* bytes */

struct profile {
	struct slice
		app_id; /* Entitlements/application-identifier: team, a point, a bundle id or its beginning and `*` */
	struct slice name;      /* Name; may be empty */
	struct slice team_name; /* TeamName; may be empty */
	int64_t created;        /* CreationDate; 0: absent */
	int64_t expires;        /* ExpirationDate: not valid from then on */
	bool all_devices;       /* ProvisionsAllDevices: an enterprise's profile */
	bool has_devices;       /* ProvisionedDevices is there: a development or ad-hoc profile */
	size_t ndevices;
	bool debuggable; /* Entitlements/get-task-allow: a development profile */
};

int profile_read(struct profile *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

/* Whether the profile is for this app: its application-identifier, behind the team, is the bundle id or a pattern for it. */
bool profile_covers(const struct profile *p, struct slice bundle_id);

#endif
