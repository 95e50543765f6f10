#include "build/hapcheck.h"

#include <string.h>

#include "build/hapsigcheck.h"
#include "inspect/hap.h"

#define NAMED(c) SLICE_ARG((c)->p->file)

static void check_name(const struct package_check *c, const struct hap *hap)
{
	struct slice want = c->app->package_name[PLATFORM_HARMONY];

	if (want.n && !slice_eq(want, hap->bundle_name))
		diag_error(c->d, package_pos(c->r),
			   "the bundleName in " SLICE_FMT " (%s) is \"" SLICE_FMT
			   "\"; [harmony] bundleName in app.ini is \"" SLICE_FMT "\"",
			   NAMED(c), hap->source, SLICE_ARG(hap->bundle_name), SLICE_ARG(want));
}

static void check_version(const struct package_check *c, const struct hap *hap)
{
	const struct upgrade *u = upgrade_of(c->r);
	struct version v;

	if (!hap->version_name.n)
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT " (%s) has no version name; this release is version " SLICE_FMT, NAMED(c),
			   hap->source, SLICE_ARG(u->r.version_text));
	else if (!slice_eq(hap->version_name, u->r.version_text) &&
		 !(version_parse(&v, hap->version_name) && version_cmp(&v, &u->version) == 0))
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT " (%s) has version name \"" SLICE_FMT "\"; this release is version " SLICE_FMT,
			   NAMED(c), hap->source, SLICE_ARG(hap->version_name), SLICE_ARG(u->r.version_text));
}

static void check_signature(const struct package_check *c, const struct hap *hap)
{
	struct package_facts *said = &c->p->said;
	const struct hapsig_judge judge = { c->d, package_pos(c->r), arena_str(c->a, c->p->file), hap->bundle_name,
					    arena_printf(c->a, "%s says", hap->source).p };

	if (!hap->is_signed) {
		diag_warning(c->d, judge.at, SLICE_FMT " is not signed: devices refuse it", NAMED(c));
		return;
	}
	hapsig_check(&judge, &hap->sig);
	said->has_cert = true;
	memcpy(said->cert, hap->sig.signer.sha256, sizeof(said->cert));
	said->expires = hap->sig.profile.not_after;
}

void hap_check(const struct package_check *c)
{
	static const struct cms_query nobody = { .at = 0 };
	bool all = slice_ends(c->p->file, ".app");
	const char *why;
	struct hap hap;

	if (all ? hap_read_app(&hap, c->a, c->bytes, &nobody, &why) : hap_read(&hap, c->a, c->bytes, &nobody, &why)) {
		diag_error(c->d, package_pos(c->r), SLICE_FMT " cannot be read as a harmony package: %s", NAMED(c),
			   why);
		return;
	}
	check_name(c, &hap);
	check_version(c, &hap);
	check_signature(c, &hap);
	c->p->said.has_version_code = true;
	c->p->said.version_code = hap.version_code;
}

void hap_expiry_check(const struct app *app, int64_t commit_time, struct diags *d)
{
	for (size_t i = 0; i < app->nupgrades; i++) {
		const struct upgrade *u = &app->upgrades[i];
		struct arena mem = ARENA_INIT;

		if (u->platform == PLATFORM_HARMONY && u->package.said.expires > 0) {
			const struct hapsig_judge judge = { .d = d,
							    .at = package_pos(&u->r),
							    .label = arena_str(&mem, u->package.file) };

			hapsig_check_time(&judge, &u->r, 0, u->package.said.expires, commit_time);
		}
		arena_release(&mem);
	}
}
