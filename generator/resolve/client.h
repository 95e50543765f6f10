/* resolve/client.h: what a client is made of; private to this folder. */
#ifndef RESOLVE_CLIENT_H
#define RESOLVE_CLIENT_H

#include "base/instant.h"
#include "resolve/cache.h"
#include "resolve/listed.h"
#include "resolve/names.h"
#include "resolve/pace.h"
#include "resolve/program.h"
#include "resolve/trust.h"

struct mdr_client {
	struct strbuf app;
	struct trust_terms terms;
	struct trust trust;
	struct mdr_storage storage;

	int64_t seen;       /* largest `now` of a successful refresh */
	bool unkept;        /* the trusted files are newer than those in storage */
	bool floor_unkept;  /* the same of the floor, but for its time */
	unsigned keeps;     /* times that nothing but verdicts was stored */
	struct cache cache; /* c->terms.fetch leads here */

	struct names names;
	struct program *programs[PLATFORM_COUNT][KIND_COUNT]; /* NULL: not asked for yet, or nothing is offered */
	struct listed_cache listed;
	struct matcher *matcher; /* NULL: no expression was asked yet */

	struct value *values; /* of the device that is being answered; by number in names */
	uint32_t nvalues;
	uint64_t devices; /* answered so far: the number of the current one */

	const struct mdr_upgrade *updating; /* mdr_upgrade_download() is under way; NULL: it is not */
	struct switches *switches;          /* of the switch service */
	struct pace h5_pace;

	bool incomplete;                          /* the last answer: a whitelist could not be asked */
	struct strbuf parts[KIND_COUNT], explain; /* of the answer that is being made */
	int64_t at_of_text;
	char at_text[INSTANT_TEXT + 2]; /* in quotes */
};

/* Stores what was verified since the last time, once an answer came out whole: floor, objects, verdicts, trusted files, in this order; then
 * what has no room goes. So the stored files always find their objects, and nothing older than what was stored is taken again. Where
 * nothing is new, nothing is written; a later `now` alone is when it is an hour later, verdicts alone some times in a client's
 * life (one that answers for many devices would write for each). */
enum mdr_code client_keep(struct mdr_client *c, struct mdr_error *err) MUST_CHECK;

#endif
