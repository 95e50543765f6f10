/* resolve/explain.h: why a device gets what it gets, in words.
 *
 * Appends JSON (keys sorted, no white space) to `out`; a failed append sticks there. Guards are asked again, in the same order,
 * so that the explanation cannot differ from the answer. */
#ifndef RESOLVE_EXPLAIN_H
#define RESOLVE_EXPLAIN_H

#include "resolve/guard.h"

/* {"attributes":{…},"candidates":[…],"segment":n}; attributes and segment only where attributes are folded; `t`, `slot` may
 * be NULL. */
void explain_single(struct strbuf *out, struct question *q, const struct program *p, uint32_t segment, struct table *t,
		    const struct slot *slot);
/* {"KEY":[…],…} */
void explain_many(struct strbuf *out, struct question *q, const struct program *p);
/* The same for a kind without an index. */
void explain_nothing(struct strbuf *out, enum platform platform, enum kind kind);

#endif
