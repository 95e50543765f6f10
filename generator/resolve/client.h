/* resolve/client.h: what a client is made of; private to this folder. */
#ifndef RESOLVE_CLIENT_H
#define RESOLVE_CLIENT_H

#include "base/instant.h"
#include "resolve/listed.h"
#include "resolve/names.h"
#include "resolve/program.h"
#include "resolve/trust.h"

struct mdr_client {
	struct strbuf app;
	struct trust_terms terms;
	struct trust trust;
	mdr_load_fn load;
	mdr_store_fn store;
	void *storage_ctx;

	int64_t seen;      /* largest `now` of a successful refresh */
	int64_t kept_seen; /* the one in storage */
	bool unkept;       /* trust is newer than what is in storage */

	struct names names;
	struct program *programs[PLATFORM_COUNT][KIND_COUNT]; /* NULL: not asked for yet, or nothing is offered */
	struct listed_cache listed;
	struct matcher *matcher; /* NULL: no expression was asked yet */

	struct value *values; /* of the device that is being answered; by number in names */
	uint32_t nvalues;
	uint64_t devices; /* answered so far: the number of the current one */

	struct strbuf parts[KIND_COUNT], explain; /* of the answer that is being made */
	int64_t at_of_text;
	char at_text[INSTANT_TEXT + 2]; /* in quotes */
};

/* Stores what was verified since the last time. */
enum mdr_code client_keep(struct mdr_client *c, struct mdr_error *err) MUST_CHECK;

#endif
