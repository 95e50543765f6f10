/* plan/class.h: the values of one attribute, as far as the offers of one slot tell them apart.
 *
 * Class      a set of values that the same offers admit; its mask has the bit i of offer live[i]. Class 0 is
 *            "missing" and no other value is ever in it, even where masks are equal. Texts: equal masks are one
 *            class. Versions: neighbours with equal masks are one class, classes ascend.
 * Work       masks are made by toggling bits along the regions, so that an attribute with very many values costs
 *            what its rules cost. More than `max` classes of texts, or masks of more than FOLD_WORK words: given up,
 *            nothing is returned. */
#ifndef PLAN_CLASS_H
#define PLAN_CLASS_H

#include "plan/plan.h"

struct class_run {
	uint32_t region, class_; /* from this region up to the next run's */
};

struct classes {
	uint32_t n;
	uint64_t *masks;        /* of class c: words c × words … */
	size_t words;           /* of one mask */
	struct class_run *runs; /* ascending; the first is {0, 0}, the second {1, the class of "other"} */
	size_t nruns;
};

struct offer_list { /* the live offers of a slot, best first */
	const struct offers *offers;
	const uint32_t *live;
	size_t n;
};

/* Whether some offer of the list restricts the attribute. */
bool classes_any(const struct offer_list *l, uint32_t attr);
/* CHOICE_FOLDED when made, else CHOICE_MANY_CLASSES or CHOICE_MUCH_WORK. */
enum plan_choice classes_make(struct classes *out, struct arena *a, const struct offer_list *l, uint32_t attr,
			      uint32_t max);

static inline uint64_t bit_of(size_t i)
{
	return (uint64_t)1 << (i % 64);
}

static inline bool bit_is_set(const uint64_t *mask, size_t i)
{
	return (mask[i / 64] & bit_of(i)) != 0;
}

uint64_t words_hash(const uint64_t *v, size_t n);

#endif
