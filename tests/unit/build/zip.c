/* The archives that we write: their bytes, their limits, and that the strict reader takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "build/unzip.h"
#include "build/zip.h"

/* APPNOTE.TXT, by hand: "a" holds "hi" (CRC-32 d8932aac), "b/c" nothing. */
static const uint8_t golden[] = { 'P',  'K',  3,    4, 20, 0, 0,  0, 0,  0, 0, 0, 0x21, 0,   0xac, 0x2a, 0x93,
				  0xd8, 2,    0,    0, 0,  2, 0,  0, 0,  1, 0, 0, 0, /* */
				  'a',  'h',  'i',                                   /* */
				  'P',  'K',  3,    4, 20, 0, 0,  0, 0,  0, 0, 0, 0x21, 0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  3, 0, 0, 0, /* */
				  'b',  '/',  'c',                                   /* */
				  'P',  'K',  1,    2, 20, 0, 20, 0, 0,  0, 0, 0, 0,    0,   0x21, 0,    0xac,
				  0x2a, 0x93, 0xd8, 2, 0,  0, 0,  2, 0,  0, 0, 1, 0,    0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  0, 0, 0, 'a', /* at 0 */
				  'P',  'K',  1,    2, 20, 0, 20, 0, 0,  0, 0, 0, 0,    0,   0x21, 0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  0, 0, 3, 0,    0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 33, 0, 0, 0, 'b',  '/', 'c', /* at 33 */
				  'P',  'K',  5,    6, 0,  0, 0,  0, 2,  0, 2, 0, 96,   0,   0,    0,    66,
				  0,    0,    0,    0, 0 };

static void test_bytes(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	const char *why;

	(void)state;
	strbuf_adds(&out, "before");
	zip_begin(&z, &out);
	zip_put(&z, SLICE("a"), SLICE("hi"));
	zip_put(&z, SLICE("b/c"), (struct slice){ NULL, 0 });
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(out.n, 6 + sizeof(golden));
	assert_memory_equal(out.p + 6, golden, sizeof(golden));
	strbuf_release(&out);
}

static void test_read_back(void **state)
{
	struct fileset files = FILESET_INIT;
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	const char *why = "";
	char name[16];

	(void)state;
	zip_begin(&z, &out);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "f/%03d", i);
		zip_put(&z, slice_of(name), slice_bytes(golden, (size_t)i % sizeof(golden)));
	}
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(unzip_read(&files, strbuf_slice(&out), &why), 0);
	assert_int_equal(files.n, 1000);
	for (size_t i = 0; i < files.n; i++) {
		struct slice bytes = fileset_bytes(&files, &files.v[i]);

		assert_int_equal(bytes.n, i % sizeof(golden));
		assert_memory_equal(bytes.n ? bytes.p : "", golden, bytes.n);
		assert_false(files.v[i].deflated);
	}
	fileset_release(&files);
	strbuf_release(&out);
}

/* Data that is said to be longer than it is: nobody may look at it before it is refused. */
#define HUGE_DATA(n)                                                                                                   \
	{                                                                                                              \
		"x", n                                                                                                 \
	}

static void test_limits(void **state)
{
	static const struct {
		const char *what;
		struct slice name, data;
		const char *why;
	} cases[] = {
		{ "no name", { "", 0 }, { "x", 1 }, "a name in a zip archive must be printable ASCII" },
		{ "a name in UTF-8", { "\xc3\xa9", 2 }, { "x", 1 }, "a name in a zip archive must be printable ASCII" },
		{ "a control character", { "a\n", 2 }, { "x", 1 }, "a name in a zip archive must be printable ASCII" },
		{ "4 GiB", { "a", 1 }, HUGE_DATA((size_t)1 << 32), "a zip archive of 4 GiB or more is not supported" },
		{ "together 4 GiB",
		  { "a", 1 },
		  HUGE_DATA(((size_t)1 << 32) - 33),
		  "a zip archive of 4 GiB or more is not supported" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct zip_writer z;
		const char *why;

		print_message("%s\n", cases[i].what);
		zip_begin(&z, &out);
		zip_put(&z, SLICE("a"), SLICE("hi"));
		zip_put(&z, cases[i].name, cases[i].data);
		zip_put(&z, SLICE("b"), SLICE("ignored"));
		assert_int_equal(zip_end(&z, &why), -1);
		assert_string_equal(why, cases[i].why);
		strbuf_release(&out);
	}
}

static void test_entries(void **state)
{
	(void)state;
	for (size_t n = 65535; n <= 65536; n++) {
		struct strbuf out = STRBUF_INIT;
		struct zip_writer z;
		const char *why;

		zip_begin(&z, &out);
		for (size_t i = 0; i < n; i++)
			zip_put(&z, SLICE("a"), SLICE(""));
		assert_int_equal(zip_end(&z, &why), n == 65535 ? 0 : -1);
		strbuf_release(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
