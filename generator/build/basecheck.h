/* build/basecheck.h: a module of a quick fix held against the .hap that devices have installed.
 *
 * A device tells nobody of most of these mistakes: it skips a module that it does not have, libraries that are new, code that is new.
 * Errors     at "base": the .hap cannot be read, is of another bundle, version or module, or is not the one that originalModuleHash
 *            means; at "ets" code, and at "libs" a library or an ABI that it does not have.
 * Warning    at "base": a device type that the .hap is not for. */
#ifndef BUILD_BASECHECK_H
#define BUILD_BASECHECK_H

#include "base/digest.h"
#include "base/filetree.h"
#include "inspect/hqf.h"
#include "model/model.h"

#define BASE_MAX ((uint64_t)1 << 30) /* bytes of a .hap */

/* `hqf` is what was built from q->sources[i]; `label` names the base. What is needed meanwhile lies in `a`. */
void base_check(const struct quickfix *q, size_t i, const struct hqf *hqf, const char *label,
		const struct filetree *tree, struct digests *digests, struct arena *a, struct diags *d);

#endif
