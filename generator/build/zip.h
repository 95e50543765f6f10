/* build/zip.h: zip archives written so that the same files give the same bytes everywhere.
 *
 * Bytes      APPNOTE.TXT 6.3: entries are stored, in the order of the calls; time 1980-01-01 00:00:00, CRC-32 and sizes in the
 *            local headers, no extra fields, no data descriptors, no comment; made by "2.0, MS-DOS".
 * Names      printable ASCII, the caller's matter otherwise: sorted, distinct, relative.
 * Limits     without zip64: 65535 entries, 4 GiB - 1 for an entry and for the whole archive.
 * Errors     stick: the calls do nothing any more, and zip_end() says why. */
#ifndef BUILD_ZIP_H
#define BUILD_ZIP_H

#include "base/attr.h"
#include "base/strbuf.h"

struct zip_writer {
	struct strbuf *out;
	size_t start;          /* of the archive in `out` */
	struct strbuf central; /* the directory so far */
	size_t n;
	const char *why; /* NULL: nothing is wrong */
};

void zip_begin(struct zip_writer *z, struct strbuf *out); /* appends to `out` */
void zip_put(struct zip_writer *z, struct slice name, struct slice data);
/* Writes the directory and frees what the writer holds. -1: *why is a constant reason, and `out` is not an archive. */
int zip_end(struct zip_writer *z, const char **why) MUST_CHECK;

#endif
