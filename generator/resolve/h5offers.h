/* resolve/h5offers.h: what is offered to the device, and how the tree is asked for it.
 *
 * One answer has all apps, so that whatever is asked for brings all of them up to date. An app's turn comes after its asyncReqRate;
 * who asks for all waits for the shortest of those. Offers are kept in the record: known without a network. */
#ifndef RESOLVE_H5OFFERS_H
#define RESOLVE_H5OFFERS_H

#include "resolve/h5record.h"

/* One call of the service. */
struct h5_call {
	struct mdr_client *c;
	const struct mdr_ask *ask;
	const struct mdr_h5_rules *rules; /* not NULL */
	char key[SHA256_HEX];             /* of rules->public_key: which key a package was refused under; "": none */
	json_t *record;                   /* owned */
	bool asked;                       /* the tree was */
};

/* `rules` NULL: zeros. Reads the record. MDR_DEVICE: the public key is none. */
enum mdr_code h5_begin(struct h5_call *call, struct mdr_client *c, const struct mdr_ask *ask,
		       const struct mdr_h5_rules *rules, struct mdr_error *err) MUST_CHECK;
void h5_end(struct h5_call *call);

/* Asks the tree if it is time (`id` NULL: for all) or `force`. After an error the record is as it was. */
enum mdr_code h5_ask(struct h5_call *call, const char *id, bool force, struct mdr_error *err) MUST_CHECK;

bool h5_wifi_only(const json_t *offer);
bool h5_preloads(const json_t *offer);
/* Whether the device's network is one on which the offered package may be loaded. */
bool h5_network_allows(const struct h5_call *call, const json_t *offer);

#endif
