#include "inspect/happrofile.h"

#include "format/wire.h"
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
	struct slice pem = wire_slice(json_object_get(info, key));

	if (!certificate_read_pem(&out->app, a, pem, &cause))
		return 0;
	if (refused_memory(cause))
		return refuse(why, cause);
	return refusef(why, a, "the \"%s\" of its profile %s", key, pem.n ? "is no certificate" : "is missing");
}

static int read_json(struct happrofile *out, struct arena *a, const json_t *json, const char **why)
{
	const json_t *info = json_object_get(json, "bundle-info");

	*why = REFUSE_NO_MEMORY;
	if (fact_try_text(&out->type, a, json, "type") ||
	    fact_try_text(&out->distribution, a, json, "app-distribution-type") ||
	    fact_try_text(&out->bundle_name, a, info, "bundle-name") || fact_try_text(&out->apl, a, info, "apl") ||
	    fact_try_text(&out->app_identifier, a, info, "app-identifier"))
		return -1;
	*why = "its profile has no \"type\" that is \"release\" or \"debug\"";
	if (!slice_eqs(out->type, "release") && !slice_eqs(out->type, "debug"))
		return -1;
	if (read_validity(out, json, why))
		return -1;
	*why = "its profile has no \"bundle-name\" in \"bundle-info\"";
	return out->bundle_name.n ? read_certificate(out, a, info, why) : -1;
}

int happrofile_read(struct happrofile *out, struct arena *a, struct slice p7b, const struct cms_query *trust,
		    const char **why)
{
	const struct cms_query query = { .anchors = trust->anchors, .at = trust->at, .timeless = trust->timeless };
	json_auto_t *json = NULL;
	const char *cause;
	struct cms cms;

	*out = (struct happrofile){ .not_before = 0 };
	if (cms_read(&cms, a, p7b, &query, &cause))
		return refused_memory(cause) ? refuse(why, cause)
					     : refusef(why, a, "its profile is damaged: %s", cause);
	out->signer = cms.signer;
	out->authentic = true;
	json = fact_json(cms.content, HAPPROFILE_JSON_MAX, &cause);
	if (!json)
		return refused_memory(cause) ? refuse(why, cause) : refusef(why, a, "what its profile holds %s", cause);
	return read_json(out, a, json, why);
}
