/* format/zipwrite.h: zip archives written so that the same files give the same bytes everywhere.
 *
 * Bytes      APPNOTE.TXT 6.3: entries in the order of the calls; time 1980-01-01 00:00:00, CRC-32 and sizes in the local headers;
 *            no flags, no data descriptors, no comments; made by "MS-DOS". zip64 where a number does not fit, and only there:
 *            from 65535 entries, or 4 GiB, on.
 * Method     stored or deflated as the caller says, also where deflating makes a file larger: what an archive looks like shall not
 *            depend on the bytes in it. Deflated at zlib's level 9, with its default memory level (8) and strategy: the same
 *            bytes for the same zlib.
 * Alignment  of an entry's first byte, counted from the archive's beginning: by a record 0xd935 in the extra field of its local
 *            header (two bytes with the alignment, zeros), which Android's build tools write too and readers skip; none where
 *            it is aligned anyway.
 * Names      printable ASCII, the caller's matter otherwise: sorted, distinct, relative.
 * Sink       zip_begin() appends to a buffer, zip_begin_sink() gives the bytes away piece by piece, in order; pieces are of any
 *            length, also those of the caller's data; what `put` returns, unless 0, ends it (ZIP_WRITE_STOPPED).
 * Memory     the directory: 46 bytes and the name of each entry; with a sink also the largest deflated file as it is deflated.
 * Errors     stick: the calls do nothing any more, and zip_end() says why. */
#ifndef FORMAT_ZIPWRITE_H
#define FORMAT_ZIPWRITE_H

#include "base/attr.h"
#include "base/strbuf.h"

#define ZIP_ALIGN_MAX     4096u
#define ZIP_WRITE_STOPPED "it could not be written"

struct zip_how {
	bool deflate;   /* else stored */
	uint32_t align; /* a power of two up to ZIP_ALIGN_MAX; 0: wherever */
};

struct zip_writer {
	struct strbuf *out; /* NULL: there is a sink, and `own` is what it has not been given yet */
	struct strbuf own;
	int (*put)(void *ctx, struct slice piece);
	void *ctx;
	uint64_t given; /* to the sink */
	size_t start;   /* of the archive in `out` */
	struct strbuf central;
	size_t n;
	const char *why; /* NULL: nothing is wrong */
};

void zip_begin(struct zip_writer *z, struct strbuf *out); /* appends to `out` */
void zip_begin_sink(struct zip_writer *z, int (*put)(void *ctx, struct slice piece), void *ctx);
void zip_put(struct zip_writer *z, struct slice name, struct slice data); /* stored, wherever */
void zip_put_as(struct zip_writer *z, struct slice name, struct slice data, struct zip_how how);
/* Writes the directory and frees what the writer holds. -1: *why is a constant reason, and what was written is not an archive. */
int zip_end(struct zip_writer *z, const char **why) MUST_CHECK;

#endif
