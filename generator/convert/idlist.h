/* convert/idlist.h: a whitelist as MDS takes it up, one id a line as definitions like to have it.
 *
 * Input      ids separated by commas or line breaks, white space around them dropped, empty ones ignored, a byte order mark at
 *            the start dropped; UTF-8. Any size: it is given in pieces and nothing of it is kept but an unfinished id.
 * Errors     an id that is not UTF-8, or longer than IDLIST_ID bytes: recorded at its line. */
#ifndef CONVERT_IDLIST_H
#define CONVERT_IDLIST_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/strbuf.h"

#define IDLIST_ID 4096 /* bytes: no id is that long; a file without separators is no list */

struct idlist {
	const char *path;
	struct diags *d;
	struct strbuf id; /* of which the end was not seen yet */
	uint32_t line;
	uint64_t ids;
	bool failed, began;
};

void idlist_open(struct idlist *l, const char *path, struct diags *d);
/* Appends to `out` what is complete, each id with a line break behind it. -1: an error was recorded (the first alone). */
int idlist_add(struct idlist *l, struct strbuf *out, struct slice piece) MUST_CHECK;
int idlist_finish(struct idlist *l, struct strbuf *out) MUST_CHECK;
void idlist_close(struct idlist *l);

#endif
