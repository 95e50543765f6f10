/* plan/rules.h: the distinct rules of a set of offers, and the attributes that they look at.
 *
 * Purpose    equal rules get one number, so that a manifest writes each once and a device judges each once; every
 *            rule knows the regions of its attribute in which it holds. `excludes`, `out` and `defaultResult` are
 *            regions like any other: nothing after this file treats them apart.
 * Regions    of a text attribute: 0 missing, 1 any other text, 2 + i the i-th text that a rule names (first use
 *            first; without regard to ASCII case for ATTR_FOLD). Of a version attribute with bounds b0 < b1 < …: 0
 *            missing, 1 below b0, 2 + 2i equal to bi, 3 + 2i between bi and the next.
 * Use        rules_init(), rules_add() for each rule, rules_close() once, which also frees the look-up tables; then
 *            read only.
 * Order      attributes in the order in which they are folded: built-in ones as listed in rules.c, declared ones by
 *            name.
 * Ownership  everything that stays lives in the arena and borrows the rules' texts. */
#ifndef PLAN_RULES_H
#define PLAN_RULES_H

#include "base/map.h"
#include "model/model.h"
#include "plan/set.h"

struct numbers { /* into a table that stands beside it */
	const uint32_t *v;
	size_t n;
};

struct plan_rule {
	const struct rule *rule; /* the first of the equal ones */
	uint32_t attr;           /* number into attrs */
	uint32_t bytes;          /* estimate of its JSON, from the lengths of its texts alone */
	struct set holds;
	uint32_t *named; /* what it names, as numbers in order of first use; for rules_close() */
};

struct attribute {
	struct slice name;
	enum attr_type type;
	struct slice *texts;    /* texts: of region 2 + i; in lower case for ATTR_FOLD */
	struct version *bounds; /* versions: ascending after rules_close() */
	size_t n, cap;          /* of texts or bounds */
	uint32_t regions;
	uint32_t number;         /* its place in attrs, after rules_close() */
	struct attribute *older; /* the one that was met before it */
	struct map seen;         /* text or bound → its number, until rules_close() */
};

struct rule_table {
	struct plan_rule *v;
	size_t n, cap;
	struct attribute **attrs; /* after rules_close() */
	size_t nattrs;
	struct attribute *newest;
	struct arena *mem;
	struct map by_content, by_name; /* until rules_close() */
	uint32_t *key;                  /* of the rule that is being added */
	size_t key_n, key_cap;
};

void rules_init(struct rule_table *t, struct arena *a);
uint32_t rules_add(struct rule_table *t, const struct rule *rule); /* its number; `rule` must outlive the table */
void rules_close(struct rule_table *t);

#endif
