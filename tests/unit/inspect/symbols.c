#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../tgz.h"
#include "inspect/symbols.h"

#define DWARF TGZ_DWARF
#define MACHO TGZ_MACHO

#define F(name_, literal)                                                                                              \
	{                                                                                                              \
		.name = (name_), .data = { "" literal, sizeof(literal) - 1 }                                           \
	}

/* --- what is in the archive ------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct tgz_file files[5];
	const char *said; /* "": read */
} archives[] = {
	{ "a dSYM", { F(DWARF, MACHO) }, "" },
	{ "deeper", { F("build/dSYMs/" DWARF, MACHO) }, "" },
	{ "from the folder at hand", { F("./", ""), F("./" DWARF, MACHO) }, "" },
	{ "two of them, folders and another file",
	  { F("Demo.app.dSYM/", ""), F("Demo.app.dSYM/Contents/Info.plist", "x"), F(DWARF, MACHO),
	    F("B.framework.dSYM/Contents/Resources/DWARF/B", "\xfe\xed\xfa\xce\0\0\0\0") },
	  "" },
	{ "other byte order, 64 bits", { F(DWARF, "\xfe\xed\xfa\xcf\0\0\0\0") }, "" },
	{ "32 bits", { F(DWARF, "\xce\xfa\xed\xfe\0\0\0\0") }, "" },
	{ "several architectures", { F(DWARF, "\xca\xfe\xba\xbe\0\0\0\2") }, "" },
	{ "several architectures, 64 bits", { F(DWARF, "\xca\xfe\xba\xbf\0\0\0\1") }, "" },
	{ "what macOS keeps beside a file",
	  { F("Demo.app.dSYM/Contents/Resources/DWARF/._Demo", "x"), F(DWARF, MACHO) },
	  "" },
	{ "a Java class", { F(DWARF, "\xca\xfe\xba\xbe\0\0\0\x34") }, "\"" DWARF "\" is no Mach-O file" },
	{ "no architecture", { F(DWARF, "\xca\xfe\xba\xbe\0\0\0\0") }, "\"" DWARF "\" is no Mach-O file" },
	{ "seven bytes", { F(DWARF, "\xcf\xfa\xed\xfe\0\0\0") }, "\"" DWARF "\" is no Mach-O file" },
	{ "no bytes", { F(DWARF, "") }, "\"" DWARF "\" is no Mach-O file" },
	{ "ELF",
	  { F(DWARF, "\x7f"
		     "ELF\2\1\1\0") },
	  "\"" DWARF "\" is no Mach-O file" },
	{ "one good, one bad",
	  { F(DWARF, MACHO), F("Demo.app.dSYM/Contents/Resources/DWARF/B", "text text") },
	  "\"Demo.app.dSYM/Contents/Resources/DWARF/B\" is no Mach-O file" },
	{ "nothing", { { .name = NULL } }, "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>" },
	{ "no DWARF",
	  { F("Demo.app.dSYM/Contents/Info.plist", "x") },
	  "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>" },
	{ "a folder only",
	  { F("Demo.app.dSYM/Contents/Resources/DWARF/", "") },
	  "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>" },
	{ "below DWARF", { F(DWARF "/Demo", MACHO) }, "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>" },
	{ "without a name",
	  { F(".dSYM/Contents/Resources/DWARF/Demo", MACHO) },
	  "it holds no <name>.dSYM/Contents/Resources/DWARF/<file>" },
	{ "out of the folder", { F("a/../../" DWARF, MACHO) }, "\"a/../../" DWARF "\" leads out of its folder" },
	{ "from the root", { F("/" DWARF, MACHO) }, "\"/" DWARF "\" leads out of its folder" },
	{ "a symbolic link",
	  { { .name = DWARF, .link = "/etc/passwd" } },
	  "\"" DWARF "\" is a link or a special file" },
	{ "a hard link", { F(DWARF, MACHO), { .name = "b", .hardlink = DWARF } }, "\"b\" is a link or a special file" },
	{ "a bomb", { { .name = "x", .zeros = 4 << 20 }, F(DWARF, MACHO) }, "it unpacks to more than " },
};

static void test_archives(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(archives); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct symbols symbols;
		const char *why = "", *want = archives[i].said;

		print_message("%s\n", archives[i].name);
		tgz_make(&bytes, archives[i].files, ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR);
		assert_int_equal(symbols_read(&symbols, &a, strbuf_slice(&bytes), &why), *want ? -1 : 0);
		if (*want && want[strlen(want) - 1] == ' ')
			assert_int_equal(strncmp(why, want, strlen(want)), 0);
		else
			assert_string_equal(why, want);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

static void test_facts(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct symbols symbols;
	const char *why = NULL;

	(void)state;
	tgz_make(&bytes, archives[3].files, ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR);
	assert_int_equal(symbols_read(&symbols, &a, strbuf_slice(&bytes), &why), 0);
	assert_int_equal(symbols.dwarfs, 2);
	assert_true(slice_eqs(symbols.path, DWARF));
	strbuf_release(&bytes);
	arena_release(&a);
}

/* --- the archive itself ----------------------------------------------------------------------------------------------- */

static void test_forms(void **state)
{
	static const struct {
		const char *name;
		int filter, format;
		const char *said;
	} cases[] = {
		{ "pax", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, NULL },
		{ "GNU", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_GNUTAR, NULL },
		{ "plain", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_TAR_USTAR, "it is not compressed by gzip" },
		{ "bzip2", ARCHIVE_FILTER_BZIP2, ARCHIVE_FORMAT_TAR_USTAR, "it is not compressed by gzip" },
		{ "zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, "it is not compressed by gzip" },
		{ "a zip in gzip", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_ZIP,
		  "it is not a readable tar archive (Unrecognized archive format)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct symbols symbols;
		const char *why = NULL;

		print_message("%s\n", cases[i].name);
		tgz_make(&bytes, archives[0].files, cases[i].filter, cases[i].format);
		assert_int_equal(symbols_read(&symbols, &a, strbuf_slice(&bytes), &why), cases[i].said ? -1 : 0);
		if (cases[i].said)
			assert_string_equal(why, cases[i].said);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* Cut off before the file's last byte it is refused; no byte behind the end is read. */
static void test_cut(void **state)
{
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	tgz_make(&bytes, archives[0].files, ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR);
	for (size_t n = 0; n < bytes.n; n++) {
		char *exact = malloc(n ? n : 1);
		struct arena a = ARENA_INIT;
		struct symbols symbols;
		const char *why = NULL;

		memcpy(exact, bytes.p, n);
		if (symbols_read(&symbols, &a, slice_bytes(exact, n), &why))
			assert_non_null(why);
		else
			assert_true(n > 60); /* of the zeros at a tar archive's end some may be missing */
		free(exact);
		arena_release(&a);
	}
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
