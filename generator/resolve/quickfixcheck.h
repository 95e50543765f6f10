/* resolve/quickfixcheck.h: what the system would say to a quick fix, judged on what was read of its files. */
#ifndef RESOLVE_QUICKFIXCHECK_H
#define RESOLVE_QUICKFIXCHECK_H

#include "resolve/quickfixfile.h"

#define QUICKFIX_FILES_MAX 256u               /* modules of one fix */
#define QUICKFIX_KEEP_MAX  ((size_t)16 << 20) /* bytes of what stays of all its files */

/* MDR_QF_OK, or the first of the system's checks that refuses; then *which and the text of *err, too. Pure. */
int quickfix_judge(const struct mdr_bundle *bundle, const struct quickfix_file *v, size_t n, size_t *which,
		   struct mdr_error *err);

#endif
