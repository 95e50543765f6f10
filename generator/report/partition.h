/* report/partition.h: the devices of one slot, parted by what they are told before and after a change.
 *
 * Purpose    plans fold what pays; a review wants the whole truth, in words: "appVersion below 8.0.9; city is 上海 or 北京: before
 *            …, after …". For one slot of one platform, from the offers of two models, of which either may lack the slot (then all
 *            that the other has is new, or gone).
 * Candidates of a device: the offers of its slot whose rules hold and whose `unless` does not, best first, up to the first that
 *            nobody is left behind: guards (whitelist, bucket, window, channel, …) are not judged. What no device can reach behind
 *            an earlier candidate is not in the list.
 * Segment    a box: for each attribute a set of regions (plan/rules.h) of one rule table that both models share; the devices in it
 *            have the same pair of lists. Only segments whose two lists differ are made; boxes are disjoint, and joined where
 *            equal pairs make one box.
 * Equality   of two offers is the caller's: `means` numbers them, equal numbers on either side for the same answer under the same
 *            guards, whatever their rules say. Lists are equal when their numbers are.
 * Work       bounded by PARTITION_NODES and PARTITION_WORK. What exceeds them leaves attributes apart, those first that no changed
 *            offer looks at, the one with the most classes of values: they split nothing, rules on them stay conditions of
 *            a candidate (partition_rest()), `apart` says which. Of very many segments the first `max` are made, `further` counts
 *            the others (saturates).
 * Texts      stand in words as definitions have them: whoever prints a line cleans it (diag_clean()).
 * Ownership  everything lives in `a` and borrows both models' offers, which must outlive it.
 * Pure       the order of the segments and their words depend on the offers alone. */
#ifndef REPORT_PARTITION_H
#define REPORT_PARTITION_H

#include "base/strbuf.h"
#include "plan/offer.h"

#define PARTITION_NODES 4096                /* states that one attempt may meet */
#define PARTITION_WORK  ((uint64_t)1 << 21) /* offers that it may look at, over all states */
#define PARTITION_JOIN  512                 /* boxes among which equal neighbours are looked for */

struct partition_side {
	const struct offers *offers;   /* after offers_prune(); NULL: this model does not have the slot */
	const struct offer_slot *slot; /* of offers->slots */
	const uint32_t *means;         /* of offer offers->v[i], at [i] */
};

struct offer_view { /* the candidates of one segment, best first: offers of the side's `offers` */
	const struct offer *const *v;
	size_t n;
};

struct segment {
	const struct set *sets; /* of attribute attrs[i]; a full one where the segment leaves it open */
	struct offer_view before, after;
};

struct numbered_text {
	struct slice text; /* in lower case where case does not matter */
	uint32_t region;
};

struct partition {
	struct attribute **attrs; /* that rules name, in the order of plan/rules.h */
	size_t nattrs;
	const bool *apart; /* of each: it splits nothing, since that would be too much work */
	bool any_apart;
	struct segment *segments;
	size_t nsegments;
	uint64_t further; /* that were not made */
	/* private */
	struct rule_table rules;                   /* of both sides */
	const struct slice *const *as_written;     /* of each attribute of texts: how definitions write text i */
	const struct numbered_text *const *sorted; /* of each attribute of texts: all, to find one */
};

/* Both sides are of one platform and kind. */
void partition_make(struct partition *out, struct arena *a, const struct partition_side *before,
		    const struct partition_side *after, size_t max);

/* The region of attrs[attr] that a device is in which says `value` (as it says it; empty: it says nothing). For estimates:
 * set_has(&segment->sets[attr], partition_region(…)). */
uint32_t partition_region(const struct partition *p, size_t attr, struct slice value);

/* "appVersion below 8.0.9; city is 上海 or 北京; netType is not known"; "all devices" for a box without limits. */
void words_segment(struct strbuf *out, const struct partition *p, const struct segment *s);
/* One attribute of it: "city is 上海 or 北京". Nothing where the set is full. */
void words_regions(struct strbuf *out, const struct partition *p, size_t attr, const struct set *s);
/* What of the rules and exceptions of a candidate, which is one of `of`, stayed a condition, as words_rule() says it, joined by "; ":
 * nothing unless any_apart. */
void partition_rest(struct strbuf *out, const struct partition *p, const struct offers *of, const struct offer *o);

#endif
