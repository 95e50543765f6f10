#include "inspect/happrofile.h"

#include "inspect/factjson.h"

static int read_validity(struct happrofile *out, const json_t *json, const char **why)
{
	const json_t *validity = json_object_get(json, "validity");
	uint64_t from, to;

	*why = "its profile has no validity with \"not-before\" and \"not-after\" in seconds";
	if (!fact_uint(&from, validity, "not-before") || !fact_uint(&to, validity, "not-after"))
		return -1;
	out->not_before = (int64_t)from; /* a JSON integer is below 2^63 */
	out->not_after = (int64_t)to;
	return 0;
}

static int read_certificate(struct happrofile *out, struct arena *a, const json_t *info, const char **why)
{
	bool release = slice_eqs(out->type, "release");
	const char *key = release ? "distribution-certificate" : "development-certificate", *cause;
	struct slice pem = fact_text(a, info, key);

	if (certificate_read_pem(&out->app, a, pem, &cause)) {
		*why = arena_printf(a, "the \"%s\" of its profile %s", key, pem.n ? "is no certificate" : "is missing")
			       .p;
		return -1;
	}
	return 0;
}

static int read_json(struct happrofile *out, struct arena *a, const json_t *json, const char **why)
{
	const json_t *info = json_object_get(json, "bundle-info");

	out->type = fact_text(a, json, "type");
	*why = "its profile has no \"type\" that is \"release\" or \"debug\"";
	if (!slice_eqs(out->type, "release") && !slice_eqs(out->type, "debug"))
		return -1;
	if (read_validity(out, json, why))
		return -1;
	out->bundle_name = fact_text(a, info, "bundle-name");
	out->apl = fact_text(a, info, "apl");
	out->app_identifier = fact_text(a, info, "app-identifier");
	*why = "its profile has no \"bundle-name\" in \"bundle-info\"";
	return out->bundle_name.n ? read_certificate(out, a, info, why) : -1;
}

int happrofile_read(struct happrofile *out, struct arena *a, struct slice p7b, const struct cms_query *trust,
		    const char **why)
{
	struct cms_query query = { .anchors = trust->anchors, .at = trust->at };
	json_auto_t *json = NULL;
	const char *cause;
	struct cms cms;

	*out = (struct happrofile){ .not_before = 0 };
	if (cms_read(&cms, a, p7b, &query, &cause)) {
		*why = arena_printf(a, "its profile is damaged: %s", cause).p;
		return -1;
	}
	out->signer = cms.signer;
	json = fact_json(cms.content, HAPPROFILE_JSON_MAX, &cause);
	if (!json) {
		*why = arena_printf(a, "what its profile holds %s", cause).p;
		return -1;
	}
	return read_json(out, a, json, why);
}
