#include "build/apk.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "build/unzip.h"

static void archive_free_at(struct archive **ar)
{
	archive_read_free(*ar);
}

/* The whole entry: refused by what the archive says of its size, and never read further than that. */
static int read_entry(struct slice *out, struct arena *a, struct archive *ar, struct archive_entry *entry,
		      const char **why)
{
	int64_t says = archive_entry_size(entry);
	size_t size = (size_t)says, n = 0;
	la_ssize_t got;
	char *bytes;

	if (says < 0 || says > APK_MANIFEST_MAX) {
		*why = "its " APK_MANIFEST_NAME " is larger than 8 MiB";
		return -1;
	}
	bytes = arena_alloc(a, size + 1); /* one more, to see that it goes on */
	while ((got = archive_read_data(ar, bytes + n, size + 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0) {
		*why = unzip_reason(a, ar);
		return -1;
	}
	if (n != size) {
		*why = "its " APK_MANIFEST_NAME " is not as long as the archive says";
		return -1;
	}
	*out = slice_bytes(bytes, n);
	return 0;
}

static int find_manifest(struct slice *out, struct arena *a, struct archive *ar, const char **why)
{
	struct archive_entry *entry;
	int r;

	while ((r = archive_read_next_header(ar, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		const char *name = archive_entry_pathname(entry);

		if (!name || strcmp(name, APK_MANIFEST_NAME) != 0)
			continue;
		if (r == ARCHIVE_OK)
			return read_entry(out, a, ar, entry, why);
		break; /* its local header contradicts the central directory */
	}
	*why = r == ARCHIVE_EOF ? "it holds no " APK_MANIFEST_NAME : unzip_reason(a, ar);
	return -1;
}

int apk_read(struct axml_manifest *out, struct arena *a, struct slice bytes, const char **why)
{
	CLEANUP(archive_free_at) struct archive *ar = archive_read_new();
	struct arena scratch = ARENA_INIT;
	struct slice manifest;
	int bad = -1;

	if (!ar || archive_read_support_format_zip_seekable(ar) != ARCHIVE_OK) {
		*why = "libarchive cannot read zip archives here";
		return -1;
	}
	if (archive_read_open_memory(ar, bytes.p, bytes.n) != ARCHIVE_OK) {
		*why = unzip_reason(a, ar);
		return -1;
	}
	if (!find_manifest(&manifest, &scratch, ar, why) && !axml_manifest_read(out, a, manifest, why))
		bad = 0;
	else
		*why = arena_str(a, slice_of(*why)); /* it may lie in the scratch arena */
	arena_release(&scratch);
	return bad;
}
