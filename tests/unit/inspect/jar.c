#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../zip.h"
#include "inspect/jar.h"

#define END                                                                                                            \
	{                                                                                                              \
		NULL, { NULL, 0 }, 0, false                                                                            \
	}
#define ENTRY(n, t)                                                                                                    \
	{                                                                                                              \
		n, { t, sizeof(t) - 1 }, 0, false                                                                      \
	}
#define DEX       ENTRY("classes.dex", "dex\n035\0more")
#define PATCH(t)  ENTRY("META-INF/PATCH.MF", t)
#define NO_DEX(n) "\"" n "\" is no .dex file: it does not begin with \"dex\", a line feed and a known version"

static const struct {
	const char *name;
	struct test_zip_entry entries[4];
	const char *why; /* or what was read: */
	size_t ndex;
	bool patch;
	const char *target;
	size_t ntypes;
	const char *other;
} jars[] = {
	{ "patch",
	  { DEX, PATCH("Target-C-Version: 5.0\r\nx-PatchType: dexpatch\r\n\r\n"), END },
	  NULL,
	  1,
	  true,
	  "5.0",
	  1,
	  NULL },
	{ "several types",
	  { DEX, PATCH("a-PatchType: x, dexpatch ,y\nb-PatchType: andfix,dex\nc-PatchType:  \n"), END },
	  NULL,
	  1,
	  true,
	  "",
	  3,
	  "andfix,dex" },
	{ "blanks",
	  { DEX, PATCH("target-c-version:  5.0 \nPatchType: dexpatch\n"), END },
	  NULL,
	  1,
	  true,
	  "5.0",
	  0,
	  NULL },
	{ "not in the first section",
	  { DEX, PATCH("A: b\n\nName: x\nTarget-C-Version: 5\nx-PatchType: no\n"), END },
	  NULL,
	  1,
	  true,
	  "",
	  0,
	  NULL },
	{ "an empty PATCH.MF", { DEX, PATCH(""), END }, NULL, 1, true, "", 0, NULL },
	{ "no PATCH.MF", { DEX, END }, NULL, 1, false, "", 0, NULL },
	{ "PATCH.MF elsewhere", { DEX, ENTRY("PATCH.MF", "A: b\n"), END }, NULL, 1, false, "", 0, NULL },
	{ "no .dex", { ENTRY("a.class", "x"), END }, NULL, 0, false, "", 0, NULL },
	{ "nothing", { END }, NULL, 0, false, "", 0, NULL },
	{ "versions",
	  { ENTRY("a.dex", "dex\n037\0"), ENTRY("b/c.dex", "dex\n041\0"), ENTRY(".dex", "dex\n038\0"), END },
	  NULL,
	  3,
	  false,
	  "",
	  0,
	  NULL },
	{ "an empty .dex", { ENTRY("a.dex", ""), END }, NO_DEX("a.dex"), 0, false, NULL, 0, NULL },
	{ "a short .dex", { ENTRY("a.dex", "dex\n035"), END }, NO_DEX("a.dex"), 0, false, NULL, 0, NULL },
	{ "a .dex of a version that never was",
	  { ENTRY("a.dex", "dex\n036\0"), END },
	  NO_DEX("a.dex"),
	  0,
	  false,
	  NULL,
	  0,
	  NULL },
	{ "compact dex", { ENTRY("a.dex", "cdex001\0"), END }, NO_DEX("a.dex"), 0, false, NULL, 0, NULL },
	{ "a class as .dex",
	  { DEX, ENTRY("b.dex", "\312\376\272\276\0\0\0\64"), END },
	  NO_DEX("b.dex"),
	  0,
	  false,
	  NULL,
	  0,
	  NULL },
	{ "an unreadable PATCH.MF",
	  { DEX, PATCH("what"), END },
	  "META-INF/PATCH.MF: line 1 is no attribute (`name: value`)",
	  0,
	  false,
	  NULL,
	  0,
	  NULL },
	{ "a large PATCH.MF",
	  { DEX, { "META-INF/PATCH.MF", { NULL, 0 }, (64 << 10) + 1, false }, END },
	  "\"META-INF/PATCH.MF\" is 65537 bytes; at most 65536 are read",
	  0,
	  false,
	  NULL,
	  0,
	  NULL },
};

static void test_jars(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(jars); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why = NULL;
		struct jar jar;
		int bad;

		print_message("%s\n", jars[i].name);
		zip_make(&bytes, jars[i].entries);
		bad = jar_read(&jar, &a, strbuf_slice(&bytes), &why);
		assert_string_equal(bad ? why : "good", jars[i].why ? jars[i].why : "good");
		if (!bad) {
			assert_int_equal(jar.ndex, jars[i].ndex);
			assert_int_equal(jar.has_patch, jars[i].patch);
			assert_true(slice_eqs(jar.target, jars[i].target));
			assert_int_equal(jar.ntypes, jars[i].ntypes);
			assert_int_equal(jar.has_other, jars[i].other != NULL);
			assert_true(slice_eq(jar.other, slice_of(jars[i].other)));
		}
		arena_release(&a);
		strbuf_release(&bytes);
	}
}

static void test_no_zip(void **state)
{
	struct arena a = ARENA_INIT;
	struct jar jar;
	const char *why = NULL;

	(void)state;
	assert_int_equal(jar_read(&jar, &a, SLICE("a jar"), &why), -1);
	assert_string_equal(why, "it is no zip archive, or is cut off: it has no end record");
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jars),
		cmocka_unit_test(test_no_zip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
