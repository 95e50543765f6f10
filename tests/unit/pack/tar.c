/* The archives that we write, as libarchive reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "pack/tar.h"

#define LONGEST "a/b/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
_Static_assert(sizeof(LONGEST) - 1 == TAR_NAME_MAX, "100 bytes");

static const char *const files[] = { LONGEST, "a/b/d/e", "a/bb/f", "a-b/c", "hpmfile.json", "www/i.html", "wwww" };
/* In the order of the files above, which is not that of bytes for "a-b": folders are judged by the last file alone. */
static const char *const entries[] = { "a/",   "a/b/",  LONGEST,        "a/b/d/", "a/b/d/e",    "a/bb/", "a/bb/f",
				       "a-b/", "a-b/c", "hpmfile.json", "www/",   "www/i.html", "wwww" };

static void make(struct strbuf *out)
{
	struct tar_writer t;

	tar_begin(&t, out);
	for (size_t i = 0; i < COUNT(files); i++)
		assert_int_equal(tar_put(&t, slice_of(files[i]), slice_bytes(files[i], i % 2 ? strlen(files[i]) : 0)),
				 0);
	tar_end(&t);
	assert_false(out->failed);
}

static void check_entry(struct archive_entry *e, size_t i)
{
	bool folder = slice_ends(slice_of(entries[i]), "/");

	print_message("%s\n", entries[i]);
	assert_string_equal(archive_entry_pathname(e), entries[i]);
	assert_int_equal(archive_entry_filetype(e), folder ? AE_IFDIR : AE_IFREG);
	assert_int_equal(archive_entry_perm(e), folder ? 0755 : 0644);
	assert_int_equal(archive_entry_uid(e) | archive_entry_gid(e) | archive_entry_mtime(e), 0);
	assert_int_equal(strlen(archive_entry_uname(e) ? archive_entry_uname(e) : ""), 0);
}

static void test_entries(void **state)
{
	struct archive *ar = archive_read_new();
	struct strbuf out = STRBUF_INIT;
	struct archive_entry *e;
	char bytes[256];
	size_t file = 0;

	(void)state;
	make(&out);
	assert_int_equal(out.n % 10240, 0);
	assert_int_equal(archive_read_support_format_tar(ar), ARCHIVE_OK);
	assert_int_equal(archive_read_open_memory(ar, out.p, out.n), ARCHIVE_OK);
	for (size_t i = 0; i < COUNT(entries); i++) {
		assert_int_equal(archive_read_next_header(ar, &e), ARCHIVE_OK);
		check_entry(e, i);
		if (archive_entry_filetype(e) != AE_IFREG)
			continue;
		assert_int_equal(archive_read_data(ar, bytes, sizeof(bytes)), file % 2 ? strlen(files[file]) : 0);
		assert_memory_equal(bytes, files[file], file % 2 ? strlen(files[file]) : 0);
		file++;
	}
	assert_int_equal(archive_read_next_header(ar, &e), ARCHIVE_EOF);
	assert_int_equal(archive_format(ar), ARCHIVE_FORMAT_TAR_USTAR);
	archive_read_free(ar);
	strbuf_release(&out);
}

/* POSIX: the fields of a header, byte for byte. */
static void test_header(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct tar_writer t;

	(void)state;
	strbuf_adds(&out, "before");
	tar_begin(&t, &out);
	assert_int_equal(tar_put(&t, SLICE("x"), slice_bytes(LONGEST, 70)), 0);
	tar_end(&t);
	assert_int_equal(out.n, 6 + 10240);
	assert_memory_equal(out.p + 6, "x\0", 2);
	assert_memory_equal(out.p + 6 + 100,
			    "000644 \0"
			    "000000 \0"
			    "000000 \0"
			    "00000000106 "
			    "00000000000 ",
			    48);
	assert_memory_equal(out.p + 6 + 148, "007354\0 0\0", 10);
	assert_memory_equal(out.p + 6 + 257,
			    "ustar\0"
			    "00\0",
			    9);
	assert_memory_equal(out.p + 6 + 329,
			    "000000 \0"
			    "000000 \0\0",
			    17);
	assert_memory_equal(out.p + 6 + 512, LONGEST, 70);
	for (size_t i = 6 + 512 + 70; i < out.n; i++)
		assert_int_equal(out.p[i], 0);
	strbuf_release(&out);
}

static void test_too_long(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct tar_writer t;

	(void)state;
	tar_begin(&t, &out);
	assert_int_equal(tar_put(&t, SLICE(LONGEST "x"), SLICE("")), -1);
	tar_end(&t);
	strbuf_release(&out);
}

/* An archive that ends at a record's end has room for nothing, and still ends in two blocks of zeros. */
static void test_padding(void **state)
{
	(void)state;
	for (size_t n = 0; n < 3 * 10240; n += 256) {
		struct strbuf out = STRBUF_INIT;
		struct tar_writer t;
		char *bytes = calloc(1, n + 1);

		memset(bytes, 'x', n);
		tar_begin(&t, &out);
		assert_int_equal(tar_put(&t, SLICE("x"), slice_bytes(bytes, n)), 0);
		tar_end(&t);
		assert_int_equal(out.n % 10240, 0);
		assert_in_range(out.n, 512 + n + 1024, 512 + n + 1024 + 511 + 10239);
		free(bytes);
		strbuf_release(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
