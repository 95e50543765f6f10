/* convert/text.h: JSON as people write definitions.
 *
 * Layout     two spaces a level; what fits on a line of TEXT_WIDTH columns stands on one, but for the whole and for arrays of
 *            objects; `{ "a": 1 }` and `["a", "b"]`. Members stay in their order. Percentages have at most three decimals. */
#ifndef CONVERT_TEXT_H
#define CONVERT_TEXT_H

#include <jansson.h>

#include "base/arena.h"

#define TEXT_WIDTH 110

/* With a line break at its end. */
struct slice definition_text(struct arena *a, json_t *v);

#endif
