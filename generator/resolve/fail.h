/* resolve/fail.h: how this library says no: a code, and one line that names the file. */
#ifndef RESOLVE_FAIL_H
#define RESOLVE_FAIL_H

#include "base/attr.h"
#include "base/slice.h"
#include "resolve/mdresolve.h"

/* Fills `err` (cut to its size, control bytes replaced by '?') and returns `code`: `return fail(err, MDR_REFUSED, …)`. */
enum mdr_code fail(struct mdr_error *err, enum mdr_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
enum mdr_code fail_memory(struct mdr_error *err);

#endif
