/* base/jsonlayout.h: how a JSON text is laid out, and writing values in that way.
 *
 * Input      all functions take text that is known to be JSON (base/jsonpos.h judges); offsets are those of the text given.
 * Ownership  a style borrows from the text that it was learnt from.
 * Use        base/jsonedit.h. */
#ifndef BASE_JSONLAYOUT_H
#define BASE_JSONLAYOUT_H

#include "base/slice.h"
#include "base/strbuf.h"

/* A member of an object or an item of an array: offsets. */
struct json_child {
	size_t gap;          /* where the white space before it begins: behind the bracket or the comma */
	size_t key, key_end; /* of a member's key; equal for an item */
	size_t value, to;
};

/* The child behind the bracket or comma at *at, which moves to the comma or bracket that follows it; false where there is
 * none, and *at is the closing bracket. */
bool json_next_child(struct json_child *c, struct slice text, size_t *at, bool object);
bool json_is_container(struct slice raw);
bool json_has_break(struct slice s); /* a line break */
/* The white space that the line of `at` begins with. */
struct slice json_line_indent(struct slice text, size_t at);

/* The way of a file; what it does not show is as usual: two spaces, one behind colons and commas. */
struct json_style {
	const char *eol;   /* "\n" or "\r\n" */
	struct slice step; /* of indentation */
	struct slice before_colon, after_colon;
	struct slice comma;         /* white space behind a comma on one line */
	struct slice object, array; /* white space inside brackets on one line */
	bool one_line;              /* the whole file */
	bool spread_arrays;         /* arrays of scalars, too, stand on several lines */
};
struct json_style json_style_of(struct slice text);

enum json_shape {
	SHAPE_FREE,
	SHAPE_ONE_LINE,
	SHAPE_SPREAD
}; /* FREE: objects spread, arrays of scalars as the style says */

struct json_writer {
	struct strbuf *out;
	const struct json_style *style;
	struct slice indent; /* of the line that the value begins on */
};
void json_add_break(const struct json_writer *w, size_t depth); /* a line break, and the indentation of `depth` steps */
/* `quoted` with its colon, then `raw`, whose closing bracket stands `depth` steps deep. An empty `quoted`: no key. */
void json_add_child(const struct json_writer *w, struct slice quoted, struct slice raw, size_t depth,
		    enum json_shape shape);
/* The shape of a container that takes the place of `model`, or stands beside it. */
enum json_shape json_shape_like(struct slice model, enum json_shape otherwise);

#endif
