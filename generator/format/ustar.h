/* format/ustar.h: tar archives as the simple readers on phones take them, piece by piece.
 *
 * Bytes      POSIX.1-1988 ustar, or GNU's older form of it: blocks of 512 bytes, numbers in octal digits; the end is a block of
 *            zeros. Those readers know neither pax records nor GNU's long names: they would take them for files.
 * Checked    every header's checksum; files and folders alone; paths of at most USTAR_NAME_MAX bytes that base/relpath.h allows,
 *            none twice; nothing but zeros behind the end; whole blocks.
 * Use        ustar_put() for every piece, then ustar_end(). 0, or -1 with a reason that is constant or lives in `a`; then no more
 *            calls. With `visit` nothing is listed: it is called when an entry begins, with an empty piece, and for each piece of a file's
 *            content; who looks for one file may stop in between. Paths that are there twice are then not found.
 * Input      hostile. Memory: the paths of at most USTAR_FILES_MAX entries; none with `visit`. Runs on devices: never aborts. */
#ifndef FORMAT_USTAR_H
#define FORMAT_USTAR_H

#include "base/arena.h"
#include "base/slice.h"

#define USTAR_BLOCK     512u
#define USTAR_NAME_MAX  100
#define USTAR_FILES_MAX 20000u

struct ustar_header { /* one block, as POSIX has it */
	char name[USTAR_NAME_MAX], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], pad[12];
};

struct ustar_file {
	struct slice path; /* of a folder without the `/` behind it */
	uint64_t size;
	bool folder;
};

/* `f` and its path, until the next entry. */
typedef void (*ustar_visit_fn)(void *ctx, const struct ustar_file *f, struct slice piece);

struct ustar { /* { .a = arena }, and .visit, .ctx */
	struct arena *a;
	ustar_visit_fn visit; /* NULL: entries are listed */
	void *ctx;
	struct ustar_file *v; /* after ustar_end(): sorted by path */
	size_t n, cap;
	uint64_t bytes; /* of all files */
	/* from here on: where it stands */
	struct ustar_header header;
	struct ustar_file file;
	size_t have;            /* bytes of a header */
	uint64_t left, padding; /* bytes of a file, and of its padding, still to come */
	uint64_t size;          /* so far */
	bool ended;
};

int ustar_put(struct ustar *t, struct slice piece, const char **why) MUST_CHECK;
int ustar_end(struct ustar *t, const char **why) MUST_CHECK;

#endif
