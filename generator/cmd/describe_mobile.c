#include "cmd/describe.h"

#include "inspect/apk.h"
#include "inspect/apksig.h"
#include "inspect/ipa.h"
#include "inspect/jar.h"
#include "inspect/jarsig.h"
#include "inspect/symbols.h"

/* --- Android ---------------------------------------------------------------------------------------------------------- */

/* `schemes` by their names, v1 among them; the certificate is that of the newest. */
static int say_signers(json_t *facts, const struct zip *zip, const char **why)
{
	const struct apksig_signers *newest;
	const uint8_t *cert;
	json_t *schemes;
	struct jarsig old;
	struct apksig sig;

	if (jarsig_read(&old, zip, why) || apksig_read(&sig, zip, why))
		return -1;
	schemes = json_array();
	if (old.n)
		json_array_append_new(schemes, json_string("v1"));
	for (unsigned s = 0; s < APKSIG_SCHEMES; s++) {
		if (sig.v[s].n)
			json_array_append_new(schemes, json_string(apksig_name(s)));
	}
	json_object_set_new(facts, "signatures", schemes);
	newest = apksig_newest(&sig);
	cert = newest ? newest->cert : old.n ? old.cert[0] : NULL;
	if (cert)
		say_hex(facts, "certificateSha256", cert, SHA256_SIZE);
	return 0;
}

int describe_apk(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct apk apk;

	(void)zip;
	if (apk_read(&apk, in->a, in->bytes, why))
		return -1;
	say_text(facts, "packageName", apk.manifest.package);
	if (apk.manifest.version_name_is_reference)
		say_text(facts, "versionName", SLICE("(in the resources, which are not read)"));
	else
		say_text(facts, "versionName", apk.manifest.version_name);
	if (apk.manifest.has_version_code)
		say_uint(facts, "versionCode", apk.manifest.version_code);
	say_text(facts, "split", apk.manifest.split);
	if (apk.manifest.min_sdk)
		say_uint(facts, "minSdk", apk.manifest.min_sdk);
	if (apk.manifest.target_sdk)
		say_uint(facts, "targetSdk", apk.manifest.target_sdk);
	return say_signers(facts, &apk.zip, why);
}

int describe_jar(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct jar jar;

	(void)zip;
	if (jar_read(&jar, in->a, in->bytes, why))
		return -1;
	say_text(facts, "targetVersion", jar.target);
	say_uint(facts, "dexFiles", jar.ndex);
	say_flag(facts, "patchManifest", jar.has_patch);
	return say_signers(facts, &jar.zip, why);
}

/* --- iOS -------------------------------------------------------------------------------------------------------------- */

static struct slice profile_kind(const struct profile *p)
{
	if (p->all_devices)
		return SLICE("enterprise");
	if (p->has_devices)
		return p->debuggable ? SLICE("development") : SLICE("ad hoc");
	return SLICE("app store");
}

static void say_profile(json_t *facts, const struct profile *p)
{
	json_t *profile = json_object();

	say_text(profile, "kind", profile_kind(p));
	say_text(profile, "name", p->name);
	say_text(profile, "team", p->team_name);
	say_text(profile, "appIdentifier", p->app_id);
	if (p->has_devices)
		say_uint(profile, "devices", p->ndevices);
	say_time(profile, "expires", p->expires);
	json_object_set_new(facts, "profile", profile);
}

int describe_ipa(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct ipa ipa;

	(void)zip;
	if (ipa_read(&ipa, in->a, in->bytes, why))
		return -1;
	say_text(facts, "app", ipa.app);
	say_text(facts, "bundleId", ipa.bundle_id);
	say_text(facts, "version", ipa.short_version);
	say_text(facts, "build", ipa.version);
	say_text(facts, "minimumOs", ipa.minimum_os);
	say_flag(facts, "signed", ipa.has_code_resources);
	if (ipa.has_profile)
		say_profile(facts, &ipa.profile);
	return 0;
}

int describe_symbols(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct symbols s;

	(void)zip;
	if (symbols_read(&s, in->a, in->bytes, why))
		return -1;
	say_uint(facts, "dwarfFiles", s.dwarfs);
	say_text(facts, "first", s.path);
	return 0;
}
