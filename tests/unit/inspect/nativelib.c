/* Native libraries and the differences that patch them: what their first bytes must be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/nativelib.h"

#define ELF(class, order, machine) "\177ELF" class order "\1\0\0\0\0\0\0\0\0\0\3\0" machine "\0"
#define E64                        "\2"
#define E32                        "\1"
#define LE                         "\1"

static const struct {
	const char *path;
	const char *bytes;
	size_t n;
	uint64_t size;   /* of the file; 0: n */
	const char *why; /* NULL: good */
} cases[] = {
	{ "libs/arm64-v8a/x.so", ELF(E64, LE, "\xb7"), 20, 5000, NULL },
	{ "libs/armeabi-v7a/x.so", ELF(E32, LE, "\x28"), 20, 0, NULL },
	{ "libs/armeabi/x.so", ELF(E32, LE, "\x28"), 20, 0, NULL },
	{ "libs/x86/x.so", ELF(E32, LE, "\3"), 20, 0, NULL },
	{ "libs/x86_64/sub/x.so", ELF(E64, LE, "\x3e"), 20, 0, NULL },
	{ "libs/arm64-v8a/x.so", ELF(E64, LE, "\x3e"), 20, 0, "\"libs/arm64-v8a/x.so\" is a library for x86_64" },
	{ "libs/arm64-v8a/x.so", ELF(E32, LE, "\x28"), 20, 0, "\"libs/arm64-v8a/x.so\" is a library for armeabi" },
	{ "libs/arm64-v8a/x.so", ELF(E32, LE, "\xb7"), 20, 0,
	  "\"libs/arm64-v8a/x.so\" is a library for no machine that has this folder (ELF machine 183)" },
	{ "libs/arm64-v8a/x.so", ELF(E64, LE, "\xf3"), 20, 0,
	  "\"libs/arm64-v8a/x.so\" is a library for no machine that has this folder (ELF machine 243)" },
	{ "libs/arm64-v8a/x.so", ELF(E64, "\2", "\xb7"), 20, 0,
	  "\"libs/arm64-v8a/x.so\" is no library: an ELF file, little-endian, is wanted" },
	{ "libs/arm64-v8a/x.so", ELF(E64, LE, "\xb7"), 19, 0,
	  "\"libs/arm64-v8a/x.so\" is no library: an ELF file, little-endian, is wanted" },
	{ "libs/x86/x.so", "library", 7, 0, "\"libs/x86/x.so\" is no library: an ELF file, little-endian, is wanted" },
	{ "libs/x86/x.so", "", 0, 0, "\"libs/x86/x.so\" is no library: an ELF file, little-endian, is wanted" },
	{ "libs/x86/readme.txt", "library", 7, 0, NULL },
	{ "libs/x86/x.so.diff", "BSDIFF40\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 32, 39, NULL },
	{ "libs/x86/x.so.diff", "BSDIFF40\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 32, 38,
	  "\"libs/x86/x.so.diff\" is cut off: its BSDIFF40 header announces more than there is" },
	{ "libs/x86/x.so.diff", "BSDIFF40\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 32, 35,
	  "\"libs/x86/x.so.diff\" is cut off: its BSDIFF40 header announces more than there is" },
	{ "libs/x86/x.so.diff", "BSDIFF40\3\0\0\0\0\0\0\x80\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 32, 39,
	  "\"libs/x86/x.so.diff\" is cut off: its BSDIFF40 header announces more than there is" },
	{ "libs/x86/x.so.diff", "BSDIFF40\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0", 32, 39,
	  "\"libs/x86/x.so.diff\" is cut off: its BSDIFF40 header announces more than there is" },
	{ "libs/x86/x.so.diff", "BSDIFF40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, 39,
	  "\"libs/x86/x.so.diff\" is damaged: its BSDIFF40 header makes a library of no sane size" },
	{ "libs/x86/x.so.diff", "BSDIFF40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\x80", 32, 39,
	  "\"libs/x86/x.so.diff\" is damaged: its BSDIFF40 header makes a library of no sane size" },
	{ "libs/x86/x.so.diff", "BSDIFF40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0", 31, 0,
	  "\"libs/x86/x.so.diff\" is cut off: a BSDIFF40 header has 32 bytes" },
	{ "libs/x86/x.so.diff", "PKGDIFF0\1\0\0\0\0\0\0\0", 16, 0, NULL },
	{ "libs/x86/x.so.diff", "PKGDIFF0\1\0\0\0\0\0\0", 15, 0,
	  "\"libs/x86/x.so.diff\" is cut off: it is PKGDIFF0 without a block" },
	{ "libs/x86/x.so.diff", "PKGDIFF0\0\0\0\0\0\0\0\0", 16, 0,
	  "\"libs/x86/x.so.diff\" is cut off, or damaged: its PKGDIFF0 header announces blocks that are not there" },
	{ "libs/x86/x.so.diff", "PKGDIFF0\2\0\0\0\0\0\0\0", 16, 19,
	  "\"libs/x86/x.so.diff\" is cut off, or damaged: its PKGDIFF0 header announces blocks that are not there" },
	{ "libs/x86/x.so.diff", "PKGDIFF1\1\0\0\0\0\0\0\0", 16, 0,
	  "\"libs/x86/x.so.diff\" is no difference between libraries: it begins with neither BSDIFF40 nor PKGDIFF0" },
	{ "libs/x86/x.so.diff", "BSDIFF4", 7, 0,
	  "\"libs/x86/x.so.diff\" is no difference between libraries: it begins with neither BSDIFF40 nor PKGDIFF0" },
	{ "libs/mips/x.so", "", 0, 0,
	  "\"libs/mips/x.so\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, armeabi-v7a, x86 or "
	  "x86_64" },
	{ "libs/x86-64/x.so", "", 0, 0,
	  "\"libs/x86-64/x.so\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, armeabi-v7a, x86 or "
	  "x86_64; "
	  "did you mean \"x86_64\"?" },
	{ "libs/x86", "", 0, 0,
	  "\"libs/x86\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, armeabi-v7a, x86 or x86_64" },
	{ "libs/x86/", "", 0, 0,
	  "\"libs/x86/\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, armeabi-v7a, x86 or x86_64" },
};

static void test_cases(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice path = slice_of(cases[i].path), abi, head = slice_bytes(cases[i].bytes, cases[i].n);
		const char *why = "";
		int bad;

		print_message("%s, %zu bytes\n", cases[i].path, cases[i].n);
		bad = nativelib_abi(&abi, &a, path, &why) ||
		      nativelib_check(&a, path, abi, head, cases[i].size ? cases[i].size : cases[i].n, &why);
		assert_int_equal(bad, cases[i].why != NULL);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
	}
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
