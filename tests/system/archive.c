/* Zip archives by our writer, and what our strict reader makes of others; zip.sh drives it.
 *   archive list FILE                                unpacks all; a line for each entry, in the order of the directory:
 *                                                    stored|deflated SIZE CRC-32 NAME; then `block SIZE`
 *   archive folder stored|deflated ALIGN FOLDER OUT  the files below FOLDER
 *   archive many N OUT                               N small files
 *   archive large OUT                                a file of 4 GiB of zeros, deflated a small one; OUT is sparse
 * Exit 1 with a reason. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fileio.h"
#include "format/zipread.h"
#include "format/zipwrite.h"

#define FOUR_GIB ((size_t)1 << 32)
#define HOLE     ((size_t)1 << 20)

/* --- reading ------------------------------------------------------------------------------------------------------------ */
static int ignore(void *ctx, struct slice piece)
{
	(void)ctx;
	(void)piece;
	return 0;
}

static int list_entries(const struct zip *zip, const char **why)
{
	for (size_t i = 0; i < zip->n; i++) {
		const struct zip_entry *e = &zip->v[i];

		if (zip_unpack(zip, e, ignore, NULL, why))
			return -1;
		printf("%s %" PRIu64 " %08" PRIx32 " " SLICE_FMT "\n", e->deflated ? "deflated" : "stored", e->size,
		       e->crc, SLICE_ARG(e->name));
	}
	printf("block %zu\n", zip->block.n);
	return 0;
}

static int list(const char *path, struct diags *d)
{
	static const struct zip_limits none = { 0 };
	struct file_map map = { .base = NULL };
	struct arena a = ARENA_INIT;
	const char *why;
	struct zip zip;
	int bad;

	if (file_map(&map, path, d))
		return -1;
	bad = zip_open(&zip, &a, map.data, &none, &why) || list_entries(&zip, &why);
	if (bad)
		(void)diag_error(d, SRCPOS_FILE(path), "%s", why);
	arena_release(&a);
	file_unmap(&map);
	return bad;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */
struct target {
	int fd;
	bool holes; /* where large pieces would be */
};

static int write_piece(void *ctx, struct slice piece)
{
	const struct target *t = ctx;

	if (t->holes && piece.n >= HOLE)
		return lseek(t->fd, (off_t)piece.n, SEEK_CUR) < 0;
	return write(t->fd, piece.p, piece.n) != (ssize_t)piece.n;
}

static int close_zip(struct zip_writer *z, const char *out, struct diags *d)
{
	const char *why;

	return zip_end(z, &why) ? diag_error(d, SRCPOS_FILE(out), "%s", why) : 0;
}

static int write_folder(struct zip_writer *z, const char *folder, struct zip_how how, struct diags *d)
{
	struct file_list files = { .n = 0 };
	int bad = file_walk(&files, folder, d);

	for (size_t i = 0; i < files.n && !bad; i++) {
		struct strbuf path = STRBUF_INIT, bytes = STRBUF_INIT;

		strbuf_addf(&path, "%s/" SLICE_FMT, folder, SLICE_ARG(files.path[i]));
		bad = file_read(&bytes, path.p, FOUR_GIB, d);
		zip_put_as(z, files.path[i], strbuf_slice(&bytes), how);
		strbuf_release(&path);
		strbuf_release(&bytes);
	}
	file_list_release(&files);
	return bad;
}

static void write_many(struct zip_writer *z, unsigned long n)
{
	char name[32];

	for (unsigned long i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%02lx/%lu", i & 0xff, i);
		zip_put_as(z, slice_of(name), slice_of(name), (struct zip_how){ .deflate = i & 1 });
	}
}

static int write_large(struct zip_writer *z, struct diags *d)
{
	char *zeros = mmap(NULL, FOUR_GIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (zeros == MAP_FAILED)
		return diag_environment(d, NULL, "cannot map 4 GiB of zeros");
	zip_put_as(z, SLICE("large"), slice_bytes(zeros, FOUR_GIB), (struct zip_how){ .align = 4096 });
	zip_put_as(z, SLICE("behind"), SLICE("hi"), (struct zip_how){ .deflate = true });
	munmap(zeros, FOUR_GIB);
	return 0;
}

static int write_out(int argc, char **argv, struct diags *d)
{
	const char *out = argv[argc - 1];
	struct target target = { open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), !strcmp(argv[1], "large") };
	int bad = 0;
	struct zip_writer z;

	if (target.fd < 0)
		return diag_environment(d, out, "cannot be created");
	zip_begin_sink(&z, write_piece, &target);
	if (!strcmp(argv[1], "folder"))
		bad = write_folder(
			&z, argv[4],
			(struct zip_how){ !strcmp(argv[2], "deflated"), (uint32_t)strtoul(argv[3], NULL, 10) }, d);
	else if (!strcmp(argv[1], "many"))
		write_many(&z, strtoul(argv[2], NULL, 10));
	else
		bad = write_large(&z, d);
	bad |= close_zip(&z, out, d);
	close(target.fd);
	return bad;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int argc;
	} verbs[] = { { "list", 3 }, { "folder", 6 }, { "many", 4 }, { "large", 3 } };
	struct diags d = DIAGS_INIT;
	int known = 0, bad;

	for (size_t i = 0; i < COUNT(verbs); i++)
		known |= argc == verbs[i].argc && !strcmp(argv[1], verbs[i].verb);
	if (!known)
		return 2;
	bad = !strcmp(argv[1], "list") ? list(argv[2], &d) : write_out(argc, argv, &d);
	diags_print(&d, DIAG_TEXT, stderr);
	diags_release(&d);
	return bad ? 1 : 0;
}
