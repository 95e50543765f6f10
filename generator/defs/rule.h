/* defs/rule.h: rules over device attributes, as DEFINITIONS "Rules" has them. */
#ifndef DEFS_RULE_H
#define DEFS_RULE_H

#include "defs/reader.h"
#include "defs/scope.h"

/* The optional array `key` of rules; absent: none. False where errors were recorded; good rules are kept. */
bool rules_read(struct rules *out, struct defs_scope *s, struct object *o, const char *key);
/* The optional array "unless": arrays of rules, none of them empty. */
void unless_read(struct rules **out, size_t *n, struct defs_scope *s, struct object *o);
/* The optional array `key` of values of the text element `e`, trimmed, NFC, none repeated or empty. */
void values_read(struct slice **out, size_t *n, struct defs_scope *s, struct object *o, const char *key,
		 const struct element *e);

/* The text of one value: trimmed, NFC, not empty. False: an error was recorded at `n`. */
bool value_text_ok(const struct node *n, struct slice s);

#endif
