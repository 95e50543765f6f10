/* inspect/happrofile.h: the profile (.p7b) inside the signing block of a harmony package.
 *
 * Bytes      CMS SignedData with JSON inside: {"type", "app-distribution-type", "validity": {"not-before", "not-after"}, "bundle-info": {"bundle-name",
 *            "apl", "app-identifier", "distribution-certificate" (type "release") or "development-certificate" (type "debug")}},
 *            certificates in PEM. Source: hapsigner and appverify of OpenHarmony.
 * Checked    the CMS (inspect/cms.h); type, validity, bundle-name and the certificate are there. Not judged: who signed it, unless
 *            with trust anchors, and whether it has expired.
 * Ownership  texts live in the arena; reasons do, or are constant.
 * Errors     REFUSE_NO_MEMORY where memory or the arena's limit ends: nothing here aborts. */
#ifndef INSPECT_HAPPROFILE_H
#define INSPECT_HAPPROFILE_H

#include "inspect/cms.h"

#define HAPPROFILE_JSON_MAX ((size_t)256 << 10)

struct happrofile {
	struct slice type; /* "release", "debug" */
	int64_t not_before, not_after;
	struct slice distribution;                     /* "app_gallery", …; may be empty */
	struct slice bundle_name, apl, app_identifier; /* the last two may be empty: not said */
	struct certificate app;                        /* with it the package must be signed */
	struct certificate signer;                     /* of the profile itself */
	bool authentic; /* its signature (and chain) hold; also set where its content is refused */
};

/* `trust`: anchors and time, nothing else; without anchors nobody vouches for the signer. */
int happrofile_read(struct happrofile *out, struct arena *a, struct slice p7b, const struct cms_query *trust,
		    const char **why) MUST_CHECK;

#endif
