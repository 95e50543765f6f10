#include "build/apk.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

static void archive_free_at(struct archive **ar)
{
	archive_read_free(*ar);
}

static const char *archive_reason(struct arena *a, struct archive *ar)
{
	const char *text = archive_error_string(ar);

	return arena_printf(a, "it is not a readable zip archive (%s)", text ? text : "no reason given").p;
}

/* The whole entry, at most APK_MANIFEST_MAX bytes. */
static int read_entry(struct slice *out, struct arena *a, struct archive *ar, const char **why)
{
	char *bytes = arena_alloc(a, APK_MANIFEST_MAX + 1);
	size_t n = 0;

	while (n <= APK_MANIFEST_MAX) {
		la_ssize_t got = archive_read_data(ar, bytes + n, APK_MANIFEST_MAX + 1 - n);
		if (got < 0) {
			*why = archive_reason(a, ar);
			return -1;
		}
		if (got == 0) {
			*out = slice_bytes(bytes, n);
			return 0;
		}
		n += (size_t)got;
	}
	*why = "its " APK_MANIFEST_NAME " is larger than 8 MiB";
	return -1;
}

static int find_manifest(struct slice *out, struct arena *a, struct archive *ar, const char **why)
{
	struct archive_entry *entry;
	int r;

	while ((r = archive_read_next_header(ar, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		const char *name = archive_entry_pathname(entry);

		if (name && strcmp(name, APK_MANIFEST_NAME) == 0)
			return read_entry(out, a, ar, why);
	}
	*why = r == ARCHIVE_EOF ? "it holds no " APK_MANIFEST_NAME : archive_reason(a, ar);
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
		*why = archive_reason(a, ar);
		return -1;
	}
	if (!find_manifest(&manifest, &scratch, ar, why) && !axml_manifest_read(out, a, manifest, why))
		bad = 0;
	else
		*why = arena_str(a, slice_of(*why)); /* it may lie in the scratch arena */
	arena_release(&scratch);
	return bad;
}
