#include "build/quickfixcheck.h"

#include "base/text.h"
#include "build/hapsigcheck.h"

struct checked_module {
	const char *label;
	const struct hqf *hqf;
};

static struct srcpos at(const struct modules_check *c, const struct module_input *in)
{
	return origin_pos(&c->q->r.origin, in->pointer);
}

/* --- the app part ------------------------------------------------------------------------------------------------------- */

static void check_text(const struct modules_check *c, const struct module_input *in, const char *key, struct slice got,
		       struct slice want, const char *whose)
{
	if (!slice_eq(got, want))
		diag_error(c->d, at(c, in), "%s: patch.json says %s \"" SLICE_FMT "\"; %s \"" SLICE_FMT "\"", in->label,
			   key, SLICE_ARG(got), whose, SLICE_ARG(want));
}

static void check_number(const struct modules_check *c, const struct module_input *in, const char *key, uint32_t got,
			 uint32_t want)
{
	if (got != want)
		diag_error(c->d, at(c, in), "%s: patch.json says %s %u; %s %u", in->label, key, got, c->named, want);
}

/* It is that of the release, and the same in all modules. */
static void check_app(const struct modules_check *c, const struct module_input *in, const struct hqf_patch *patch)
{
	const char *whose;

	check_text(c, in, "bundleName", patch->bundle_name, c->q->bundle_name, c->named);
	check_number(c, in, "versionCode", patch->version_code, c->q->version_code);
	check_number(c, in, "patchVersionCode", patch->patch_version_code, c->q->patch_version_code);
	if (!c->n)
		return;
	whose = arena_printf(c->a, "that of %s is", c->v[0].label).p;
	check_text(c, in, "versionName", patch->version_name, c->v[0].hqf->patch.version_name, whose);
	check_text(c, in, "patchVersionName", patch->patch_version_name, c->v[0].hqf->patch.patch_version_name, whose);
}

/* --- modules that a device gets together -------------------------------------------------------------------------------- */

/* A device type that both are for; empty: no device gets both. */
static struct slice common_type(const struct hqf_patch *a, const struct hqf_patch *b)
{
	for (size_t i = 0; i < a->ndevice_types; i++) {
		for (size_t k = 0; k < b->ndevice_types; k++) {
			if (slice_eq_nocase(a->device_types[i], b->device_types[k]))
				return a->device_types[i];
		}
	}
	return SLICE("");
}

static const char *list_abis(struct arena *a, const struct hqf *hqf)
{
	struct slice text = SLICE("");

	for (size_t i = 0; i < hqf->nabis; i++)
		text = arena_printf(a, SLICE_FMT "%s" SLICE_FMT, SLICE_ARG(text), i ? ", " : "",
				    SLICE_ARG(hqf->abis[i]));
	return text.p;
}

static bool same_abis(const struct hqf *a, const struct hqf *b)
{
	bool same = a->nabis == b->nabis;

	for (size_t i = 0; i < a->nabis && same; i++)
		same = slice_eq(a->abis[i], b->abis[i]);
	return same;
}

static void check_pair(const struct modules_check *c, const struct module_input *in, const struct hqf *hqf,
		       const struct checked_module *other)
{
	struct slice type = common_type(&other->hqf->patch, &hqf->patch);

	if (!type.n)
		return;
	if (slice_eq(other->hqf->patch.module, hqf->patch.module))
		diag_error(c->d, at(c, in),
			   "%s: another module is named \"" SLICE_FMT "\" too, for the device type " SLICE_FMT,
			   in->label, SLICE_ARG(hqf->patch.module), SLICE_ARG(type));
	if (hqf->nabis && other->hqf->nabis && !same_abis(hqf, other->hqf))
		diag_error(c->d, at(c, in),
			   "%s: it has libraries for %s, %s for %s: a device that gets both refuses them", in->label,
			   list_abis(c->a, hqf), other->label, list_abis(c->a, other->hqf));
}

/* --- the signature ------------------------------------------------------------------------------------------------------ */

/* Whether it can reach a device, now or later. */
static bool is_live(const struct release *r)
{
	return r->ntasks == 0 || release_has(r, STATUS_PENDING) || release_has(r, STATUS_RELEASING) ||
	       release_has(r, STATUS_PAUSED);
}

static void check_signature(const struct modules_check *c, const struct module_input *in, const struct hqf *hqf)
{
	const struct hapsig_judge judge = { c->d, at(c, in), in->label, hqf->patch.bundle_name, "patch.json says" };

	if (!hqf->is_signed && is_live(&c->q->r))
		diag_warning(c->d, at(c, in),
			     in->ready ? "%s is not signed: devices refuse it until it is (mdstatic hqf sign)"
				       : "what is built from %s is not signed: devices refuse it until it is (mdstatic "
					 "hqf build and hqf sign make a ready .hqf)",
			     in->label);
	if (!hqf->is_signed)
		return;
	hapsig_check(&judge, &hqf->sig);
	hapsig_check_time(&judge, &c->q->r, hqf->sig.profile.not_before, hqf->sig.profile.not_after, c->commit_time);
	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].hqf->is_signed)
			continue;
		hapsig_compare(&judge, &hqf->sig, c->v[i].label, &c->v[i].hqf->sig);
		break; /* the others were compared with this one */
	}
}

/* --- oddities ----------------------------------------------------------------------------------------------------------- */

static void check_hash(const struct modules_check *c, const struct module_input *in, const struct hqf *hqf)
{
	static const char text[] = "%s: module.originalModuleHash \"" SLICE_FMT "\" is not a SHA-256 of 64 hex digits";
	uint8_t hash[SHA256_SIZE];

	if (text_hex(hash, sizeof(hash), text_fold(c->a, hqf->patch.module_hash)))
		return;
	if (in->ready)
		diag_warning(c->d, at(c, in), text, in->label, SLICE_ARG(hqf->patch.module_hash));
	else
		diag_error(c->d, at(c, in), text, in->label, SLICE_ARG(hqf->patch.module_hash));
}

/* What devices and packing tools let pass, but tells of a mistake. */
static void check_entries(const struct modules_check *c, const struct module_input *in, const struct hqf *hqf)
{
	if (hqf->deflated.n)
		diag_warning(c->d, at(c, in), "%s: \"" SLICE_FMT "\" is compressed; devices may insist on stored code",
			     in->label, SLICE_ARG(hqf->deflated));
	if (hqf->diff.n)
		diag_warning(c->d, at(c, in),
			     "%s: \"" SLICE_FMT "\" is a difference between libraries: OpenHarmony ignores them since "
			     "September 2024, other systems may not",
			     in->label, SLICE_ARG(hqf->diff));
	if (hqf->other.n)
		diag_warning(c->d, at(c, in),
			     "%s: \"" SLICE_FMT "\" lies in neither ets/ nor libs/: devices do not look at it",
			     in->label, SLICE_ARG(hqf->other));
}

void module_check(struct modules_check *c, const struct module_input *in, const struct hqf *hqf)
{
	struct checked_module checked = { arena_str(c->a, slice_of(in->label)), hqf };

	check_app(c, in, &hqf->patch);
	for (size_t i = 0; i < c->n; i++)
		check_pair(c, in, hqf, &c->v[i]);
	check_hash(c, in, hqf);
	check_entries(c, in, hqf);
	check_signature(c, in, hqf);
	ARENA_PUSH(c->a, c->v, c->n, c->cap, checked);
}
