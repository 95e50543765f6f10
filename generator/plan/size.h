/* plan/size.h: estimated bytes of a manifest, candidate by candidate.
 *
 * What several candidates may share counts once in each manifest: a rule, the description of a whitelist, and the answer
 * of a release, but for upgrades, whose tasks say different things. Of upgrades and hotpatches a manifest holds the hash
 * of an answer, of h5 and quickfix the answer itself. Widths are those of plan/budget.h. A candidate costs one step for
 * each of its rules and lists; all that this needs is kept flat beside the offers, since a plan is weighed many times. */
#ifndef PLAN_SIZE_H
#define PLAN_SIZE_H

#include "plan/offer.h"

struct part { /* what counts once: a rule; behind the rules a whitelist or an answer */
	uint32_t bytes;
	uint32_t attr; /* rules: that it looks at */
	uint32_t seen; /* the last manifest that has it */
};

struct weight {                  /* of an offer */
	uint32_t bytes;          /* of its own */
	uint32_t nrules, nparts; /* the first `nrules` are its rules, which folding may take away */
	const uint32_t *parts;
};

struct sizes {
	struct part *parts;
	struct weight *weights; /* of offer live[i] */
	uint32_t manifest;
};

/* `filters`: whether manifests describe their whitelists. */
void sizes_init(struct sizes *s, struct arena *a, const struct offers *o, const uint32_t *live, size_t n, bool filters);
void sizes_begin(struct sizes *s); /* the next manifest */
/* One more candidate. `gone` tells for each attribute whether its rules are gone; NULL: all stay. */
uint64_t sizes_candidate(struct sizes *s, size_t i, const bool *gone);

#endif
