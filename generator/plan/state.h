/* plan/state.h: the states that folding leads to, and one attempt to fold one attribute into them.
 *
 * A state is two masks over the offers of a list, `may` and `must` (plan/fold.h). fold.c uses several struct states
 * in turn (what is accepted, the best attempt, the present one); their memory is reused: an attempt costs time only.
 * Everything lives in the arena of struct folding. */
#ifndef PLAN_STATE_H
#define PLAN_STATE_H

#include "plan/class.h"
#include "plan/size.h"

struct columns { /* what a table distinguishes: classes, or groups of them; column 0 is "missing" */
	uint32_t n;
	const uint64_t *may, *must; /* of each column; one and the same where every class is a column */
	const uint32_t *of_class;
};

struct states {
	uint32_t n;
	uint64_t *masks;    /* of each state: may, then must */
	uint64_t *bytes;    /* of each state: its manifest; 0: nothing is offered */
	uint32_t *next;     /* states before × columns */
	uint32_t *of_class; /* class → column of `next`, equal columns joined */
	uint32_t columns;
	uint64_t table_bytes; /* of all tables up to this one */
	uint64_t sum;         /* of bytes */
	uint32_t filled;      /* states with bytes > 0 */
	uint64_t cost;        /* plan/fold.h */
	size_t masks_cap, bytes_cap, next_cap, of_class_cap;
};

/* What an attempt works with. */
struct folding {
	struct arena *mem;
	const struct offer_list *list;
	size_t words;      /* of one mask */
	uint32_t max;      /* states */
	uint64_t limit;    /* an attempt is of use only below this cost */
	bool *folded;      /* by attribute */
	uint64_t *closing; /* free offers whose attributes are all folded */
	uint64_t *apart;   /* dev offers of ships, which are not hidden behind them */
	uint64_t *state;   /* room for one */
	struct sizes sizes;
	uint32_t *table; /* hash → number + 1 */
	size_t table_cap;
};

/* The state in which nothing is folded. */
void states_first(struct states *out, struct folding *f);
/* Applies the columns of an attribute (already marked in `folded` and `closing`) to every state of `before`.
 * CHOICE_FOLDED: done, and the cost is below the limit. CHOICE_NO_GAIN: it is not, `cost` is a lower bound. Else the
 * budget that was exceeded. */
enum plan_choice states_next(struct states *out, struct folding *f, const struct states *before,
			     const struct attribute *attr, const struct classes *classes,
			     const struct columns *columns);

#endif
