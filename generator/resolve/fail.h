/* resolve/fail.h: how this library says no: a code, and one line that names the file. */
#ifndef RESOLVE_FAIL_H
#define RESOLVE_FAIL_H

#include "base/attr.h"
#include "base/slice.h"
#include "resolve/mdresolve.h"

/* Fills `err`; the text is cut to its size, control bytes become '?'. */
void fail_set(struct mdr_error *err, enum mdr_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same, and gives `code` (a constant): `return fail(err, MDR_REFUSED, "%s: …", path)`. */
#define fail(err, code, ...) (fail_set((err), (code), __VA_ARGS__), (code))

static inline enum mdr_code fail_memory(struct mdr_error *err)
{
	return fail(err, MDR_MEMORY, "out of memory, or more than the memory limit");
}

#endif
