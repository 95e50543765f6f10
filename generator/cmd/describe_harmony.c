#include "cmd/describe.h"

#include "inspect/hap.h"
#include "inspect/hqf.h"

/* Nobody vouches for the signers: who they are is told. */
static const struct cms_query anybody = { .at = 0 };

void say_happrofile(json_t *facts, const struct happrofile *p)
{
	say_text(facts, "bundleName", p->bundle_name);
	say_text(facts, "apl", p->apl);
	say_text(facts, "appIdentifier", p->app_identifier);
	say_time(facts, "notBefore", p->not_before);
	say_time(facts, "notAfter", p->not_after);
}

static void say_signature(json_t *facts, const struct hapsig *sig)
{
	json_t *signature = json_object();

	say_text(signature, "signer", sig->signer.subject);
	say_hex(signature, "certificateSha256", sig->signer.sha256, SHA256_SIZE);
	say_flag(signature, "codeSigned", sig->code_signed);
	say_text(signature, "profile", sig->profile.type);
	say_happrofile(signature, &sig->profile);
	json_object_set_new(facts, "signature", signature);
}

static void say_if_signed(json_t *facts, bool is_signed, const struct hapsig *sig)
{
	say_flag(facts, "signed", is_signed);
	if (is_signed)
		say_signature(facts, sig);
}

/* --- packages --------------------------------------------------------------------------------------------------------- */

static void say_hap(json_t *facts, const struct hap *h)
{
	say_text(facts, "bundleName", h->bundle_name);
	say_uint(facts, "versionCode", h->version_code);
	say_text(facts, "versionName", h->version_name);
	say_text(facts, "module", h->module);
	say_text(facts, "moduleType", h->module_type);
	say_texts(facts, "deviceTypes", h->device_types, h->ndevice_types);
	say_texts(facts, "abis", h->abis, h->nabis);
	say_if_signed(facts, h->is_signed, &h->sig);
}

int describe_hap(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct hap h;

	(void)zip;
	if (hap_read(&h, in->a, in->bytes, &anybody, why))
		return -1;
	say_hap(facts, &h);
	return 0;
}

int describe_app(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct hap h;

	(void)zip;
	if (hap_read_app(&h, in->a, in->bytes, &anybody, why))
		return -1;
	say_hap(facts, &h);
	return 0;
}

/* --- quick fixes ------------------------------------------------------------------------------------------------------ */

static void say_hqf(json_t *facts, const struct hqf *h)
{
	const struct hqf_patch *p = &h->patch;

	say_text(facts, "bundleName", p->bundle_name);
	say_uint(facts, "versionCode", p->version_code);
	say_text(facts, "versionName", p->version_name);
	say_uint(facts, "patchVersionCode", p->patch_version_code);
	say_text(facts, "patchVersionName", p->patch_version_name);
	say_text(facts, "module", p->module);
	say_texts(facts, "deviceTypes", p->device_types, p->ndevice_types);
	say_texts(facts, "abis", h->abis, h->nabis);
	say_text(facts, "originalModuleHash", p->module_hash);
	say_if_signed(facts, h->is_signed, &h->sig);
}

int describe_hqf(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct hqf h;

	(void)zip;
	if (hqf_read(&h, in->a, in->bytes, &anybody, why))
		return -1;
	say_hqf(facts, &h);
	return 0;
}

int describe_appqf(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct appqf all;
	json_t *modules;

	(void)zip;
	if (appqf_read(&all, in->a, in->bytes, &anybody, why))
		return -1;
	modules = json_array();
	json_object_set_new(facts, "modules", modules);
	for (size_t i = 0; i < all.n; i++) {
		json_t *module = json_object();
		struct hqf h;

		json_array_append_new(modules, module);
		say_text(module, "file", all.v[i].name);
		say_uint(module, "size", all.v[i].bytes.n);
		if (hqf_read(&h, in->a, all.v[i].bytes, &anybody, why)) {
			*why = arena_printf(in->a, "\"" SLICE_FMT "\": %s", SLICE_ARG(all.v[i].name), *why).p;
			return -1;
		}
		say_hqf(module, &h);
	}
	say_if_signed(facts, all.is_signed, &all.sig);
	return 0;
}
