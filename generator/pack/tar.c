#include "pack/tar.h"

#include <archive.h>
#include <archive_entry.h>

#define RECORD 10240

static la_ssize_t append(struct archive *ar, void *ctx, const void *bytes, size_t n)
{
	struct strbuf *out = ctx;

	(void)ar;
	strbuf_add(out, bytes, n);
	return out->failed ? -1 : (la_ssize_t)n;
}

void tar_begin(struct tar_writer *t, struct strbuf *out)
{
	*t = (struct tar_writer){ .out = out, .ar = archive_write_new(), .entry = archive_entry_new() };
	if (!t->ar || !t->entry || archive_write_set_format_ustar(t->ar) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(t->ar, RECORD) != ARCHIVE_OK ||
	    archive_write_open(t->ar, out, NULL, append, NULL) != ARCHIVE_OK)
		out->failed = true;
}

static void put_header(struct tar_writer *t, struct slice name, bool folder, uint64_t size)
{
	char path[TAR_NAME_MAX + 1] = { 0 };

	if (t->out->failed)
		return;
	for (size_t i = 0; i < name.n; i++)
		path[i] = name.p[i];
	archive_entry_clear(t->entry);
	archive_entry_set_pathname(t->entry, path);
	archive_entry_set_filetype(t->entry, folder ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(t->entry, folder ? 0755 : 0644);
	archive_entry_set_size(t->entry, (la_int64_t)size);
	archive_entry_set_mtime(t->entry, 0, 0);
	/* A warning is a name that was changed on the way: no archive of ours. */
	if (archive_write_header(t->ar, t->entry) != ARCHIVE_OK)
		t->out->failed = true;
}

/* Whether `folder` is the last file's folder or one above it. */
static bool is_written(const struct tar_writer *t, struct slice folder)
{
	return slice_eq(slice_sub(t->folder, 0, folder.n), folder) &&
	       (t->folder.n == folder.n || t->folder.p[folder.n] == '/');
}

int tar_put(struct tar_writer *t, struct slice path, struct slice data)
{
	ptrdiff_t last = slice_rfind(path, '/');
	struct slice folder = slice_sub(path, 0, last < 0 ? 0 : (size_t)last);

	if (path.n > TAR_NAME_MAX)
		return -1;
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/' && !is_written(t, slice_sub(path, 0, i)))
			put_header(t, slice_sub(path, 0, i + 1), true, 0);
	}
	t->folder = folder;
	put_header(t, path, false, data.n);
	if (!t->out->failed && data.n && archive_write_data(t->ar, data.p, data.n) != (la_ssize_t)data.n)
		t->out->failed = true;
	return 0;
}

void tar_end(struct tar_writer *t)
{
	if (!t->ar || archive_write_close(t->ar) != ARCHIVE_OK)
		t->out->failed = true;
	archive_entry_free(t->entry);
	archive_write_free(t->ar);
}
