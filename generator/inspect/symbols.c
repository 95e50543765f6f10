#include "inspect/symbols.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/big.h"
#include "base/refuse.h"

#define FREE_BYTES ((uint64_t)1 << 20) /* may be unpacked from whatever little */
#define FAT_MAX    42u /* architectures of one file; Java's class files, which begin in the same way, have more */

struct reading {
	struct symbols *out;
	struct arena *a;
	struct archive *ar;
	size_t entries;
	uint64_t bytes, limit; /* of all files, as the archive declares them */
	const char **why;
};

static int fail(struct reading *r, const char *reason)
{
	return refuse(r->why, reason);
}

static int fail_named(struct reading *r, struct slice name, const char *what)
{
	return fail(r, arena_printf(r->a, "\"" SLICE_FMT "\" %s", SLICE_ARG(name), what).p);
}

static int fail_archive(struct reading *r)
{
	struct slice text = slice_trim(slice_of(archive_error_string(r->ar))); /* some end in a line break */

	return fail(r, arena_printf(r->a, "it is not a readable tar archive (" SLICE_FMT ")", SLICE_ARG(text)).p);
}

/* --- names -------------------------------------------------------------------------------------------------------------- */

static bool leaves_folder(struct slice path)
{
	if (slice_starts(path, "/"))
		return true;
	for (struct slice rest = path; rest.p;) {
		if (slice_eqs(slice_cut(&rest, '/'), ".."))
			return true;
	}
	return false;
}

/* Cuts the last part off; the empty slice where there is none. */
static struct slice cut_last(struct slice *path)
{
	ptrdiff_t slash = slice_rfind(*path, '/');
	struct slice last = slice_from(*path, (size_t)(slash + 1));

	path->n = slash < 0 ? 0 : (size_t)slash;
	return last;
}

/* `…/<name>.dSYM/Contents/Resources/DWARF/<file>`; "._<file>" is what macOS' tar makes of a file's attributes. */
static bool is_dwarf(struct slice path)
{
	struct slice file = cut_last(&path), name;

	if (!file.n || slice_starts(file, "._") || !slice_eqs(cut_last(&path), "DWARF") ||
	    !slice_eqs(cut_last(&path), "Resources") || !slice_eqs(cut_last(&path), "Contents"))
		return false;
	name = cut_last(&path);
	return slice_ends(name, ".dSYM") && name.n > sizeof(".dSYM") - 1;
}

/* --- content ------------------------------------------------------------------------------------------------------------ */

static bool is_macho(const unsigned char *p, size_t n)
{
	if (n < 8)
		return false;
	switch (big32(p)) {
	case 0xfeedface: /* 32 bits, 64 bits; in the other byte order */
	case 0xfeedfacf:
	case 0xcefaedfe:
	case 0xcffaedfe:
		return true;
	case 0xcafebabe: /* of several architectures; the same with offsets of 64 bits */
	case 0xcafebabf:
		return big32(p + 4) >= 1 && big32(p + 4) <= FAT_MAX;
	default:
		return false;
	}
}

static int read_dwarf(struct reading *r, struct slice path)
{
	unsigned char head[8];
	la_ssize_t n = archive_read_data(r->ar, head, sizeof(head));

	if (n < 0)
		return fail_archive(r);
	if (!is_macho(head, (size_t)n))
		return fail_named(r, path, "is no Mach-O file");
	if (!r->out->dwarfs++)
		r->out->path = arena_copy(r->a, path);
	return 0;
}

static int read_entry(struct reading *r, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	struct slice path = slice_of(name ? name : archive_entry_pathname_utf8(entry));
	la_int64_t size = archive_entry_size(entry);

	if (!path.n)
		return fail(r, "it holds a name that cannot be read");
	if (leaves_folder(path))
		return fail_named(r, path, "leads out of its folder");
	if (archive_entry_hardlink(entry) ||
	    (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR))
		return fail_named(r, path, "is a link or a special file");
	if (++r->entries > SYMBOLS_ENTRIES)
		return fail(r, arena_printf(r->a, "it holds more than %u files", SYMBOLS_ENTRIES).p);
	if (size < 0 || (uint64_t)size > r->limit - r->bytes)
		return fail(r,
			    arena_printf(r->a, "it unpacks to more than %llu bytes", (unsigned long long)r->limit).p);
	r->bytes += (uint64_t)size;
	return archive_entry_filetype(entry) == AE_IFREG && is_dwarf(path) ? read_dwarf(r, path) : 0;
}

static int read_all(struct reading *r)
{
	struct archive_entry *entry;
	int result;

	while ((result = archive_read_next_header(r->ar, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN) {
		if (read_entry(r, entry))
			return -1;
	}
	if (result != ARCHIVE_EOF)
		return fail_archive(r);
	return r->out->dwarfs ? 0 : fail(r, "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>");
}

int symbols_read(struct symbols *out, struct arena *a, struct slice bytes, const char **why)
{
	struct reading r = { .out = out, .a = a, .ar = archive_read_new(), .limit = SYMBOLS_BYTES, .why = why };
	int result = -1;

	*out = (struct symbols){ 0 };
	if (bytes.n < (SYMBOLS_BYTES - FREE_BYTES) / SYMBOLS_RATIO)
		r.limit = FREE_BYTES + SYMBOLS_RATIO * (uint64_t)bytes.n;
	if (!slice_starts(bytes, "\x1f\x8b"))
		fail(&r, "it is not compressed by gzip");
	else if (!r.ar || archive_read_support_filter_gzip(r.ar) != ARCHIVE_OK ||
		 archive_read_support_format_tar(r.ar) != ARCHIVE_OK)
		fail(&r, "out of memory");
	else if (archive_read_open_memory(r.ar, bytes.p, bytes.n) != ARCHIVE_OK)
		fail_archive(&r);
	else
		result = read_all(&r);
	archive_read_free(r.ar);
	return result;
}
