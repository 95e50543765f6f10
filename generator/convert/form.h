/* convert/form.h: objects of somebody else's JSON, read by a table of their keys, every complaint with its place.
 *
 * Unlike     defs/reader.h, which is strict because people write definitions by hand, this takes what programs print: keys with
 *            a capital or a small first letter (`GreyNum`, `greyNum`), numbers that are written as strings, and null or ""
 *            for "absent". A key that the table does not know is an error, and so is one that says something which has no
 *            counterpart here: nothing is dropped in silence but what the table calls of no account.
 * Nested     a JSON text inside a JSON string has no places of its own: all that is wrong in it is reported at the string.
 * Ownership  a form borrows the JSON value, the text and the table; texts handed out live as long as the JSON value.
 * Errors     recorded in `d`; getters say false. Threads: one form, one thread. */
#ifndef CONVERT_FORM_H
#define CONVERT_FORM_H

#include <jansson.h>

#include "base/arena.h"
#include "base/diag.h"
#include "model/model.h"

enum form_use {
	FORM_TAKEN,   /* a getter asks for it */
	FORM_DROPPED, /* bookkeeping of the service: of no account here */
	FORM_EMPTY,   /* may be there, but only without meaning: null, "", 0, false or an empty array */
};

struct form_key {
	const char *name; /* with a small first letter */
	enum form_use use;
};

#define FORM_KEYS 96

/* Where forms are read. */
struct form_source {
	struct arena *a;
	struct diags *d;
	struct origin origin;
	const struct srcpos *at; /* of the string that the text stands in; NULL: it is a file */
	const char *what;        /* before each message: "greyConfigInfo: ", or "" */
};

struct form {
	const struct form_source *s;
	json_t *json;
	struct slice pointer; /* of the object in the text */
	const struct form_key *keys;
	size_t nkeys;
	json_t *value[FORM_KEYS]; /* for each key; NULL: absent, or empty */
	const char *spelt[FORM_KEYS];
};

/* True: `json`, which stands at `pointer`, is an object; its keys were checked, and what is wrong with them reported. */
bool form_open(struct form *out, const struct form_source *s, json_t *json, struct slice pointer,
	       const struct form_key *keys, size_t nkeys);

struct srcpos form_pos(const struct form *f, const char *key); /* of the value; of the object where absent or NULL */
struct srcpos form_place(const struct form_source *s, struct slice pointer);
/* The error, always false. Absent keys: at the object. */
bool form_error(const struct form *f, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool form_error_at(const struct form_source *s, struct slice pointer, const char *fmt, ...) PRINTF_LIKE(3, 4);

json_t *form_value(const struct form *f, const char *key); /* borrowed; NULL: absent */
bool form_has(const struct form *f, const char *key);
bool form_says_nothing(const struct form *f, const char *key); /* absent, or as FORM_EMPTY has it */
bool form_require(const struct form *f, const char *key);      /* false, with the error, where it is absent */
struct slice form_pointer(const struct form *f, const char *key);

/* Each: true and *out set where the key is there and good; else *out is untouched. */
bool form_text(struct slice *out, const struct form *f, const char *key);
bool form_int(int64_t *out, const struct form *f, const char *key);
bool form_percent(uint32_t *thousandths, const struct form *f, const char *key);
bool form_version(struct slice *out, const struct form *f, const char *key); /* the text of a version, trimmed */

#endif
