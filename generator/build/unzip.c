#include "build/unzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/relpath.h"
#include "build/zipdir.h"

#define CHUNK       ((size_t)64 << 10)
#define ENTRIES_MAX (2 * (size_t)FILESET_FILES_MAX) /* folders too */
#define FREE_BYTES  ((size_t)1 << 20)               /* may be unpacked from whatever little */

const char *unzip_reason(struct arena *a, struct archive *ar)
{
	struct slice text = slice_trim(slice_of(archive_error_string(ar))); /* some end in a line break */

	return arena_printf(a, "it is not a readable zip archive (" SLICE_FMT ")", SLICE_ARG(text)).p;
}

struct unzipping {
	struct archive *ar;
	struct fileset *out;
	size_t limit; /* bytes that may come out */
	const char **why;
};

static int fail(struct unzipping *u, const char *why)
{
	*u->why = why;
	return -1;
}

static int fail_named(struct unzipping *u, const char *name, const char *what)
{
	return fail(u, arena_printf(&u->out->mem, "\"%s\" %s", name, what).p);
}

static int fail_archive(struct unzipping *u)
{
	return fail(u, unzip_reason(&u->out->mem, u->ar));
}

/* The entry's bytes, to the end of the set's. */
static int read_data(struct unzipping *u, struct archive_entry *entry, const char *name)
{
	struct strbuf *bytes = &u->out->bytes;
	size_t before = bytes->n;
	la_ssize_t got;

	for (;;) {
		if (!strbuf_grow(bytes, CHUNK))
			return fail(u, "out of memory");
		got = archive_read_data(u->ar, bytes->p + bytes->n, CHUNK);
		if (got < 0)
			return fail_archive(u);
		if (got == 0)
			break;
		bytes->n += (size_t)got;
		bytes->p[bytes->n] = '\0';
		if (bytes->n > u->limit)
			return fail(u, arena_printf(&u->out->mem, "it unpacks to more than %zu bytes", u->limit).p);
	}
	if (!archive_entry_size_is_set(entry) || (uint64_t)archive_entry_size(entry) != bytes->n - before)
		return fail_named(u, name, "is not as long as the archive says");
	return 0;
}

static int read_file(struct unzipping *u, struct archive_entry *entry, const char *name)
{
	struct fileset *out = u->out;

	if (fileset_begin(out, slice_of(name), u->why))
		return -1;
	out->v[out->n - 1].deflated = !strstr(archive_format_name(u->ar), "(uncompressed)");
	return read_data(u, entry, name) || fileset_end(out, u->why) ? -1 : 0;
}

static int read_entry(struct unzipping *u, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	struct slice folder = slice_of(name);
	const char *fault;

	if (!name)
		return fail(u, "it holds a name that is not printable ASCII");
	if (archive_entry_is_encrypted(entry))
		return fail_named(u, name, "is encrypted");
	if (archive_entry_filetype(entry) == AE_IFREG)
		return read_file(u, entry, name);
	if (archive_entry_filetype(entry) != AE_IFDIR)
		return fail_named(u, name, "is a symbolic link or a special file");
	if (slice_ends(folder, "/"))
		folder.n--;
	fault = relpath_fault(folder);
	return fault ? fail_named(u, name, fault) : 0;
}

static int read_all(struct unzipping *u)
{
	struct archive_entry *entry;
	int r;

	while ((r = archive_read_next_header(u->ar, &entry)) == ARCHIVE_OK) {
		if (read_entry(u, entry))
			return -1;
	}
	return r == ARCHIVE_EOF ? fileset_close(u->out, u->why) : fail_archive(u);
}

int unzip_read(struct fileset *out, struct slice zip, const char **why)
{
	struct unzipping u = { .ar = archive_read_new(), .out = out, .limit = FILESET_BYTES_MAX, .why = why };
	int bad;

	if (zipdir_check(zip, ENTRIES_MAX, why)) {
		archive_read_free(u.ar);
		return -1;
	}
	if (zip.n < (FILESET_BYTES_MAX - FREE_BYTES) / UNZIP_RATIO)
		u.limit = FREE_BYTES + UNZIP_RATIO * zip.n;
	if (!u.ar || archive_read_support_format_zip_seekable(u.ar) != ARCHIVE_OK)
		bad = fail(&u, "libarchive cannot read zip archives here");
	else if (archive_read_open_memory(u.ar, zip.p, zip.n) != ARCHIVE_OK)
		bad = fail_archive(&u);
	else
		bad = read_all(&u);
	archive_read_free(u.ar);
	return bad;
}
