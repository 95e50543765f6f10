/* format/manifest_parts.h: decoders of what stands in the tables of a manifest; private to format/manifest_*.c. */
#ifndef FORMAT_MANIFEST_PARTS_H
#define FORMAT_MANIFEST_PARTS_H

#include "format/manifest.h"
#include "format/wire.h"

wire_fn manifest_read_rule;     /* into a struct mf_rule */
wire_fn manifest_read_answer;   /* into a struct mf_answer: version, hash, length */
wire_fn manifest_read_inline;   /* the same: version and the answer itself */
wire_fn manifest_read_quickfix; /* the same, whose modules are looked at */

#endif
