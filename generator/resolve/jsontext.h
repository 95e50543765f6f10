/* resolve/jsontext.h: JSON written straight into a buffer. */
#ifndef RESOLVE_JSONTEXT_H
#define RESOLVE_JSONTEXT_H

#include "base/strbuf.h"

/* Appends a JSON string with the shortest escapes. Of a text that is no UTF-8 every byte above 0x7f becomes '?'. */
void jsontext_string(struct strbuf *out, struct slice text);
/* Appends `compact` (one valid JSON value without white space) with line breaks and two spaces a level. */
void jsontext_indent(struct strbuf *out, struct slice compact);

#endif
