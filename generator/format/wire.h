/* format/wire.h: between parsed JSON and structs, refusing what does not fit.
 *
 * Purpose    the decoders of manifests and indexes are tables: a key, a function for its value, and what to say when it
 *            is absent. A key that the table does not have refuses the object. The encoders are the put_…() functions.
 * Memory     decoded things come from the arena, by arena_try: an exhausted arena is a reason like any other, never an
 *            abort.
 * Errors     decoding: 0 or not NULL; else -1 or NULL, with the first reason in w->why (a constant text).
 *            encoding: *failed sticks, put_done() looks at it once. */
#ifndef FORMAT_WIRE_H
#define FORMAT_WIRE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "base/version.h"

#define WIRE_ITEMS_MAX (1u << 20)            /* of one array or object */
#define WIRE_TIME_MAX  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct wire {
	struct arena *a;
	const void *ctx; /* whatever the item functions need */
	const char *why;
};

/* Reads one value into `out`, whose type the caller and the function agree on. */
typedef int wire_fn(struct wire *w, void *out, const json_t *value);

struct wire_member {
	const char *key;
	wire_fn *read;
	const char *missing; /* the reason when the key is absent; NULL: it is optional */
};

struct wire_shape {
	const char *no_object; /* reasons */
	const char *unknown;
	const struct wire_member *v;
	size_t n; /* at most 32 */
};

int wire_fail(struct wire *w, const char *why); /* -1 */

/* An object: every member goes to its function, with the same `out`. */
int wire_object(struct wire *w, void *out, const json_t *value, const struct wire_shape *shape) MUST_CHECK;
/* Whether `value` is an object all of whose keys are in the shape. */
bool wire_fits(const json_t *value, const struct wire_shape *shape);
/* An array with at least one item: n structs of `size` bytes, each filled by `item`. */
void *wire_array(struct wire *w, size_t *n, const json_t *value, size_t size, wire_fn *item,
		 const char *why) MUST_CHECK;
/* A table: an object with at least one member and ascending keys, none of them empty. Each struct begins with a struct
 * slice, which becomes the key (a copy); `item` fills the rest. */
void *wire_table(struct wire *w, size_t *n, const json_t *value, size_t size, wire_fn *item,
		 const char *why) MUST_CHECK;

/* Single values; `why` is the reason when the value is of another type or out of range. Texts are copied. */
int wire_text(struct wire *w, struct slice *out, const json_t *value, const char *why) MUST_CHECK; /* may be empty */
int wire_word(struct wire *w, struct slice *out, const json_t *value, const char *why) MUST_CHECK; /* not empty */
int wire_int(struct wire *w, int64_t *out, const json_t *value, int64_t min, int64_t max, const char *why) MUST_CHECK;
int wire_u32(struct wire *w, uint32_t *out, const json_t *value, uint32_t min, uint32_t max,
	     const char *why) MUST_CHECK;
int wire_below(struct wire *w, uint32_t *out, const json_t *value, size_t end,
	       const char *why) MUST_CHECK; /* 0..end-1 */
int wire_hash(struct wire *w, uint8_t out[32], const json_t *value, const char *why) MUST_CHECK;
int wire_true(struct wire *w, bool *out, const json_t *value,
	      const char *why) MUST_CHECK; /* false is said by absence */
/* A version in its shortest text (version_format). */
int wire_version(struct wire *w, struct version *out, const json_t *value, const char *why) MUST_CHECK;

struct slice wire_slice(const json_t *string); /* borrowed; the empty slice for any other value */

/* --- encoding ----------------------------------------------------------------------------------------------------- */
void put_member(json_t *object, const char *key, json_t *value, bool *failed); /* takes `value`; NULL fails */
void put_named(json_t *object, struct slice key, json_t *value, bool *failed);
void put_item(json_t *array, json_t *value, bool *failed);
json_t *put_done(json_t *value, bool failed); /* value; NULL (and value freed) when something failed */
json_t *put_text(struct slice s);             /* new; NULL: memory, or not UTF-8 */
json_t *put_hash(const uint8_t hash[32]);

#endif
