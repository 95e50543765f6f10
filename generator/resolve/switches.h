/* resolve/switches.h: the switch service's part of a client: values that are kept, and who listens to them.
 *
 * Kept       record "switches": "values" (key -> text), and what resolve/pace.h keeps. Read when it is needed first.
 * Order      a new answer is stored, then it counts, then listeners are told. Where it cannot be stored the old values stay. */
#ifndef RESOLVE_SWITCHES_H
#define RESOLVE_SWITCHES_H

#include "base/attr.h"

#define SWITCHES_RECORD "switches"

struct switches;
int switches_new(struct switches **out) MUST_CHECK; /* -1: memory */
void switches_free(struct switches *s);             /* NULL is fine */

#endif
