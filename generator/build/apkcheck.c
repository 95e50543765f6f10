#include "build/apkcheck.h"

#include <inttypes.h>
#include <string.h>

#include "inspect/apk.h"
#include "inspect/apksig.h"
#include "inspect/jarsig.h"

#define STRICT_SDK 30
#define NAMED(c)   SLICE_ARG((c)->p->file)

static void check_name(const struct package_check *c, const struct axml_manifest *apk)
{
	struct slice want = c->app->package_name[PLATFORM_ANDROID];

	if (want.n && !slice_eq(want, apk->package))
		diag_error(c->d, package_pos(c->r),
			   "the package in " SLICE_FMT " (" APK_MANIFEST_NAME ") is \"" SLICE_FMT
			   "\"; [android] packageName in app.ini is \"" SLICE_FMT "\"",
			   NAMED(c), SLICE_ARG(apk->package), SLICE_ARG(want));
}

static void check_version(const struct package_check *c, const struct axml_manifest *apk)
{
	const struct upgrade *u = upgrade_of(c->r);
	struct srcpos at = package_pos(c->r);
	struct version v;

	if (!apk->has_version_name) {
		diag_error(c->d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has no versionName; this release is version " SLICE_FMT,
			   NAMED(c), SLICE_ARG(u->r.version_text));
	} else if (apk->version_name_is_reference) {
		diag_warning(c->d, at,
			     SLICE_FMT
			     " (" APK_MANIFEST_NAME
			     ") takes its versionName from a resource; it was not compared with version " SLICE_FMT,
			     NAMED(c), SLICE_ARG(u->r.version_text));
	} else if (!slice_eq(apk->version_name, u->r.version_text) &&
		   !(version_parse(&v, apk->version_name) && version_cmp(&v, &u->version) == 0)) {
		diag_error(c->d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has versionName \"" SLICE_FMT
				     "\"; this release is version " SLICE_FMT,
			   NAMED(c), SLICE_ARG(apk->version_name), SLICE_ARG(u->r.version_text));
	}
}

static void check_split(const struct package_check *c, const struct axml_manifest *apk)
{
	if (apk->split.n)
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT
			   " (" APK_MANIFEST_NAME ") is \"" SLICE_FMT
			   "\", a split of an app, which phones install beside its base alone; a release needs "
			   "the whole app",
			   NAMED(c), SLICE_ARG(apk->split));
}

/* --- signatures --------------------------------------------------------------------------------------------------------- */

/* Phones with Android 11 and later want a scheme from v2 on where targetSdkVersion is 30 or more; it defaults to
 * minSdkVersion, and that to 1. */
static void warn_v1(const struct package_check *c, const struct axml_manifest *apk)
{
	uint32_t target = apk->target_sdk ? apk->target_sdk : apk->min_sdk ? apk->min_sdk : 1;

	if (target >= STRICT_SDK)
		diag_warning(c->d, package_pos(c->r),
			     SLICE_FMT
			     " has no APK Signature Scheme v2 or v3 signature: phones with Android 11 and later "
			     "refuse it, as its targetSdkVersion is %" PRIu32,
			     NAMED(c), target);
	else
		diag_warning(c->d, package_pos(c->r),
			     SLICE_FMT
			     " has no APK Signature Scheme v2 or v3 signature: it can be changed after signing, "
			     "and phones with Android 11 and later refuse such from targetSdkVersion 30 on (its: "
			     "%" PRIu32 ")",
			     NAMED(c), target);
}

/* An archive without a signing block; a JAR signature may say that there was one. */
static void check_v1(const struct package_check *c, const struct apk *apk)
{
	struct package_facts *said = &c->p->said;
	struct jarsig sig;
	const char *why;

	if (jarsig_read(&sig, &apk->zip, &why)) {
		diag_error(c->d, package_pos(c->r),
			   "the v1 signature of " SLICE_FMT " does not hold: %s; phones refuse it", NAMED(c), why);
	} else if (!sig.n) {
		diag_warning(c->d, package_pos(c->r),
			     SLICE_FMT " is not signed: it has no APK Signature Scheme v2 or v3 signature, nor a v1 "
				       "signature; phones refuse it",
			     NAMED(c));
	} else if (sig.schemes.n) {
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT " had more signatures: its v1 signature names the schemes " SLICE_FMT
				     ", which are gone; phones refuse it",
			   NAMED(c), SLICE_ARG(sig.schemes));
	} else {
		said->has_cert = true;
		memcpy(said->cert, sig.cert[0], sizeof(said->cert));
		warn_v1(c, &apk->manifest);
	}
}

static void check_signature(const struct package_check *c, const struct apk *apk)
{
	struct package_facts *said = &c->p->said;
	const struct apksig_signers *newest;
	struct apksig sig;
	const char *why;

	if (apksig_read(&sig, &apk->zip, &why)) {
		diag_error(c->d, package_pos(c->r),
			   "the signature of " SLICE_FMT " does not hold: %s; phones refuse it", NAMED(c), why);
		return;
	}
	newest = apksig_newest(&sig);
	if (!newest) {
		check_v1(c, apk);
		return;
	}
	said->has_cert = true;
	memcpy(said->cert, newest->cert, sizeof(said->cert));
	said->more_certs = newest->lineage;
}

void apk_check(const struct package_check *c)
{
	struct apk apk;
	const char *why;

	if (apk_read(&apk, c->a, c->bytes, &why)) {
		diag_error(c->d, package_pos(c->r), SLICE_FMT " cannot be read as an Android package: %s", NAMED(c),
			   why);
		return;
	}
	check_name(c, &apk.manifest);
	check_version(c, &apk.manifest);
	check_split(c, &apk.manifest);
	check_signature(c, &apk);
	c->p->said.has_version_code = apk.manifest.has_version_code;
	c->p->said.version_code = apk.manifest.version_code;
}
