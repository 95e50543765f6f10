/* resolve/flat.h: a quick reader for the JSON objects that devices send: flat, with texts that need no unescaping.
 *
 * It either gives exactly what a full parser would give, or gives up: any error, escape, nested value, number that is not a
 * short integer, repeated key or more than FLAT_MAX members is left to the full parser. */
#ifndef RESOLVE_FLAT_H
#define RESOLVE_FLAT_H

#include "base/attr.h"
#include "base/slice.h"
#include "resolve/mdresolve.h"

#define FLAT_MAX 32

/* A device whose texts are in `attrs`, looking into `json`. False: not for us. */
bool flat_read(struct mdr_device *out, struct mdr_attr attrs[FLAT_MAX], struct slice json) MUST_CHECK;

/* A member of a device that is a number: kept if it is one of those that are wanted, whole and in range. */
void device_number(struct mdr_device *d, struct slice name, double value);

#endif
