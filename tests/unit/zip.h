/* Zip archives for the tests, written by libarchive. */
#ifndef UNIT_BUILD_ZIP_H
#define UNIT_BUILD_ZIP_H

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/slice.h"
#include "base/strbuf.h"

struct test_zip_entry {
	const char *name; /* NULL: the list ends */
	struct slice data;
	size_t zeros; /* so many follow */
	bool stored;
};

static inline la_ssize_t zip_append(struct archive *ar, void *out, const void *p, size_t n)
{
	(void)ar;
	strbuf_add(out, p, n);
	return (la_ssize_t)n;
}

static inline void zip_must(int result)
{
	if (result != ARCHIVE_OK)
		abort();
}

static inline void zip_add(struct archive *ar, const struct test_zip_entry *e)
{
	static const char zeros[1 << 16];
	struct archive_entry *entry = archive_entry_new();

	zip_must(e->stored ? archive_write_zip_set_compression_store(ar)
			   : archive_write_zip_set_compression_deflate(ar));
	archive_entry_set_pathname(entry, e->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)(e->data.n + e->zeros));
	zip_must(archive_write_header(ar, entry));
	if (e->data.n && archive_write_data(ar, e->data.p, e->data.n) < 0)
		abort();
	for (size_t n = e->zeros, part; n > 0; n -= part) {
		part = n < sizeof(zeros) ? n : sizeof(zeros);
		if (archive_write_data(ar, zeros, part) < 0)
			abort();
	}
	archive_entry_free(entry);
}

static inline void zip_make(struct strbuf *out, const struct test_zip_entry *entries)
{
	struct archive *ar = archive_write_new();

	zip_must(archive_write_set_format_zip(ar));
	zip_must(archive_write_set_bytes_per_block(ar, 0));
	zip_must(archive_write_open(ar, out, NULL, zip_append, NULL));
	for (const struct test_zip_entry *e = entries; e->name; e++)
		zip_add(ar, e);
	zip_must(archive_write_free(ar));
	if (out->failed)
		abort();
}

/* The same, in an arena. */
static inline struct slice zip_made(struct arena *a, const struct test_zip_entry *entries)
{
	struct strbuf zip = STRBUF_INIT;
	struct slice bytes;

	zip_make(&zip, entries);
	bytes = arena_copy(a, strbuf_slice(&zip));
	strbuf_release(&zip);
	return bytes;
}

#endif
