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

/* The members that are texts, looking into `json`; *n of them. False: not for us. */
bool flat_read(struct mdr_attr attrs[FLAT_MAX], size_t *n, struct slice json) MUST_CHECK;

#endif
