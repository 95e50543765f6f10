/* format/references.h: the references of an answer: texts that lead to files of the tree, or elsewhere (schemas/FORMAT.md
 * section 5). Where they stand depends on the kind; an empty text is none. */
#ifndef FORMAT_REFERENCES_H
#define FORMAT_REFERENCES_H

#include <jansson.h>

#include "base/attr.h"
#include "base/kinds.h"
#include "base/slice.h"

/* `holder`'s member `key` is `reference`. It may be replaced; no member may be added or removed. Not 0: stop. */
typedef int reference_fn(void *ctx, json_t *holder, const char *key, struct slice reference);

/* Calls `fn` for each reference of an answer object, in no order; 0, or what it returned. Depth is bounded by the parser. */
int references_each(json_t *answer, enum kind kind, reference_fn *fn, void *ctx) MUST_CHECK;

/* A reference that stands for itself; any other is relative to a base, which for a tree's own files is <appCode>/. */
bool reference_is_whole(struct slice reference);

#endif
