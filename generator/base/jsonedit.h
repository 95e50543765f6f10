/* base/jsonedit.h: small edits of a JSON text that leave every other byte as it is.
 *
 * Purpose    a person's file keeps its layout, its order and its escapes when a program changes one thing in it. Each function
 *            appends the whole new text to `out`; edits follow each other by feeding one's result to the next.
 * Addresses  `pointer` is a JSON pointer (RFC 6901; "" is the whole document); `key` is a member's name, unescaped.
 * Values     `value` is JSON text of any layout; it is laid out anew as the file has it: line breaks (LF or CRLF), the step
 *            of indentation, spaces around colons, after commas and inside brackets. A container is written like the one it
 *            replaces or follows: on one line, or spread. Where there is none, objects are spread, and arrays of scalars
 *            stand on one line unless the file spreads its own; a file that is one line stays one.
 * Result     0, and the new text parses to the old one with that edit. -1, and nothing is appended: the text or the value
 *            is no JSON (also: nested too deeply afterwards), an object of the text repeats a key, the pointer names
 *            nothing or something of another type, or memory ended (then out->failed). */
#ifndef BASE_JSONEDIT_H
#define BASE_JSONEDIT_H

#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"

/* The value that `pointer` names becomes `value`; a scalar is replaced byte by byte. */
int jsonedit_set(struct strbuf *out, struct slice text, struct slice pointer, struct slice value) MUST_CHECK;

/* The member `key` of the object that `pointer` names becomes `value`. Where there is none it is added behind the member
 * `after`, or as the last one where the object has no such member. */
int jsonedit_put(struct strbuf *out, struct slice text, struct slice pointer, struct slice key, struct slice value,
		 struct slice after) MUST_CHECK;

/* `value` becomes the last item of the array that `pointer` names. */
int jsonedit_append(struct strbuf *out, struct slice text, struct slice pointer, struct slice value) MUST_CHECK;

/* Removes a member or an item, with its comma and the space that belonged to it. Not the whole document. */
int jsonedit_remove(struct strbuf *out, struct slice text, struct slice pointer) MUST_CHECK;

/* Appends `/key` to a pointer, with ~0 and ~1 where they are due. */
void jsonedit_token(struct strbuf *pointer, struct slice key);

/* Appends a JSON string that means `s` (UTF-8), quotes included: for making values. */
void jsonedit_string(struct strbuf *out, struct slice s);

#endif
