/* plan/prune.h: offers that no device can ever be given are dropped.
 *
 * Rules      an offer goes when nobody is in its percentage, when no device satisfies all its rules, or when an
 *            earlier offer of its slot holds wherever it holds (attribute by attribute). The last drops most of a real
 *            app: official tasks have no rules, so the newest one closes all older releases. Such an offer has no guard
 *            but those that can be compared: the channel, `above`, and the `unless` of one and the same release.
 * Work       near-linear: comparing the n offers of a slot may take CLOSE_STEPS × n steps. Behind that, offers stay
 *            that could have gone: the tree is larger, its answers are the same. A slot of a hundred offers with
 *            a rule or two each is always compared in full.
 * Fills      preds, fate and closer of every offer. */
#ifndef PLAN_PRUNE_H
#define PLAN_PRUNE_H

#include "plan/offer.h"

/* `a` keeps the predicates; `scratch` is only used during the call. */
void offers_prune(struct offers *o, struct arena *a, struct arena *scratch);

#endif
