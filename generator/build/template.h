/* build/template.h: the pages of templates/pages, filled with the facts of a release.
 *
 * Form       a template is text with these between double braces; everything else is copied:
 *              {{name}}              the field's text, escaped for HTML text and for attributes in double quotes
 *              {{#name}}…{{/name}}   what is between: left out where the field is empty; of a table once for each row, whose
 *                                    fields hide those around it. Not inside one of the same name.
 *              {{>file}}             another file of the set, as it is
 *              {{=file}}             its SHA-256 as a Content-Security-Policy wants it: sha256-<base64>
 *            A section's tag that has a line to itself takes the line with it.
 * Escaping   so every text, whoever wrote it, stays text: & < > " ' become references; control characters but tab and line
 *            breaks become U+FFFD, as HTML forbids them. There is no way to insert a text without that.
 * Errors     a name that is no field, a file that is not there, a section that does not end: -1 and a reason in *why, also
 *            where a section is left out (but inside a table without rows). Templates are part of the program, so tests find these.
 * Ownership  fields are borrowed; template_fill() appends to `out`, whose content is of no use after an error. */
#ifndef BUILD_TEMPLATE_H
#define BUILD_TEMPLATE_H

#include "base/digest.h"
#include "base/embedded.h"
#include "base/strbuf.h"

struct template_fields {
	const struct template_field *v;
	size_t n;
};

struct template_field {
	const char *name;
	struct slice text;
	const struct template_fields *rows; /* not NULL: a table, and no text */
	size_t nrows;
};

struct template_set {
	const struct embedded *files;
	size_t nfiles;
	struct digests *digests;
};

/* templates/pages, embedded. */
extern const struct embedded page_files[];
extern const size_t npage_files;

int template_fill(struct strbuf *out, const struct template_set *set, const char *file, struct template_fields fields,
		  const char **why) MUST_CHECK;

#endif
