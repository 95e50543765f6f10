/* resolve/explain.h: why a device gets what it gets, in words.
 *
 * Appends JSON (keys sorted, no white space) to `out`; a failed append sticks there. Guards are asked again, in the same order,
 * so that the explanation cannot differ from the answer. */
#ifndef RESOLVE_EXPLAIN_H
#define RESOLVE_EXPLAIN_H

#include "resolve/guard.h"

/* {"attributes":{…},"candidates":[…],"segment":n,"versionKey":"known"}; attributes and segment only where attributes are
 * folded, versionKey only where the index knows some and the device has one; `t`, `slot` may be NULL. */
void explain_single(struct strbuf *out, struct question *q, const struct program *p, uint32_t segment, struct table *t,
		    const struct slot *slot);
/* {"SLOT":[…],…} */
void explain_many(struct strbuf *out, struct question *q, const struct program *p);
/* {"candidates":[…],"reason":"…","slot":"…"}; reason where nothing is given although a candidate holds, or where there is no
 * slot to ask for (`name` is empty). */
void explain_quickfix(struct strbuf *out, struct question *q, const struct entry *e, struct slice name, bool given);
/* The same for a kind without an index. */
void explain_nothing(struct strbuf *out, enum platform platform, enum kind kind);

#endif
