#include "build/ipacheck.h"

#include "base/appname.h"
#include "base/instant.h"
#include "inspect/ipa.h"

/* At the file's name: "demo.ipa (Payload/Demo.app/Info.plist) …". */
#define NAMED_FMT           SLICE_FMT " (" SLICE_FMT "/%s) "
#define NAMED(c, ipa, name) SLICE_ARG((c)->p->file), SLICE_ARG((ipa)->app), name

static void check_bundle_id(const struct package_check *c, const struct ipa *ipa)
{
	const struct upgrade *u = upgrade_of(c->r);
	bool of_app = u->bundle_id.p == c->app->package_name[PLATFORM_IOS].p;

	if (!u->bundle_id.n && ipa->bundle_id.n && !appname_is_bundle_id(ipa->bundle_id))
		diag_error(c->d, package_pos(c->r),
			   NAMED_FMT "has CFBundleIdentifier \"" SLICE_FMT "\", which is no bundle identifier",
			   NAMED(c, ipa, "Info.plist"), SLICE_ARG(ipa->bundle_id));
	if (ipa->bundle_id.n && u->bundle_id.n && !slice_eq(ipa->bundle_id, u->bundle_id))
		diag_error(c->d, package_pos(c->r),
			   NAMED_FMT "has CFBundleIdentifier \"" SLICE_FMT "\"; %s is \"" SLICE_FMT "\"",
			   NAMED(c, ipa, "Info.plist"), SLICE_ARG(ipa->bundle_id),
			   of_app ? "[ios] bundleId in app.ini" : "bundleId of this distribution",
			   SLICE_ARG(u->bundle_id));
}

static void check_version(const struct package_check *c, const struct ipa *ipa)
{
	const struct upgrade *u = upgrade_of(c->r);
	struct version v;

	if (!ipa->short_version.n || slice_eq(ipa->short_version, u->r.version_text) ||
	    (version_parse(&v, ipa->short_version) && version_cmp(&v, &u->version) == 0))
		return;
	diag_error(c->d, package_pos(c->r),
		   NAMED_FMT "has CFBundleShortVersionString \"" SLICE_FMT "\"; this release is version " SLICE_FMT,
		   NAMED(c, ipa, "Info.plist"), SLICE_ARG(ipa->short_version), SLICE_ARG(u->r.version_text));
}

static void check_keys(const struct package_check *c, const struct ipa *ipa)
{
	const struct {
		const char *name;
		struct slice value;
	} keys[] = {
		{ "CFBundleIdentifier", ipa->bundle_id },  { "CFBundleShortVersionString", ipa->short_version },
		{ "CFBundleVersion", ipa->version },       { "MinimumOSVersion", ipa->minimum_os },
		{ "CFBundleExecutable", ipa->executable },
	};

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!keys[i].value.n)
			diag_error(c->d, package_pos(c->r), NAMED_FMT "has no %s", NAMED(c, ipa, "Info.plist"),
				   keys[i].name);
	}
}

static void check_files(const struct package_check *c, const struct ipa *ipa)
{
	if (ipa->executable.n && !ipa->has_executable)
		diag_error(c->d, package_pos(c->r),
			   NAMED_FMT "has CFBundleExecutable \"" SLICE_FMT "\"; there is no such file beside it",
			   NAMED(c, ipa, "Info.plist"), SLICE_ARG(ipa->executable));
	if (!ipa->has_code_resources)
		diag_error(c->d, package_pos(c->r), NAMED_FMT "is missing: the app is not signed",
			   NAMED(c, ipa, "_CodeSignature/CodeResources"));
}

static void check_profile(const struct package_check *c, const struct ipa *ipa)
{
	const struct profile *p = &ipa->profile;

	if (!ipa->has_profile) {
		diag_error(c->d, package_pos(c->r), NAMED_FMT "is missing: no device would run the app",
			   NAMED(c, ipa, PROFILE_NAME));
		return;
	}
	if (ipa->bundle_id.n && !profile_covers(p, ipa->bundle_id))
		diag_error(c->d, package_pos(c->r), NAMED_FMT "is for \"" SLICE_FMT "\"; the app is \"" SLICE_FMT "\"",
			   NAMED(c, ipa, PROFILE_NAME), SLICE_ARG(p->app_id), SLICE_ARG(ipa->bundle_id));
	if (p->all_devices)
		return;
	if (!p->has_devices)
		diag_error(c->d, package_pos(c->r),
			   NAMED_FMT
			   "is neither for all devices nor for named ones, as the App Store has it: no device "
			   "would install the app",
			   NAMED(c, ipa, PROFILE_NAME));
	else
		diag_warning(c->d, package_pos(c->r),
			     NAMED_FMT "is %s profile: %zu device%s it names can install the app, and no other",
			     NAMED(c, ipa, PROFILE_NAME), p->debuggable ? "a development" : "an ad-hoc", p->ndevices,
			     p->ndevices == 1 ? "" : "s");
}

void ipa_check(const struct package_check *c)
{
	struct ipa ipa;
	const char *why;

	if (ipa_read(&ipa, c->a, c->bytes, &why)) {
		diag_error(c->d, package_pos(c->r), SLICE_FMT " cannot be read as an iOS package: %s",
			   SLICE_ARG(c->p->file), why);
		return;
	}
	check_keys(c, &ipa);
	check_bundle_id(c, &ipa);
	check_version(c, &ipa);
	check_files(c, &ipa);
	check_profile(c, &ipa);
	c->p->said.bundle_id = ipa.bundle_id;
	c->p->said.expires = ipa.profile.expires;
}

/* --- expiry ----------------------------------------------------------------------------------------------------------- */

static bool has_task(const struct release *r, enum task_status a, enum task_status b)
{
	for (size_t i = 0; i < r->ntasks; i++) {
		if (r->tasks[i].status == a || r->tasks[i].status == b)
			return true;
	}
	return false;
}

static void check_expiry(const struct upgrade *u, int64_t now, struct diags *d)
{
	int64_t expires = u->package.said.expires;
	struct srcpos at = package_pos(&u->r);
	char when[INSTANT_TEXT];

	if (expires <= 0 || expires > now + IPA_EXPIRES_SOON)
		return;
	instant_format(when, expires);
	if (expires > now) {
		if (has_task(&u->r, STATUS_RELEASING, STATUS_PAUSED))
			diag_warning(d, at,
				     "the provisioning profile in " SLICE_FMT " (" PROFILE_NAME ") expires %s: then "
				     "the app stops, and no device installs it",
				     SLICE_ARG(u->package.file), when);
	} else if (has_task(&u->r, STATUS_RELEASING, STATUS_RELEASING)) {
		diag_error(d, at,
			   "the provisioning profile in " SLICE_FMT " (" PROFILE_NAME ") expired %s, before the "
			   "commit: no device installs the app",
			   SLICE_ARG(u->package.file), when);
	} else if (has_task(&u->r, STATUS_PENDING, STATUS_PAUSED)) {
		diag_warning(d, at,
			     "the provisioning profile in " SLICE_FMT " (" PROFILE_NAME ") expired %s, before the "
			     "commit: no device installs the app",
			     SLICE_ARG(u->package.file), when);
	}
}

void ipa_expiry_check(const struct app *app, int64_t commit_time, struct diags *d)
{
	for (size_t i = 0; i < app->nupgrades; i++) {
		if (app->upgrades[i].platform == PLATFORM_IOS)
			check_expiry(&app->upgrades[i], commit_time, d);
	}
}
