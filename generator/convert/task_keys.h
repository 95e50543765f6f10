/* convert/task_keys.h: every key that MDS's OpenAPI is known to give a release task, and what becomes of it here.
 *
 * Source     the request and answer classes of the vendor's public SDKs. schemas/INTERCHANGE.md says the same in words. */
#ifndef CONVERT_TASK_KEYS_H
#define CONVERT_TASK_KEYS_H

#include "convert/form.h"

extern const struct form_key task_keys[];
extern const size_t task_nkeys;

#endif
