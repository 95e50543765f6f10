/* defs/reader.h: JSON definitions, read key by key, every complaint with its place.
 *
 * Use        reader_open() parses a text; reader_root() gives its object; field_*() consume keys; object_finish()
 *            reports every key that nobody asked for, with the nearest one that somebody did. Errors never stop a
 *            file: each getter records its own and says false, and reading goes on.
 * Places     a node knows its parent, so that its way from the document is walked only for an error. So an object or
 *            array must stay where it is, and live, while something inside it is being read.
 * Ownership  texts handed out are copies in the arena; nodes die with reader_close(); origin.text outlives the
 *            reader.
 * Threads    one reader, one thread.
 * Cost       no allocation for a key. With the first error, or for a percentage that must be read from its text, the
 *            text is scanned once more for the places of all values (base/jsontable.h); further errors are cheap. */
#ifndef DEFS_READER_H
#define DEFS_READER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/jsontable.h"
#include "base/text.h"
#include "base/version.h"
#include "model/model.h"

struct json_t;

struct reader {
	struct arena *a;
	struct diags *d;
	struct origin origin;
	struct json_t *root;
	struct jsontable places;                                     /* made when somebody asks */
	enum { PLACES_UNSEEN, PLACES_KNOWN, PLACES_NONE } state;     /* of `places` */
	enum { NUMBERS_UNSEEN, NUMBERS_PLAIN, NUMBERS_ODD } numbers; /* of defs/field.c */
};

struct node {
	struct reader *r;
	const struct node *parent; /* NULL: the document */
	struct json_t *json;
	const char *key; /* in the parent object; NULL: `index` in the parent array */
	size_t index;
};

#define OBJECT_KEYS 24 /* keys that one object may be asked for; more is a bug, found by an assertion */

struct object {
	struct node at;
	size_t found;                   /* keys of the text that were asked for */
	const char *known[OBJECT_KEYS]; /* all that were asked for */
	uint32_t nknown;
	uint32_t refused; /* bit i: known[i] has no business here, and is not to be suggested */
};

struct array {
	struct node at;
	size_t n;
};

enum need { OPTIONAL, REQUIRED };

/* 0, or -1 with an error recorded: a BOM, invalid UTF-8, no JSON. Duplicate keys are recorded too, but reading goes
 * on (0), and the last of them counts. reader_close() is due in both cases. */
int reader_open(struct reader *r, struct arena *a, struct diags *d, struct origin origin) MUST_CHECK;
void reader_close(struct reader *r);
struct node reader_node(struct reader *r);              /* the document, whatever it is */
bool reader_root(struct object *out, struct reader *r); /* an object; "$schema" is consumed */

/* --- places ------------------------------------------------------------------------------------------------------- */
struct srcpos node_pos(const struct node *n);
struct srcpos object_pos(const struct object *o, const char *key); /* of the key's value; of the object where absent */
struct srcpos object_key_pos(const struct object *o, const char *key);
struct slice node_raw(const struct node *n); /* the value's text, as written */
/* At the value of `key`, or at the object where the key is absent or NULL. Always false, for `return`. */
bool object_error(const struct object *o, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool node_error(const struct node *n, const char *fmt, ...) PRINTF_LIKE(2, 3);
void object_warning(const struct object *o, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void node_warning(const struct node *n, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- keys of an object -------------------------------------------------------------------------------------------- */
/* Each is asked for once. True and *out set: it is there and good; else *out is untouched. */
bool object_has(const struct object *o, const char *key); /* consumes nothing */
bool field_node(struct node *out, struct object *o, const char *key, enum need need);
bool field_object(struct object *out, struct object *o, const char *key, enum need need);
bool field_array(struct array *out, struct object *o, const char *key, enum need need);
bool field_string(struct slice *out, struct object *o, const char *key, enum need need);
bool field_name(struct slice *out, struct object *o, const char *key, enum need need); /* text_is_name() */
bool field_bool(bool *out, struct object *o, const char *key, enum need need);
bool field_uint(uint64_t *out, struct object *o, const char *key, enum need need, uint64_t min, uint64_t max);
/* One of `words`: its number. */
bool field_word(size_t *out, struct object *o, const char *key, enum need need, const char *const *words,
		size_t nwords);
bool field_time(int64_t *out, struct object *o, const char *key, enum need need);
/* 0..100 with at most three decimals, exactly. */
bool field_percent(uint32_t *thousandths, struct object *o, const char *key, enum need need);
/* `text` (may be NULL): as written. */
bool field_version(struct version *out, struct slice *text, struct object *o, const char *key, enum need need);
bool field_hex(uint8_t *out, size_t n, struct object *o, const char *key, enum need need); /* 2n lower-case digits */
bool field_url(struct slice *out, struct object *o, const char *key, enum need need);      /* defs/url.h */

/* Consumes a key unread: what decides over it is itself wrong. */
void field_skip(struct object *o, const char *key);
/* A key that has no business here: where present, the error `"key" belongs to OWNER; HERE` at the key. */
void field_refuse(struct object *o, const char *key, const char *owner, const char *here);
/* Reports what was not asked for. */
void object_finish(struct object *o);

/* --- items -------------------------------------------------------------------------------------------------------- */
struct node array_item(const struct array *a, size_t i);
bool node_is_string(const struct node *n);
bool node_is_array(const struct node *n);
const char *value_type(const struct json_t *json); /* "an object", "a string", "true" ... for messages */
/* The error `"x" must be an object, not a string`, for want = "an object"; an item goes by its array. Always false. */
bool node_wrong_type(const struct node *n, const char *want);
/* What the node holds; of another type: that error. */
bool node_object(struct object *out, const struct node *n);
bool node_array(struct array *out, const struct node *n);
bool node_string(struct slice *out, const struct node *n);
bool node_version(struct version *out, struct slice *text, const struct node *n); /* `text` may be NULL: as written */
bool node_word(size_t *out, const struct node *n, const char *const *words, size_t nwords);

#endif
