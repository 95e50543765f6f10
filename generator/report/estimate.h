/* report/estimate.h: how many devices something is about, as far as a census tells.
 *
 * Purpose    a review needs "about 15,000", not a share of an unknown number: shares of devices by value of an attribute
 *            (audience.json), of buckets, windows and whitelists, multiplied and added up.
 * Form       parts of ESTIMATE_WHOLE, which is every device of the platform; integers alone, so that every machine says the same.
 *            `low` and `high` differ where the census leaves a value open: a list of 500 ids may lie anywhere.
 * Census     attributes are taken as independent. Devices that the census of an attribute does not name are its rest:
 *              - of texts it belongs to "any other value"; of versions to those below all that rules name (old versions are what
 *                a census leaves out);
 *              - of a set without these it may still be all, where the set has a region that is `open`: 0 to all of the rest. Of
 *                versions only where the census knows none in the set.
 *            An attribute without a census is all rest.
 * Pure; takes no memory. */
#ifndef REPORT_ESTIMATE_H
#define REPORT_ESTIMATE_H

#include "base/kinds.h"
#include "base/strbuf.h"
#include "plan/set.h"

#define ESTIMATE_WHOLE ((uint64_t)1 << 60)

struct estimate {
	uint64_t low, high; /* low <= high <= ESTIMATE_WHOLE */
};

#define ESTIMATE_NONE ((struct estimate){ 0, 0 })
#define ESTIMATE_ALL  ((struct estimate){ ESTIMATE_WHOLE, ESTIMATE_WHOLE })

/* The census of one attribute, by region (plan/rules.h). */
struct estimate_census {
	enum attr_type type;
	uint32_t regions;
	const uint64_t *devices; /* of each region; NULL: the attribute has no census */
	const bool *open;        /* of each region: devices that the census does not name may be in it; NULL: in all */
	uint64_t sum;            /* of `devices` */
	uint64_t total;          /* devices of the platform; less than `sum`: the sum counts instead */
};

/* The part of devices whose value lies in the set. */
struct estimate estimate_set(const struct estimate_census *c, const struct set *s);

/* part / whole; everything where part >= whole. */
struct estimate estimate_ratio(uint64_t part, uint64_t whole);
struct estimate estimate_thousandths(uint32_t thousandths); /* of a percentage: 0..100000 */
struct estimate estimate_limit(uint64_t limit);             /* of a window: limit / 2^64 */

struct estimate estimate_and(struct estimate a, struct estimate b); /* both hold, independent of each other */
struct estimate estimate_add(struct estimate a, struct estimate b); /* of devices apart; at most all */

/* What a share takes of the devices that are left, and what is left then. */
struct estimate estimate_take(struct estimate *left, struct estimate share);
/* The same of so many devices that nobody knows which: none to all of them. */
struct estimate estimate_take_some(struct estimate *left, uint64_t most);

/* Of two sets of devices (their parts of `na` and `nb` devices) the part that they are of na + nb. */
struct estimate estimate_merge(struct estimate a, uint64_t na, struct estimate b, uint64_t nb);

/* A part of so many devices, to the nearest one. */
uint64_t estimate_devices(uint64_t part, uint64_t devices);

/* "≈ 15,000", "≈ 900 to 1,200", "up to 500", "0": three digits are as exact as it gets. `devices` 0 (nobody knows how many there
 * are): "≈ 12.5 %". `unit` follows a number that is not a percentage: " devices". */
void estimate_words(struct strbuf *out, struct estimate e, uint64_t devices, const char *unit);
/* Whether both read the same. */
bool estimate_reads_same(struct estimate a, struct estimate b, uint64_t devices);
/* "≈ 15,000 → 30,000 devices"; one number where both read the same. */
void estimate_change_words(struct strbuf *out, struct estimate before, struct estimate after, uint64_t devices,
			   const char *unit);

#endif
