/* plan/offer.h: every task and every switch value as one thing: an offer.
 *
 * Purpose    an offer is what a slot may answer: a predicate over static attributes (`rules`), guards that only the
 *            device can judge, and a pointer to what it stands for. Kinds differ here and nowhere later in the plan.
 * Order      offers of a slot stand together, best first (DEFINITIONS "Which task wins"; switch values as written);
 *            slots are sorted by name. Only what reaches devices is here: releasing tasks, values of active switches
 *            that name the platform.
 * Condition  a slot's own condition is an ordinary rule on appVersion (upgrades: below the release's version; hotpatches:
 *            equal to the product version; h5: within clientVersion) or, of hotpatches with one, on versionKey. That of
 *            a quick fix, patchVersionCode, is the guard `above`.
 * Rollback   a releasing one is the only offer of its release. Rollbacks stand behind all others of the slot, of the
 *            highest release first: who gets nothing else, and meets the condition, drops what it has.
 * Ships      hotpatches by versionKey may be asked for strictly (FORMAT.md section 11): dev tasks alone, or prod tasks alone. So a prod
 *            offer never drops or hides a dev offer of a ship, behind which no other device looks.
 * Ownership  borrows the model; the rest lives in the arena.
 * Pure       no clock: `commit_time` only decides whether a publishedAt is kept as the guard `from`. */
#ifndef PLAN_OFFER_H
#define PLAN_OFFER_H

#include "plan/rules.h"

enum offer_fate {
	OFFER_LIVE,
	OFFER_NOBODY, /* percent is 0 */
	OFFER_NEVER,  /* no device satisfies all rules */
	OFFER_CLOSED  /* an earlier offer takes every device that it could reach: `closer` */
};

/* The values of one attribute that an offer admits; attributes that it does not restrict have none. */
struct pred {
	uint32_t attr;
	struct set set;
};

struct offer {
	uint32_t slot;
	const struct release *release; /* but for KIND_SWITCH: the release and its task */
	const struct task *task;
	const struct switch_def *sw; /* KIND_SWITCH: the switch and its value */
	const struct switch_value *value;

	struct numbers rules; /* all hold; numbers into the rule table, in the order written, the slot's own last */
	const struct numbers *unless; /* guards, never folded: out when all rules of one of these hold */
	size_t nunless;
	struct pred *preds; /* what `rules` say together, by attribute; set by offers_prune() */
	size_t npreds;

	struct whitelist *const *lists; /* any of them; none: no such guard */
	size_t nlists;
	bool dev;
	bool has_from;
	int64_t from;
	bool has_window;
	int64_t start, end;
	bool has_until; /* TestFlight: offered before it */
	int64_t until;
	bool has_above; /* quick fixes: what is installed must be lower */
	uint32_t above;
	bool has_limit;
	uint64_t limit; /* plan/share.h; set by plan_make(), and only where live */
	const struct ramp_point *ramp;
	size_t nramp;
	bool has_percent; /* 0 < thousandths < 100000; 100 % is no guard */
	uint32_t thousandths;

	bool free;            /* no guard of any kind: whoever satisfies its rules gets it */
	enum offer_fate fate; /* set by offers_prune(), percent 0 at once */
	uint32_t closer;      /* OFFER_CLOSED: number of an offer of the same slot that takes its devices */
};

struct offer_slot {
	struct slice name; /* "<platform>", "<h5Id>", "<bundleName>/<versionCode>", "<KEY>" */
	uint32_t first, n; /* its offers */
};

struct offers {
	enum platform platform;
	enum kind kind;
	struct offer *v;
	size_t n;
	struct offer_slot *slots;
	size_t nslots;
	struct rule_table rules;
};

void offers_releases(struct offers *out, struct arena *a, const struct app *app, enum platform p, enum kind k,
		     int64_t commit_time);
void offers_switch(struct offers *out, struct arena *a, const struct app *app, enum platform p);

/* The order of tasks of one release: below 0 when `a` goes before `b`. Total: ids are unique in a release. */
int task_rank_cmp(const struct task *a, const struct task *b);

/* A dev offer of a ship, which prod offers do not close. */
bool offer_is_dev_ship(const struct offer *o);

/* An offer closes others when it has no guard but those that can be compared: the channel, `above`, and `unless`. Then, does it hold
 * wherever `o` holds, as far as channel and `above` go? */
bool offer_closes(const struct offer *closer);
bool offer_guards_cover(const struct offer *closer, const struct offer *o);

/* Why it was dropped, in a few words for people; "" for a live one. */
const char *offer_fate_text(enum offer_fate fate);

#endif
