/* format/json.h: JSON as the wire has it, one encoding for each value.
 *
 * Bytes      schemas/FORMAT.md section 1. JSON_WIRE is how files stand on disk: RFC 8259, keys sorted by their bytes,
 *            no white space, shortest escapes. JSON_CANONICAL (OLPC canonical JSON) is what signatures cover: the same,
 *            but only `"` and `\` are escaped, control characters stay as they are. Both: integers only.
 * Ownership  json_write() only reads; json_parse_wire() gives a new value (json_decref, or declare it json_auto_t *).
 * Errors     -1. Nothing here needs more than memory and JSON_DEPTH_MAX levels of stack, whatever the input.
 * Threads    pure. */
#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include <jansson.h>

#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define JSON_DEPTH_MAX 64 /* arrays and objects inside each other, the outermost counted */

enum json_form { JSON_WIRE, JSON_CANONICAL };

/* Appends the value. -1: memory (out->failed), a real number, or nesting above JSON_DEPTH_MAX; `out` is then
 * incomplete. */
int json_write(struct strbuf *out, const json_t *value, enum json_form form) MUST_CHECK;

/* One JSON value that fills `bytes` (white space around and inside is allowed here; who needs the one encoding writes
 * the value again and compares). Refused: more than `limit` bytes, duplicate keys, numbers that are not 64-bit
 * integers, nesting above JSON_DEPTH_MAX, U+0000, and whatever RFC 8259 forbids. -1 leaves *out alone and sets *why to
 * a constant text. */
int json_parse_wire(json_t **out, struct slice bytes, size_t limit, const char **why) MUST_CHECK;

/* The same value, for jansson's iterators: they ask for a writable one, although they do not write. */
json_t *json_iterable(const json_t *value);

#endif
