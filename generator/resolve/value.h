/* resolve/value.h: one attribute of a device, read in the ways that rules ask for, each way at most once.
 *
 * Missing  absent, or empty after dropping ASCII white space; as a version also what is none ("14-beta"); exact values keep
 *          their white space.
 * Memory   a value looks into the device; nothing is allocated. */
#ifndef RESOLVE_VALUE_H
#define RESOLVE_VALUE_H

#include "base/slice.h"
#include "base/version.h"

struct value {
	bool present; /* the device has it as a text, maybe a blank one */
	uint8_t done; /* ways already read: private to value.c */
	bool is_version;
	struct slice raw;    /* as the device sent it: ids and the channel are compared in this form */
	struct slice text;   /* trimmed */
	uint64_t hash, fold; /* of `text`: as it is, and with ASCII letters in lower case */
	uint64_t exact;      /* of `raw` */
	struct version version;
};

void value_set(struct value *v, struct slice raw);
bool value_text(struct value *v);                     /* fills text; false: missing */
uint64_t value_hash(struct value *v, bool fold);      /* of a value that is there */
bool value_exact(struct value *v);                    /* fills raw and exact; false: missing */
const struct version *value_version(struct value *v); /* NULL: missing */

#endif
