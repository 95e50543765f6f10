/* plan/fold.h: kinds with one slot: which attributes a device looks up in the index instead of judging rules.
 *
 * Method     partial evaluation under a budget. Attributes are taken in a fixed order; each is either folded (its
 *            values become columns of a table in the index, and its rules vanish from the manifests) or left to the
 *            device. Nothing here fails: with nothing folded there is one manifest, which stands in the index.
 * State      two masks over the offers: `may` (it can still hold) and `must` (its folded attributes hold for sure).
 *            A column is a class, or a group of neighbouring classes of versions: may is then the OR of their masks,
 *            must the AND. Masks of the columns that a device takes are ANDed. In may but not in must: the offer's
 *            rules on folded attributes stay. A free offer in must, all of whose attributes are folded, hides all
 *            behind it but dev offers of ships. Equal states are one.
 * Cost       (mean bytes of the manifests that are not empty + REQUEST_BYTES), halved when there is an empty outcome
 *            (half of the devices have the newest version), + SEGMENT_BYTES for each state + bytes of the tables.
 *            With nothing folded: the bytes of the one manifest. All in integers.
 * Decision   a coarser grouping replaces a finer one only if it costs 1/8 less; the attribute is folded if the cost
 *            falls to 3/4 or below. An attempt is given up as soon as it has more states than [segments] max,
 *            manifests of more than MANIFESTS_BYTES, a cost that cannot be below the present one, or touches more
 *            than FOLD_WORK words. */
#ifndef PLAN_FOLD_H
#define PLAN_FOLD_H

#include "plan/plan.h"

/* Fills shape, manifests, folds and attrs. `live`: the offers of the one slot that live, best first; at least one. */
void fold_make(struct plan *out, struct arena *a, struct arena *scratch, const uint32_t *live, size_t n);

#endif
