/* plan/size.h: estimated bytes of a manifest, candidate by candidate.
 *
 * A rule counts once in each manifest, whoever uses it, and so does the description of a whitelist; widths are those of
 * plan/budget.h. One pass over the candidates, one step for each use of a rule or list. */
#ifndef PLAN_SIZE_H
#define PLAN_SIZE_H

#include "plan/offer.h"

struct sizes {
	const struct offers *offers;
	uint32_t *seen; /* of each rule: the last manifest that has it */
	struct map lists; /* whitelist → the same */
	struct arena *mem;
	uint32_t manifest;
};

void sizes_init(struct sizes *s, struct arena *a, const struct offers *o);
void sizes_release(struct sizes *s);
void sizes_begin(struct sizes *s); /* the next manifest */

/* One more candidate. `folded` tells for each attribute whether its rules are gone; NULL: none are. */
uint64_t sizes_candidate(struct sizes *s, const struct offer *o, const bool *folded);
uint64_t sizes_filters(struct sizes *s, const struct offer *o); /* descriptions of whitelists that are new in this manifest */

#endif
