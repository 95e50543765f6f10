/* cmd/describe.h: what a package says of itself, for `mdstatic inspect`: one function for each form.
 *
 * Forms      told apart by what is in the file, and by the ending of its name only where that cannot be read: rows of a table in
 *            describe.c. What is of no form that we know is described by size and digests alone.
 * Facts      a JSON object, its members in the order in which people read them; texts of the package are cleaned as diag_clean()
 *            does, so that they are valid UTF-8 and of one line.
 * Input      hostile, borrowed, often mapped. Errors: -1 and a reason, constant or in the arena. */
#ifndef CMD_DESCRIBE_H
#define CMD_DESCRIBE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/digest.h"
#include "format/zipread.h"
#include "inspect/happrofile.h"

struct describe_input {
	struct slice name;   /* of the file */
	struct slice bytes;  /* its content */
	struct slice h5_key; /* a public key in PEM that must have signed an h5 package; empty: none is given */
	bool list;           /* also the files inside */
	struct digests *digests;
	struct arena *a;
};

struct described {
	const char *form; /* "apk" */
	const char *noun; /* "an Android package"; also set where it cannot be read */
	json_t *facts;    /* new: json_decref() */
};

int describe(struct described *out, const struct describe_input *in, const char **why) MUST_CHECK;

/* A form's own function: fills `facts`. `zip` is NULL where the file is no zip archive. */
typedef int describe_fn(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why);

describe_fn describe_amr, describe_apk, describe_app, describe_appqf, describe_delta, describe_hap, describe_hqf,
	describe_ipa, describe_jar, describe_symbols;

/* Members of facts. What is empty is left out. */
void say_text(json_t *facts, const char *key, struct slice text);
void say_texts(json_t *facts, const char *key, const struct slice *v, size_t n);
void say_uint(json_t *facts, const char *key, uint64_t v);
void say_flag(json_t *facts, const char *key, bool v);
void say_hex(json_t *facts, const char *key, const uint8_t *bytes, size_t n);
void say_time(json_t *facts, const char *key, int64_t t);
json_t *say_word(struct slice text); /* new: a cleaned text */
void say_happrofile(json_t *facts, const struct happrofile *p);

#endif
