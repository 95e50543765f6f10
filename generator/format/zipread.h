/* format/zipread.h: zip archives that others made, read strictly.
 *
 * Purpose    phones, Java and libarchive each believe another part of an archive (the directory at the end, the headers in front of
 *            the files, what follows them): one that tells two stories is refused before anybody looks into it.
 * Bytes      APPNOTE.TXT 6.3: stored and deflated files, data descriptors, zip64; any extra fields, of which two are looked at:
 *            zip64's, and Info-ZIP's second name (0x7075), which must be the first.
 * Checked    by zip_open(), without unpacking:
 *              end         one end record, which with its comment reaches to the end; before it zip64's record and locator where
 *                          a number of it is all ones, and nowhere else; right before these the directory. One disk.
 *              entry       its header says the same as the directory: name, method, CRC-32, sizes. Not encrypted. Names are distinct,
 *                          relative, without `..`, `\` and control bytes. A folder has no content. No file is said to be larger
 *                          than deflate can make of its packed bytes.
 *              zip64       an entry's record holds exactly those numbers that are all ones in their usual place; a header before
 *                          a file has both sizes there or none.
 *              descriptor  where flag 3 is set, the CRC-32 and the sizes may be 0 in the header before the file, and must follow
 *                          its bytes: with or without a signature, sizes of four or eight bytes (12, 16, 20, 24 bytes), and
 *                          say what the directory says. It is the directory that tells where the bytes end; of several forms
 *                          that fit, the longest is taken, which differs from the others in zeros at most. A stored file must
 *                          have its size in front, because nobody who reads from the front could tell where it ends.
 *              places      no two entries overlap; every byte belongs to an entry, to padding (zeros, or headers without a
 *                          name and content, as Android's build tools leave them), or to the one block that may lie between
 *                          the last entry and the directory (signing blocks; a caller that knows none refuses it).
 *              limits      on number, size and ratio as declared, which zip_unpack() holds the content to.
 * Not        judged: symbolic links (`link`), names that differ in case only, a folder that is a file too: pack/unzip.h does; times;
 *            what Java's ZipInputStream would see: it stops at padding.
 * Input      hostile, borrowed: entries look into it. It may be mapped; only headers, padding and directory are touched by zip_open().
 * Memory     the arena takes about 100 bytes an entry; unpacking takes zlib's 40 KiB.
 * Time       of zip_open(): that of reading headers, padding and directory once, and of sorting the names.
 * Errors     -1 and a reason of one line, constant or in the arena that was given to zip_open(); ZIP_NO_MEMORY where memory ended, or
 *            the arena's limit: nothing here aborts.
 * Threads    a struct zip is never written to after zip_open(), but for reasons, which go to its arena: one thread. */
#ifndef FORMAT_ZIPREAD_H
#define FORMAT_ZIPREAD_H

#include "base/arena.h"
#include "base/strbuf.h"

#define ZIP_NO_MEMORY "out of memory" /* as REFUSE_NO_MEMORY */

struct zip_limits { /* 0: no limit but those of the format */
	size_t entries;
	uint64_t bytes; /* of all files, unpacked */
	uint32_t ratio; /* unpacked to packed, of the whole archive, beyond the first MiB */
};

struct zip_entry {
	struct slice name;
	uint64_t header, data; /* offsets: of the local header, of the packed bytes */
	uint64_t packed, size;
	uint32_t crc;
	bool deflated; /* else stored */
	bool folder;   /* the name ends in `/` */
	bool link;     /* a symbolic link or a special file, where the archive says so */
};

struct zip {
	struct slice bytes;
	struct zip_entry *v; /* in the order of the directory */
	size_t n;
	const struct zip_entry **by_name; /* the same, sorted by name */
	struct slice block;               /* between the last entry and the directory; mostly empty */
	uint64_t directory, end; /* offsets: of the directory, of the end record (zip64's, where there is one) */
	struct arena *a;
};

int zip_open(struct zip *out, struct arena *a, struct slice bytes, const struct zip_limits *limits,
	     const char **why) MUST_CHECK;

const struct zip_entry *zip_find(const struct zip *z, struct slice name); /* NULL: absent */
/* Entries whose name begins with `prefix`: *first in z->by_name, and their number. */
size_t zip_below(const struct zip *z, struct slice prefix, size_t *first);
/* `n` bytes of the archive from the offset `at` on, as an entry names them; what would lie behind its end is not in it. */
struct slice zip_part(const struct zip *z, uint64_t at, uint64_t n);

/* Gives the unpacked bytes to `put` piece by piece, never more than e->size; length and CRC-32 are right when it returns 0. What
 * `put` returns, unless 0, ends it and is returned; `*why` is then untouched. */
int zip_unpack(const struct zip *z, const struct zip_entry *e, int (*put)(void *ctx, struct slice piece), void *ctx,
	       const char **why) MUST_CHECK;
/* The same of an entry whose packed bytes lie elsewhere than in memory. `get` gives some of them, from `offset` on, at least one; what it
 * returns, unless 0, ends it like `put`. Only the entry's name, size, packed, crc and deflated are looked at. Reasons live in `a`. */
typedef int (*zip_get_fn)(void *ctx, uint64_t offset, struct slice *piece);
int zip_unpack_from(const struct zip_entry *e, struct arena *a, zip_get_fn get,
		    int (*put)(void *ctx, struct slice piece), void *ctx, const char **why) MUST_CHECK;
/* Appends the whole (-1: perhaps a part); an entry of more than `limit` bytes is refused before anything is read. */
int zip_read(struct strbuf *out, const struct zip *z, const struct zip_entry *e, uint64_t limit,
	     const char **why) MUST_CHECK;

#endif
