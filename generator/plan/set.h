/* plan/set.h: the values of one attribute for which something holds, as runs of regions.
 *
 * Regions    the values of an attribute fall into finitely many regions that no rule tells apart (plan/rules.h
 *            numbers them): 0 is "missing", 1 "any other text" or "below all bounds", further ones as the rules name
 *            values.
 * Form       ascending boundaries: a region is in the set when an odd number of them is at or below it. {} is
 *            nothing, {0} everything, {4, 5} region 4 alone, {1, 4, 5} all that are present except region 4. So a
 *            set costs what its rule costs to write, however many values the attribute has.
 * Ownership  boundaries are borrowed; results live in the arena that is passed in. Sets are never changed. */
#ifndef PLAN_SET_H
#define PLAN_SET_H

#include "base/arena.h"

struct set {
	const uint32_t *at;
	uint32_t n;
};

bool set_is_empty(const struct set *s);
bool set_is_full(const struct set *s);
bool set_has(const struct set *s, uint32_t region);
bool set_within(const struct set *part, const struct set *whole); /* every region of `part` is in `whole` */
struct set set_and(struct arena *a, const struct set *x, const struct set *y);

#endif
