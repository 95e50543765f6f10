#include "resolve/h5offers.h"

#include "base/text.h"
#include "format/amr.h"
#include "resolve/service.h"

#define RATE_DEFAULT 1800
#define RATE_MAX     86400u

/* --- facts of an offer --------------------------------------------------------------------------------------------------- */

bool h5_wifi_only(const json_t *offer)
{
	return record_int(offer, "auto_install", 0) != 1;
}

bool h5_preloads(const json_t *offer)
{
	return record_int(offer, "installType", 0) == 1;
}

bool h5_network_allows(const struct h5_call *call, const json_t *offer)
{
	struct slice net;

	return !h5_wifi_only(offer) ||
	       (service_attr(&net, call->ask->device, "netType") && slice_eq_nocase(net, SLICE("wifi")));
}

/* --- when ---------------------------------------------------------------------------------------------------------------- */

static int64_t default_rate(const struct h5_call *call)
{
	return call->rules->interval > 0 ? call->rules->interval : RATE_DEFAULT;
}

static int64_t rate_of(const struct h5_call *call, const json_t *offer)
{
	const char *text = record_text(json_object_get(offer, "extend_info"), "asyncReqRate");
	uint64_t rate;

	return text && text_uint(&rate, slice_of(text)) && rate <= RATE_MAX ? (int64_t)rate : default_rate(call);
}

static int64_t interval_of(const struct h5_call *call, const char *id)
{
	int64_t shortest = INT64_MAX;
	json_t *offer;
	const char *key;

	if (id)
		return rate_of(call, h5_offer(call->record, id));
	json_object_foreach(h5_offers(call->record), key, offer)
	{
		int64_t rate = rate_of(call, offer);

		shortest = rate < shortest ? rate : shortest;
	}
	return shortest < INT64_MAX ? shortest : default_rate(call);
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

/* What `answer` changes, stored; where it cannot be, the record is as before. */
static enum mdr_code adopt(struct h5_call *call, json_t *answer, const struct pace *pace, struct mdr_error *err)
{
	json_t *record = json_deep_copy(call->record);
	enum mdr_code code = MDR_OK;

	if (!record || h5_set_offers(record, answer) || pace_store(record, pace))
		code = fail_memory(err);
	if (!code)
		code = h5_record_store(call->c, record, err);
	if (code) {
		json_decref(record);
		return code;
	}
	json_decref(call->record);
	call->record = record;
	return MDR_OK;
}

static enum mdr_code ask_tree(struct h5_call *call, const char *device, struct mdr_error *err)
{
	struct pace *kept = &call->c->h5_pace, pace = *kept;
	json_t *answer = NULL;
	enum mdr_code code = service_ask(&answer, call->c, call->ask, KIND_H5, 0, err);

	if (call->c->incomplete)
		pace_incomplete(&pace, call->ask->now, device);
	else
		pace_answered(&pace, call->ask->now, device);
	if (!code)
		code = adopt(call, answer, &pace, err);
	json_decref(answer);
	if (code)
		pace_failed(kept, call->ask->now, device);
	else
		*kept = pace;
	call->asked = !code;
	return code;
}

enum mdr_code h5_ask(struct h5_call *call, const char *id, bool force, struct mdr_error *err)
{
	struct pace *pace = &call->c->h5_pace;
	char device[SHA256_HEX];

	if (pace_device(device, call->c->terms.fetch.digests, call->ask->device))
		return fail_memory(err);
	pace_load(pace, call->record);
	if (!force && !pace_due(pace, call->ask->now, interval_of(call, id), device))
		return MDR_OK;
	return ask_tree(call, device, err);
}

/* --- a call -------------------------------------------------------------------------------------------------------------- */

static enum mdr_code name_key(struct h5_call *call, const char *pem, struct mdr_error *err)
{
	uint8_t hash[SHA256_SIZE];

	if (!pem)
		return MDR_OK;
	if (!amr_is_key(slice_of(pem)))
		return fail(err, MDR_DEVICE, "the public key for h5 packages is not an RSA public key in PEM");
	if (digest_sha256(call->c->terms.fetch.digests, hash, slice_of(pem)))
		return fail_memory(err);
	digest_hex(call->key, hash, sizeof(hash));
	return MDR_OK;
}

enum mdr_code h5_begin(struct h5_call *call, struct mdr_client *c, const struct mdr_ask *ask,
		       const struct mdr_h5_rules *rules, struct mdr_error *err)
{
	static const struct mdr_h5_rules plain = { 0 };
	enum mdr_code code;

	*call = (struct h5_call){ .c = c, .ask = ask, .rules = rules ? rules : &plain };
	code = name_key(call, call->rules->public_key, err);
	return code ? code : h5_record_load(&call->record, c, err);
}

void h5_end(struct h5_call *call)
{
	json_decref(call->record);
	call->record = NULL;
}
