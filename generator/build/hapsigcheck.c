#include "build/hapsigcheck.h"

#include <string.h>

#include "base/instant.h"

void hapsig_check(const struct hapsig_judge *j, const struct hapsig *sig)
{
	const struct happrofile *p = &sig->profile;

	if (!slice_eq(p->bundle_name, j->bundle_name))
		diag_error(j->d, j->at, "%s: its profile is for bundleName \"" SLICE_FMT "\"; %s \"" SLICE_FMT "\"",
			   j->label, SLICE_ARG(p->bundle_name), j->whose, SLICE_ARG(j->bundle_name));
	if (slice_eqs(p->type, "debug"))
		diag_warning(j->d, j->at,
			     "%s: its profile is for debugging: no devices take it but those that the profile lists",
			     j->label);
	if (memcmp(p->app.sha256, sig->signer.sha256, SHA256_SIZE) != 0)
		diag_warning(j->d, j->at,
			     "%s: the certificate in its profile is not the one that signed it: devices take that from "
			     "the market alone",
			     j->label);
}

void hapsig_check_time(const struct hapsig_judge *j, const struct release *r, int64_t not_before, int64_t not_after,
		       int64_t now)
{
	static const char text[] = "%s: its profile %s %s: devices refuse it";
	bool early = now < not_before;
	const char *what = early ? "is not valid before" : "expired at";
	char time[INSTANT_TEXT];

	if (!early && now <= not_after)
		return;
	instant_format(time, early ? not_before : not_after);
	if (release_has(r, STATUS_RELEASING))
		diag_error(j->d, j->at, text, j->label, what, time);
	else if (release_has(r, STATUS_PENDING) || release_has(r, STATUS_PAUSED))
		diag_warning(j->d, j->at, text, j->label, what, time);
}

static void compare_text(const struct hapsig_judge *j, const char *what, struct slice is, const char *label,
			 struct slice other)
{
	if (!slice_eq(is, other))
		diag_error(j->d, j->at,
			   "%s: its profile says %s \"" SLICE_FMT "\", that of %s \"" SLICE_FMT
			   "\": devices take modules of one app together",
			   j->label, what, SLICE_ARG(is), label, SLICE_ARG(other));
}

void hapsig_compare(const struct hapsig_judge *j, const struct hapsig *sig, const char *label,
		    const struct hapsig *other)
{
	char a[SHA256_HEX], b[SHA256_HEX];

	compare_text(j, "apl", sig->profile.apl, label, other->profile.apl);
	compare_text(j, "app-identifier", sig->profile.app_identifier, label, other->profile.app_identifier);
	compare_text(j, "type", sig->profile.type, label, other->profile.type);
	if (memcmp(sig->signer.sha256, other->signer.sha256, SHA256_SIZE) == 0)
		return;
	digest_hex(a, sig->signer.sha256, SHA256_SIZE);
	digest_hex(b, other->signer.sha256, SHA256_SIZE);
	diag_error(j->d, j->at,
		   "%s: it is signed by \"" SLICE_FMT "\" (SHA-256 %s), %s by \"" SLICE_FMT
		   "\" (SHA-256 %s): devices take modules of one signer together",
		   j->label, SLICE_ARG(sig->signer.subject), a, label, SLICE_ARG(other->signer.subject), b);
}
