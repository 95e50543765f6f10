/* pack/tar.h: ustar archives written so that the same files give the same bytes everywhere.
 *
 * Bytes      POSIX.1-1988 ustar: owner and group 0 without names, time 0, files 0644, folders 0755; every folder stands before
 *            what is in it; padded with zeros to a multiple of 10240 bytes. Nothing but this: readers on phones know neither pax
 *            records nor GNU's long names.
 * Names      at most TAR_NAME_MAX bytes, the final `/` of a folder included. */
#ifndef PACK_TAR_H
#define PACK_TAR_H

#include "base/attr.h"
#include "base/strbuf.h"

#define TAR_NAME_MAX 100

struct archive; /* libarchive's, which writes */
struct archive_entry;

struct tar_writer {
	struct strbuf *out;
	struct archive *ar;
	struct archive_entry *entry;
	struct slice folder; /* of the last file, without `/`: it and those above it are written */
};

void tar_begin(struct tar_writer *t, struct strbuf *out); /* appends to `out` */
/* The next file, in byte order of the paths; its folders are written before it. `path` is kept until the next call.
 * -1: the path is too long. */
int tar_put(struct tar_writer *t, struct slice path, struct slice data) MUST_CHECK;
void tar_end(struct tar_writer *t); /* always: frees what the writer holds; failures stick to `out` */

#endif
