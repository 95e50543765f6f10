/* report/plan.h: what the planner did, for `build --json` and for people.
 *
 * For each index: its shape, every attribute that rules name with what became of it (folded, or stayed a guard, and why), the
 * number of manifests, and every offer that was dropped with the reason. */
#ifndef REPORT_PLAN_H
#define REPORT_PLAN_H

#include <jansson.h>

#include "base/strbuf.h"
#include "build/compile.h"

json_t *report_index(const struct compiled_index *ix); /* new; NULL: memory */

/* One line: "android upgrade: 4 segments by appVersion; 7 of 12 offers". */
void report_index_line(struct strbuf *out, const struct compiled_index *ix);

#endif
