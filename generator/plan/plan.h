/* plan/plan.h: from definitions to the lists of candidates that devices load.
 *
 * Purpose    for one app, platform and kind: which manifests there are, what stands in each, and how a device finds
 *            its own.
 * Pure       the result depends on the definitions and the commit's time alone; of a percentage only on whether it
 *            is 0 or 100 (apart from the number that is copied). Not on earlier trees, clocks, hash order or the
 *            number of threads.
 * Shapes     PLAN_INLINE    one manifest, part of the index.
 *            PLAN_SEGMENTS  kinds with one slot: attributes are folded in order; each outcome is a segment.
 *            PLAN_UNITS     kinds with many slots: a manifest holds those whose SHA-256(name) begins with its bits.
 * Limits     the plan degrades, it never fails: what is not worth folding, or does not fit the budgets, stays a rule
 *            in the manifest, and `attrs` says why. Budgets are constants (plan/budget.h) but for [segments] max.
 * Ownership  everything lives in arena `a` (and borrows the model); `scratch` is only used during the call: reset it
 *            then.
 * Threads    none inside; different arenas may plan at the same time. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/digest.h"
#include "plan/offer.h"

enum plan_shape {
	PLAN_NOTHING, /* no offer lives */
	PLAN_INLINE,
	PLAN_SEGMENTS,
	PLAN_UNITS
};

struct candidate {
	const struct offer *offer; /* its guards all stay */
	struct numbers rules;      /* those of its rules that a device still has to judge */
};

struct plan_slot {
	struct slice name;
	const struct candidate *v; /* best first */
	size_t n;
};

struct plan_manifest {
	struct plan_slot *slots; /* by name; none at all: an empty segment */
	size_t nslots;
	uint64_t bytes;  /* coarse estimate, the one that decided */
	uint8_t bits;    /* PLAN_UNITS: length of the prefix, 1..32 */
	uint32_t prefix; /* the first bits of SHA-256(slot), right-aligned */
};

struct plan_value {
	struct slice text;
	uint32_t class_;
};

struct plan_cut { /* from this bound on, up to the next cut */
	struct version bound;
	bool after; /* true: versions strictly above the bound */
	uint32_t class_;
};

/* One folded attribute. The first fold starts in state 0; next[state * classes + class] is a state of the next fold,
 * after the last one a number into `manifests`. */
struct plan_fold {
	struct slice attribute;
	enum attr_type type;
	uint32_t missing;
	uint32_t other;            /* texts: values not listed; versions: those below the first cut */
	struct plan_value *values; /* sorted by text */
	size_t nvalues;
	struct plan_cut *cuts; /* ascending by (bound, after) */
	size_t ncuts;
	uint32_t classes, states;
	uint32_t *next;
};

enum plan_choice {
	CHOICE_FOLDED,
	CHOICE_UNUSED,       /* only offers that were dropped look at it */
	CHOICE_SMALL,        /* the manifest is so small that it stays in the index as it is */
	CHOICE_NO_GAIN,      /* cost before → after is not down to 3/4 */
	CHOICE_MANY_CLASSES, /* more classes than [segments] max */
	CHOICE_MANY_STATES,  /* more segments than [segments] max */
	CHOICE_MANY_BYTES,   /* the manifests together exceed the budget */
	CHOICE_MUCH_WORK,    /* offers × classes × states exceed the budget */
	CHOICE_MANY_SLOTS    /* kinds with many slots fold nothing */
};

/* What became of each attribute that some rule names, in the order of folding. */
struct plan_attr {
	struct slice name;
	enum attr_type type;
	enum plan_choice choice;
	uint32_t classes; /* distinct classes of values, "missing" included; 0: not counted */
	uint32_t columns; /* FOLDED: columns of its table */
	uint64_t before,
		after; /* FOLDED, NO_GAIN: cost in bytes a device, see plan/fold.h; a lower bound when `at_least` */
	bool at_least;
};
const char *plan_choice_text(enum plan_choice c); /* "folded", "no gain", … */

struct plan {
	const struct app *app;
	enum platform platform;
	enum kind kind;
	enum plan_shape shape;
	struct offers offers; /* all of them; the dropped ones with their reason */
	size_t nlive;
	struct plan_manifest *manifests; /* INLINE: one; SEGMENTS: by segment number; UNITS: by prefix text */
	size_t nmanifests;
	struct plan_fold *folds;
	size_t nfolds;
	struct plan_attr *attrs;
	size_t nattrs;
	uint64_t shard_bytes; /* UNITS: the size that was aimed at */
};

/* -1: hashing failed, the caller reports "cannot hash". */
int plan_make(struct plan *out, struct arena *a, struct arena *scratch, const struct app *app, enum platform p,
	      enum kind k, int64_t commit_time, struct digests *hashing) MUST_CHECK;

#endif
