/* build/rulecheck.h: rules that no listed value satisfies.
 *
 * A warning at each `excludes`, `in` and `out` that no value of resources/<element>.json satisfies, where there is such a list: in
 * every task that is not ended, every `unless` and every switch value. (Of `contains` the definitions say so, value by value.)
 * A rule that holds for devices without the attribute (defaultResult) can be satisfied. */
#ifndef BUILD_RULECHECK_H
#define BUILD_RULECHECK_H

#include "model/model.h"

void rules_check(const struct app *app, struct diags *d);

#endif
