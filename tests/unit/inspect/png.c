#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "inspect/png.h"
#include "pngmake.h"

static void test_size(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct png png;
	const char *why = NULL;

	(void)state;
	png_make(&bytes, 57, 0x01020304);
	assert_int_equal(png_read(&png, strbuf_slice(&bytes), &why), 0);
	assert_int_equal(png.width, 57);
	assert_int_equal(png.height, 0x01020304);
	strbuf_addch(&bytes, 0);
	assert_int_equal(png_read(&png, strbuf_slice(&bytes), &why), -1);
	assert_string_equal(why, "bytes follow its end");
	strbuf_release(&bytes);
}

/* Cut off anywhere, or with any byte changed, it is none; no byte behind its end is read (a sanitizer sees that). */
static void test_damage(void **state)
{
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	png_make(&bytes, 120, 120);
	for (size_t i = 0; i < bytes.n; i++) {
		char *exact = malloc(i ? i : 1);
		const char *why = NULL;
		struct png png;

		memcpy(exact, bytes.p, i);
		assert_int_equal(png_read(&png, slice_bytes(exact, i), &why), -1);
		assert_non_null(why);
		free(exact);
		bytes.p[i] ^= 0x40;
		assert_int_equal(png_read(&png, strbuf_slice(&bytes), &why), -1);
		bytes.p[i] ^= 0x40;
	}
	strbuf_release(&bytes);
}

static void test_reasons(void **state)
{
	static const struct {
		struct slice bytes;
		const char *why;
	} cases[] = {
		{ { "", 0 }, "it does not begin as PNG images do" },
		{ { "GIF89a..........", 16 }, "it does not begin as PNG images do" },
		{ { "\x89PNG\r\n\x1a\n", 8 }, "it does not begin with a whole IHDR chunk" },
		{ { "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR....", 20 }, "it does not begin with a whole IHDR chunk" },
		{ { "\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20 },
		  "it does not begin with a whole IHDR chunk" },
		{ { "\x89PNG\r\n\x1a\n\0\0\0\x04"
		    "CgBI\x50\x00\x20\x02\x2b\xd5\xb3\x7f",
		    24 },
		  "it does not begin with a whole IHDR chunk" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = NULL;
		struct png png;

		assert_int_equal(png_read(&png, cases[i].bytes, &why), -1);
		assert_string_equal(why, cases[i].why);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
