/* resolve/rule.h: a rule of a manifest, ready to be asked many times. Meaning: schemas/FORMAT.md, section 4.
 *
 * Texts are kept by hash, versions parsed, both sorted; a rule that can never hold (unknown op, unknown element, a version
 * that is none) is kept as such. Ownership: made in an arena, looks into the decoded manifest. */
#ifndef RESOLVE_RULE_H
#define RESOLVE_RULE_H

#include "base/arena.h"
#include "format/manifest.h"
#include "resolve/value.h"

struct rule_text {
	uint64_t hash;
	struct slice text;
};

enum rule_form { RULE_NEVER, RULE_TEXTS, RULE_EXACT, RULE_VERSIONS, RULE_RANGE };

struct rule_test {
	enum rule_form form;
	bool fold;           /* texts: ASCII case does not count */
	bool negate;         /* excludes, out */
	bool default_result; /* of a device that lacks the attribute */
	uint32_t attribute;  /* resolve/names.h */
	struct rule_text *texts;
	struct version *versions;
	size_t n; /* of texts or versions */
	bool has_lower, has_upper, exclusive;
	struct version lower, upper;
};

/* `type` NULL: the index gives the element no type that is known here. -1: memory. */
int rule_compile(struct rule_test *out, struct arena *a, const struct mf_rule *rule, const enum attr_type *type,
		 uint32_t attribute) MUST_CHECK;
bool rule_holds(const struct rule_test *r, struct value *values);

#endif
