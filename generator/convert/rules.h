/* convert/rules.h: advanced rules (`greyConfigInfo`) of MDS from and to rules of definitions.
 *
 * Two forms  what requests carry: [{"ruleElement","operation","value"}], operations as numbers, lists joined by commas,
 *            ranges of versions as `aa-bb` (or value1 and value2);
 *            what MDS answers with: {"operator":"and","subRules":[{"operator","left","right","exclusive"?,"defaultResult"?}]}.
 *            Either may stand in the JSON as it is, or as a string that holds JSON.
 * Loss       the first form has no place for a value with a comma, for an open or exclusive range and for defaultResult; the
 *            second has one for all that definitions can say.
 * Ownership  what is handed out is a new value (json_decref). Errors: recorded, then NULL or false. */
#ifndef CONVERT_RULES_H
#define CONVERT_RULES_H

#include "convert/form.h"

/* The value of `key`, which is present, as an array of rules in the form of definitions. NULL: an error was recorded. */
json_t *rules_import(const struct form *f, const char *key, const struct app *app);

/* The rules as the JSON text that belongs into a string: in the request form where that holds them (*whole is true), else in
 * the other. NULL: memory. */
char *rules_export(bool *whole, const struct rules *rules);

/* Rules as definitions have them. NULL: memory. */
json_t *rules_define(const struct rules *rules);

#endif
