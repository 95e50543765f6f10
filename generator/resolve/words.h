/* resolve/words.h: a refusal as one line for people: `percent: bucket 0x… is not below 25 %`. */
#ifndef RESOLVE_WORDS_H
#define RESOLVE_WORDS_H

#include "resolve/guard.h"

void words_refusal(struct strbuf *out, const struct question *q, const struct table *t, const struct choice *c,
		   const struct refusal *why);

#endif
