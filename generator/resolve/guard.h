/* resolve/guard.h: does a candidate hold for a device? Guards that cost nothing come first, whitelists last. */
#ifndef RESOLVE_GUARD_H
#define RESOLVE_GUARD_H

#include "resolve/client.h"

/* What one device asks. */
struct question {
	struct mdr_client *client; /* client->values hold the device */
	uint64_t number;           /* of the device */
	bool strict;               /* ships: tasks of the device's own channel alone */
	bool timed;                /* the time is known: */
	int64_t at;
	int64_t patch;          /* the device's patchVersionCode; -1: unknown */
	struct arena *patterns; /* where expressions of the program that is asked are compiled */
	bool incomplete;        /* set when a whitelist could not be asked */
};

enum guard {
	GUARD_NONE,
	GUARD_CHANNEL,
	GUARD_FROM,
	GUARD_UNTIL,
	GUARD_WINDOW,
	GUARD_ABOVE,
	GUARD_RULE,
	GUARD_UNLESS,
	GUARD_PERCENT,
	GUARD_USERS,
	GUARD_LIST
};

/* Why a candidate does not hold. */
struct refusal {
	enum guard guard;
	size_t which; /* GUARD_RULE: position in `rules`; GUARD_UNLESS: in `unless`; GUARD_LIST: in `lists`, if unproven */
	bool unknown;       /* GUARD_FROM, UNTIL, WINDOW, USERS: no time; PERCENT, USERS: no id (`bucket` is not set) */
	uint64_t bucket;    /* GUARD_PERCENT, GUARD_USERS */
	struct bound bound; /* the same */
	bool unproven;      /* GUARD_LIST: a page could not be had or proven, or a pattern not be compiled */
};

/* True when all guards hold; else *why is filled (it may be left half filled otherwise). */
bool guard_holds(struct question *q, struct table *t, const struct choice *c, struct refusal *why);

/* An id as the device sent it; false: it has none. */
bool question_id(const struct question *q, enum fixed_name which, struct slice *id);

#endif
