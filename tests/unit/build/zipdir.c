#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "build/zip.h"
#include "build/zipdir.h"

#define NO_END  "it is no zip archive, or is cut off: it has no end record"
#define FORMAT  "it is split, or of the zip64 format, which is not supported"
#define PLACE   "its directory is not where its end record says"
#define DAMAGED "its directory is damaged"
#define STORIES "its directory and the headers before its files do not say the same"

/* Two files of three bytes: headers at 0 and 34, the directory at 68, its second entry at 115, the end at 162. */
#define SECOND  34
#define CENTRAL 68
#define END     162

static const struct {
	const char *what;
	size_t at, n;
	const char *bytes; /* written over the archive */
	const char *why;   /* NULL: good */
} patches[] = {
	{ "nothing", 0, 0, "", NULL },
	{ "content", 31, 3, "xyz", NULL },
	{ "time", 10, 2, "\1\1", NULL },
	{ "no end", END, 1, "x", NO_END },
	{ "a comment that is not there", END + 20, 1, "\1", NO_END },
	{ "another disk", END + 4, 1, "\1", FORMAT },
	{ "two numbers of entries", END + 8, 1, "\1", FORMAT },
	{ "zip64", END + 8, 4, "\xff\xff\xff\xff", FORMAT },
	{ "zip64 by its offset", END + 16, 4, "\xff\xff\xff\xff", FORMAT },
	{ "three entries", END + 8, 4, "\3\0\3", DAMAGED },
	{ "one entry", END + 8, 4, "\1\0\1", DAMAGED },
	{ "a smaller directory", END + 12, 1, "\x5d", PLACE },
	{ "a directory further on", END + 16, 1, "\x45", PLACE },
	{ "a directory behind the end", END + 16, 2, "\xff\xff", PLACE },
	{ "a directory as large as there are numbers", END + 12, 4, "\xff\xff\xff\xff", PLACE },
	{ "no directory", CENTRAL, 2, "xx", DAMAGED },
	{ "a long name", CENTRAL + 29, 1, "\xff", DAMAGED },
	{ "a long comment", CENTRAL + 32, 1, "\1", DAMAGED },
	{ "another name", 30, 1, "c", STORIES },
	{ "another length of the name", 26, 1, "\2", STORIES },
	{ "another method", SECOND + 8, 1, "\10", STORIES },
	{ "no header", SECOND, 1, "x", STORIES },
	{ "another header", CENTRAL + 42, 1, "\x22", STORIES },
	{ "a header behind the end", CENTRAL + 42, 4, "\xfe\xff\xff\xff", STORIES },
	{ "a header that reaches behind the end", CENTRAL + 42, 1, "\xa2", STORIES },
};

static void make(struct strbuf *zip)
{
	struct zip_writer z;
	const char *why;

	zip_begin(&z, zip);
	zip_put(&z, SLICE("a"), SLICE("abc"));
	zip_put(&z, SLICE("b"), SLICE("def"));
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(zip->n, END + 22);
}

/* Checks a copy that ends where the memory ends. */
static const char *check(struct slice zip, size_t max)
{
	char *copy = malloc(zip.n + 1);
	const char *why = "";
	int bad;

	memcpy(copy + 1, zip.p, zip.n);
	bad = zipdir_check(slice_bytes(copy + 1, zip.n), max, &why);
	free(copy);
	return bad ? why : NULL;
}

static void test_patches(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patches); i++) {
		struct strbuf zip = STRBUF_INIT;
		const char *why;

		print_message("%s\n", patches[i].what);
		make(&zip);
		memcpy(zip.p + patches[i].at, patches[i].bytes, patches[i].n);
		why = check(strbuf_slice(&zip), 3);
		if (patches[i].why)
			assert_string_equal(why, patches[i].why);
		else
			assert_null(why);
		strbuf_release(&zip);
	}
}

static void test_ends(void **state)
{
	struct strbuf zip = STRBUF_INIT;

	(void)state;
	make(&zip);
	assert_string_equal(check(strbuf_slice(&zip), 1), "it holds too many files and folders");
	for (size_t n = 0; n < zip.n; n++)
		assert_string_equal(check(slice_bytes(zip.p, n), 2), NO_END);
	strbuf_adds(&zip, "a comment");
	zip.p[END + 20] = 9;
	assert_null(check(strbuf_slice(&zip), 2));
	strbuf_release(&zip);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_patches), cmocka_unit_test(test_ends) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
