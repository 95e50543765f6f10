#include "build/succession.h"

#include <inttypes.h>
#include <string.h>

#include "build/package.h"

#define CERT_SIZE sizeof(((struct package_facts *)NULL)->cert)

static bool is_over(const struct release *r)
{
	for (size_t i = 0; i < r->ntasks; i++)
		if (r->tasks[i].status != STATUS_ENDED)
			return false;
	return r->ntasks > 0;
}

static bool has_cert(const struct package_facts *s, const uint8_t *cert)
{
	bool found = s->has_cert && !memcmp(s->cert, cert, CERT_SIZE);

	for (size_t at = 0; at < s->more_certs.n && !found; at += CERT_SIZE)
		found = !memcmp(s->more_certs.p + at, cert, CERT_SIZE);
	return found;
}

struct two_certs { /* in hex, for a message */
	char a[SHA256_HEX], b[SHA256_HEX];
};

static struct two_certs hex_of(const struct package_facts *a, const struct package_facts *b)
{
	struct two_certs hex = { .a = "" };

	digest_hex(hex.a, a->cert, CERT_SIZE);
	digest_hex(hex.b, b->cert, CERT_SIZE);
	return hex;
}

/* --- upgrades --------------------------------------------------------------------------------------------------------- */

static void check_code(const struct upgrade *low, const struct upgrade *high, struct diags *d)
{
	uint64_t before = low->package.said.version_code, now = high->package.said.version_code;

	if (now < before)
		diag_error(d, package_pos(&high->r),
			   SLICE_FMT " has versionCode %" PRIu64 ", version " SLICE_FMT " has %" PRIu64
				     ": phones refuse to go back; a higher version needs a higher versionCode",
			   SLICE_ARG(high->package.file), now, SLICE_ARG(low->r.version_text), before);
	else if (now == before)
		diag_warning(d, package_pos(&high->r),
			     SLICE_FMT " has versionCode %" PRIu64 ", as version " SLICE_FMT
				       " has; a higher version needs a higher versionCode",
			     SLICE_ARG(high->package.file), now, SLICE_ARG(low->r.version_text));
}

static void check_signer(const struct upgrade *low, const struct upgrade *high, struct diags *d)
{
	const struct package_facts *before = &low->package.said, *now = &high->package.said;
	struct two_certs hex;

	if (has_cert(now, before->cert))
		return;
	hex = hex_of(now, before);
	diag_warning(d, package_pos(&high->r),
		     SLICE_FMT " is signed by another certificate (SHA-256 %s) than version " SLICE_FMT
			       " (%s): phones that have that one refuse the update",
		     SLICE_ARG(high->package.file), hex.a, SLICE_ARG(low->r.version_text), hex.b);
}

/* Upgrades of a platform stand one after the other, ascending. */
static void check_upgrades(const struct app *app, struct diags *d)
{
	const struct upgrade *coded = NULL, *signed_by = NULL; /* the last that has the fact */

	for (size_t i = 0; i < app->nupgrades; i++) {
		const struct upgrade *u = &app->upgrades[i];

		if (u->platform != PLATFORM_ANDROID)
			continue;
		if (u->package.said.has_version_code) {
			if (coded && !is_over(&u->r))
				check_code(coded, u, d);
			coded = u;
		}
		if (u->package.said.has_cert) {
			if (signed_by && !is_over(&u->r))
				check_signer(signed_by, u, d);
			signed_by = u;
		}
	}
}

/* --- hotpatches --------------------------------------------------------------------------------------------------------- */

static const struct upgrade *app_of(const struct app *app, const struct hotpatch *h)
{
	const struct upgrade *highest = NULL;

	for (size_t i = 0; i < app->nupgrades; i++) {
		const struct upgrade *u = &app->upgrades[i];

		if (u->platform != h->platform || !u->package.said.has_cert)
			continue;
		if (version_cmp(&u->version, &h->product) == 0)
			return u;
		highest = u;
	}
	return highest;
}

static bool share_cert(const struct package_facts *jar, const struct package_facts *apk)
{
	bool found = has_cert(apk, jar->cert);

	for (size_t at = 0; at < jar->more_certs.n && !found; at += CERT_SIZE)
		found = has_cert(apk, (const uint8_t *)jar->more_certs.p + at);
	return found;
}

static void check_hotpatch(const struct app *app, const struct hotpatch *h, struct diags *d)
{
	const struct upgrade *u = app_of(app, h);
	struct two_certs hex;

	if (!u || is_over(&h->r) || share_cert(&h->package.said, &u->package.said))
		return;
	hex = hex_of(&h->package.said, &u->package.said);
	diag_error(d, package_pos(&h->r),
		   SLICE_FMT " is signed by another certificate (SHA-256 %s) than the app, version " SLICE_FMT
			     " (%s): clients refuse the patch",
		   SLICE_ARG(h->package.file), hex.a, SLICE_ARG(u->r.version_text), hex.b);
}

void succession_check(const struct app *app, struct diags *d)
{
	check_upgrades(app, d);
	for (size_t i = 0; i < app->nhotpatches; i++) {
		if (app->hotpatches[i].package.said.has_cert)
			check_hotpatch(app, &app->hotpatches[i], d);
	}
}
