/* inspect/factjson.h: single facts out of JSON that others wrote.
 *
 * Unlike     format/json.h's json_parse_wire(), numbers with a fraction are let pass: nobody asked for them.
 * Refused    duplicate keys (two readers would believe two things), U+0000, invalid UTF-8, more than `limit` bytes, and
 *            whatever RFC 8259 forbids.
 * Ownership  json_decref() the value, or declare it json_auto_t *; texts are copied into the arena. */
#ifndef INSPECT_FACTJSON_H
#define INSPECT_FACTJSON_H

#include <jansson.h>

#include "base/refuse.h"
#include "base/slice.h"

/* NULL: *why is a constant reason, beginning with "is", or REFUSE_NO_MEMORY. */
json_t *fact_json(struct slice text, size_t limit, const char **why) MUST_CHECK;

/* Members of an object, or of anything else, which has none. */
struct slice fact_text(struct arena *a, const json_t *object, const char *key); /* empty: absent, or no text */
/* The same, and never aborts. -1: memory, or the arena's limit. */
int fact_try_text(struct slice *out, struct arena *a, const json_t *object, const char *key) MUST_CHECK;
bool fact_uint(uint64_t *out, const json_t *object, const char *key); /* false: absent, or no whole number */
/* The texts of an array; *n is 0 where it is absent. */
struct slice *fact_texts(size_t *n, struct arena *a, const json_t *object, const char *key);

#endif
