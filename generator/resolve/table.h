/* resolve/table.h: a manifest, ready to be asked by many devices.
 *
 * Purpose    per candidate what does not depend on the device is worked out once: the bucket's salt, the percentage's bound,
 *            the text that a winner adds to the answer. A rule is asked at most once per device, since candidates share them.
 * Ownership  a table owns its decoded manifest (or borrows the index's inline one) through its arena. */
#ifndef RESOLVE_TABLE_H
#define RESOLVE_TABLE_H

#include "format/index.h"
#include "resolve/bucket.h"
#include "resolve/expressions.h"
#include "resolve/names.h"
#include "resolve/rule.h"

struct choice {
	const struct mf_candidate *mf;
	bool plain;           /* no guard at all */
	struct bound percent; /* where mf has a percentage */
	struct slice salt;    /* with its zero byte; empty where no bucket is asked for */
	struct slice text; /* JSON that the answer gets: the answer object, or `"SLOT":` and it; empty: not made yet */
};

struct slot {
	struct slice name;
	struct choice *v;
	size_t n;
};

struct table {
	struct arena mem;
	const struct manifest *manifest;
	struct expressions *expressions; /* one for each whitelist of the manifest; used where it has patterns */
	struct slot *slots;              /* by name */
	size_t nslots;
	struct rule_test *rules;
	uint64_t *verdicts; /* by rule: device number << 1 | verdict */
};

/* What the index says of a rule's element. */
struct element_types {
	const struct index *index;
	const uint32_t *attributes; /* number in names, parallel to index->attrs */
};

/* Fills a table whose `mem` is initialised; `m` is in it or outlives it. `expressions`: those of all units, which share their
 * whitelists; NULL: the table's own. -1: memory, the table is the caller's to release. */
int table_compile(struct table *t, const struct manifest *m, const struct element_types *types,
		  struct expressions *expressions) MUST_CHECK;
void table_release(struct table *t);

const struct slot *table_slot(const struct table *t, struct slice name); /* NULL: nothing is offered */
/* A rule of the table for the device `number` (from 1, another one for each device). */
bool table_rule(struct table *t, uint32_t rule, struct value *values, uint64_t number);

#endif
