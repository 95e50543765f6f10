/* report/partition_parts.h: how report/partition.h works inside. Private to report/partition*.c.
 *
 * Bits       every live offer of either side is a bit, and so is every exception (one array of a release's `unless`): first those
 *            of `before`, best first, then those of `after`, then the exceptions. A state is a mask of bits that may still hold.
 * Diagram    attribute after attribute the classes of its values (plan/class.h) take bits away. Equal states are one node, nodes
 *            that lead to the same ones are one, and a node all of whose ways lead to one other is that other: what tells devices
 *            apart stays, and nothing else. NODE_SAME stands for equal lists.
 * Early ends a state in which the offers of both sides are the same, one by one, is NODE_SAME; an offer that an earlier one covers
 *            goes. */
#ifndef REPORT_PARTITION_PARTS_H
#define REPORT_PARTITION_PARTS_H

#include "plan/class.h"
#include "report/partition.h"

#define NODE_SAME 0u
#define BIT_APART UINT32_MAX

enum side { SIDE_BEFORE, SIDE_AFTER, SIDES };

struct bit {
	const struct offer *offer; /* of its model; NULL: an exception */
	uint32_t means;
	uint32_t twin;            /* equal for offers that say the same in every respect */
	uint32_t unless, nunless; /* its exceptions: bits unless … unless + nunless - 1 */
	uint32_t settled;         /* after so many steps no rule of it is left; BIT_APART: one is apart */
};

struct bits {
	struct bit *v;
	size_t n, end[SIDES];     /* before: up to end[0]; after: up to end[1]; exceptions: up to n */
	size_t words;             /* of a mask */
	const struct offers *all; /* of each bit its predicates */
};

struct step { /* one attribute */
	uint32_t attr;
	const struct classes *classes;
	const uint64_t *touched; /* mask of the bits that it can take away */
};

struct node {
	uint32_t step;                  /* the number of steps: an end, which has lists */
	const uint32_t *child;          /* of each class */
	struct offer_view lists[SIDES]; /* of an end */
	uint64_t boxes;                 /* ways from here to an end; saturates */
	uint32_t seen;                  /* the last count that met it */
};

struct diagram {
	const struct step *steps;
	uint32_t nsteps;
	struct node *v; /* v[NODE_SAME] leads nowhere */
	size_t n, cap;
	uint32_t root;
	uint32_t counts; /* how often children were counted */
};

/* -1: that would be too much work. Everything lives in `a`. */
int diagram_make(struct diagram *out, struct arena *a, const struct bits *bits, const bool *apart,
		 const struct step *steps, uint32_t nsteps) MUST_CHECK;

/* Fills segments and further. */
void boxes_make(struct partition *out, struct arena *a, struct arena *scratch, struct diagram *d, size_t max);

/* What maps look up: numbers in a row. */
struct key {
	uint32_t *v;
	size_t n, cap;
	struct arena *mem;
};

void key_add(struct key *k, uint32_t number);
void key_bytes(struct key *k, struct slice numbers); /* of whole numbers */
void key_pred(struct key *k, const struct pred *pred);
void key_end(struct key *k);                 /* of a list of predicates */
struct slice key_slice(const struct key *k); /* until the key changes */
struct slice key_copy(const struct key *k);  /* in its arena */

#endif
