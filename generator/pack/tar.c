#include "pack/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK  512u
#define RECORD 10240u

struct header { /* one block, as POSIX has it */
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

void tar_begin(struct tar_writer *t, struct strbuf *out)
{
	*t = (struct tar_writer){ .out = out, .start = out->n };
}

static void pad(struct tar_writer *t, size_t unit)
{
	static const char zeros[RECORD];
	size_t over = (t->out->n - t->start) % unit;

	if (over)
		strbuf_add(t->out, zeros, unit - over);
}

/* Octal digits that fill the field but for the NUL behind them. */
static void put_octal(char *field, size_t width, uint64_t v)
{
	field[--width] = '\0';
	while (width) {
		field[--width] = (char)('0' + (v & 7));
		v >>= 3;
	}
}

static void put_header(struct tar_writer *t, struct slice name, bool folder, uint64_t size)
{
	struct header h = { .type = folder ? '5' : '0', .magic = "ustar", .version = { '0', '0' } };
	uint32_t sum = 0;

	memcpy(h.name, name.p, name.n);
	put_octal(h.mode, sizeof(h.mode), folder ? 0755 : 0644);
	put_octal(h.uid, sizeof(h.uid), 0);
	put_octal(h.gid, sizeof(h.gid), 0);
	put_octal(h.size, sizeof(h.size), size);
	put_octal(h.mtime, sizeof(h.mtime), 0);
	put_octal(h.major, sizeof(h.major), 0);
	put_octal(h.minor, sizeof(h.minor), 0);
	memset(h.checksum, ' ', sizeof(h.checksum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const unsigned char *)&h)[i];
	put_octal(h.checksum, sizeof(h.checksum) - 1, sum);
	strbuf_add(t->out, &h, sizeof(h));
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
	strbuf_addslice(t->out, data);
	pad(t, BLOCK);
	return 0;
}

void tar_end(struct tar_writer *t)
{
	static const char zeros[2 * BLOCK];

	strbuf_add(t->out, zeros, sizeof(zeros));
	pad(t, RECORD);
}
