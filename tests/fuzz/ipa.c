/* Any bytes as an iOS package, and as a provisioning profile: read or refused with a reason, twice with the same result. What was read
 * is text, and the app lies where it says. */
#include <string.h>

#include "base/text.h"
#include "inspect/ipa.h"
#include "require.h"

static void check_profile(const struct profile *p)
{
	REQUIRE(p->app_id.n && text_is_utf8(p->app_id) && text_is_utf8(p->name) && text_is_utf8(p->team_name));
	REQUIRE(p->has_devices || !p->ndevices);
	REQUIRE(!profile_covers(p, SLICE("")));
}

static void check_ipa(const struct ipa *ipa)
{
	REQUIRE(slice_starts(ipa->app, "Payload/") && slice_ends(ipa->app, ".app"));
	REQUIRE(slice_find(slice_from(ipa->app, sizeof("Payload/") - 1), '/') < 0);
	REQUIRE(text_is_utf8(ipa->bundle_id) && text_is_utf8(ipa->short_version) && text_is_utf8(ipa->version));
	REQUIRE(text_is_utf8(ipa->minimum_os) && text_is_utf8(ipa->executable));
	REQUIRE(ipa->executable.n || !ipa->has_executable);
	if (ipa->has_profile)
		check_profile(&ipa->profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);
	struct arena a = ARENA_INIT;
	const char *why = NULL, *again = NULL;
	struct profile profile;
	struct ipa ipa, other;

	if (ipa_read(&ipa, &a, bytes, &why)) {
		REQUIRE(why && *why && ipa_read(&other, &a, bytes, &again) == -1 && strcmp(why, again) == 0);
	} else {
		check_ipa(&ipa);
		REQUIRE(ipa_read(&other, &a, bytes, &again) == 0);
		REQUIRE(slice_eq(ipa.bundle_id, other.bundle_id) && ipa.profile.expires == other.profile.expires);
	}
	why = NULL;
	if (profile_read(&profile, &a, bytes, &why))
		REQUIRE(why && *why);
	else
		check_profile(&profile);
	arena_release(&a);
	return 0;
}
