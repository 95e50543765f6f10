/* convert/regex.h: patterns of MDS's whitelists in the subset that lists of definitions may use (schemas/FORMAT.md section 6.1).
 *
 * Rewritten  `^` and `$` at the ends of the whole pattern's branches go, because a pattern has to match the whole id anyway;
 *            \d becomes [0-9] and \w [A-Za-z0-9_], inside a class without the brackets. Nothing else is touched: what is still
 *            outside the subset is for defs/pattern.h to refuse. */
#ifndef CONVERT_REGEX_H
#define CONVERT_REGEX_H

#include "base/strbuf.h"

void regex_rewrite(struct strbuf *out, struct slice pattern);

#endif
