/* Compressed archives for the tests, written by libarchive. */
#ifndef UNIT_TGZ_H
#define UNIT_TGZ_H

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define TGZ_MACHO "\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00\x00\x00\x00"
#define TGZ_DWARF "Demo.app.dSYM/Contents/Resources/DWARF/Demo"

struct tgz_file {
	const char *name; /* NULL: the list ends; a `/` at its end: a folder */
	struct slice data;
	const char *link, *hardlink;
	size_t zeros; /* so many follow */
};

static inline void tgz_must(bool ok)
{
	if (!ok)
		abort();
}

static inline la_ssize_t tgz_append(struct archive *ar, void *out, const void *p, size_t n)
{
	(void)ar;
	strbuf_add(out, p, n);
	return (la_ssize_t)n;
}

static inline void tgz_put(struct archive *ar, const struct tgz_file *f)
{
	static const char zeros[1 << 16];
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, f->name);
	archive_entry_set_filetype(e, f->link ? AE_IFLNK : f->name[strlen(f->name) - 1] == '/' ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)(f->data.n + f->zeros));
	if (f->link)
		archive_entry_set_symlink(e, f->link);
	if (f->hardlink)
		archive_entry_set_hardlink(e, f->hardlink);
	tgz_must(archive_write_header(ar, e) == ARCHIVE_OK);
	tgz_must(!f->data.n || archive_write_data(ar, f->data.p, f->data.n) == (la_ssize_t)f->data.n);
	for (size_t n = f->zeros, part; n > 0; n -= part) {
		part = n < sizeof(zeros) ? n : sizeof(zeros);
		tgz_must(archive_write_data(ar, zeros, part) == (la_ssize_t)part);
	}
	archive_entry_free(e);
}

static inline void tgz_make(struct strbuf *out, const struct tgz_file *files, int filter, int format)
{
	struct archive *ar = archive_write_new();

	tgz_must(!archive_write_add_filter(ar, filter) && !archive_write_set_format(ar, format));
	tgz_must(!archive_write_set_bytes_per_block(ar, 0) && !archive_write_open(ar, out, NULL, tgz_append, NULL));
	for (; files->name; files++)
		tgz_put(ar, files);
	tgz_must(!archive_write_free(ar));
}

#endif
