#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "../zip.h"
#include "inspect/apk.h"
#include "xml.h"

#define SIZE_MAX_SAID " bytes; at most 8388608 are read"
#define LARGE         "\"AndroidManifest.xml\" is 8388609" SIZE_MAX_SAID
#define BOMBED        "\"AndroidManifest.xml\" is 16777216" SIZE_MAX_SAID
#define LENGTH        "\"AndroidManifest.xml\" is longer than the archive says"
#define IMPOSSIBLE    "\"AndroidManifest.xml\" cannot be "
#define UNKNOWN       "it is no zip archive, or is cut off: it has no end record"
#define CONTRADICTION "is not the same in the directory and in the header before the file"
#define NONE          "it holds no AndroidManifest.xml"
#define BOMB          (16 << 20)
#define ENTRIES       4

/* `M` stands for a good manifest as data. */
#define M                                                                                                              \
	{                                                                                                              \
		"M", 1                                                                                                 \
	}

static const struct {
	const char *name;
	struct test_zip_entry entries[ENTRIES];
	const char *why; /* NULL: good */
} archives[] = {
	{ "deflated", { { "AndroidManifest.xml", M, 0, false } }, NULL },
	{ "stored", { { "AndroidManifest.xml", M, 0, true } }, NULL },
	{ "behind others",
	  { { "classes.dex", { "dex", 3 }, 100000, false },
	    { "res/a.xml", { "a", 1 }, 0, true },
	    { "AndroidManifest.xml", M, 0, false } },
	  NULL },
	{ "before others", { { "AndroidManifest.xml", M, 0, true }, { "classes.dex", { "dex", 3 }, 9, true } }, NULL },
	{ "with zeros behind it", { { "AndroidManifest.xml", M, 1000, false } }, NULL },
	{ "no entry", { { NULL, { NULL, 0 }, 0, false } }, NONE },
	{ "another entry", { { "classes.dex", { "dex", 3 }, 0, false } }, NONE },
	{ "in a folder", { { "a/AndroidManifest.xml", M, 0, false } }, NONE },
	{ "in other letters", { { "androidmanifest.xml", M, 0, false } }, NONE },
	{ "text",
	  { { "AndroidManifest.xml", { "<manifest/>", 11 }, 0, false } },
	  "AndroidManifest.xml: it is not compiled XML" },
	{ "empty", { { "AndroidManifest.xml", { NULL, 0 }, 0, true } }, "AndroidManifest.xml: it is not compiled XML" },
	{ "zeros",
	  { { "AndroidManifest.xml", { NULL, 0 }, APK_MANIFEST_MAX, false } },
	  "AndroidManifest.xml: it is not compiled XML" },
	{ "a byte too much", { { "AndroidManifest.xml", { NULL, 0 }, APK_MANIFEST_MAX + 1, false } }, LARGE },
	{ "a byte too much, stored", { { "AndroidManifest.xml", { NULL, 0 }, APK_MANIFEST_MAX + 1, true } }, LARGE },
	{ "a bomb", { { "AndroidManifest.xml", { NULL, 0 }, BOMB, false } }, BOMBED },
};

static void make(struct strbuf *out, const struct test_zip_entry *from)
{
	struct test_zip_entry entries[ENTRIES + 1] = { { NULL, { NULL, 0 }, 0, false } };
	struct strbuf manifest = STRBUF_INIT;

	xml_usual(&manifest, "com.example.demo", "5.0.0");
	for (size_t i = 0; i < ENTRIES && from[i].name; i++) {
		entries[i] = from[i];
		if (slice_eqs(from[i].data, "M"))
			entries[i].data = strbuf_slice(&manifest);
	}
	zip_make(out, entries);
	strbuf_release(&manifest);
}

/* Reads a copy that ends where the memory ends. The reason, in static memory; NULL: good. */
static const char *read_exact(struct slice bytes)
{
	static char text[256];
	char *copy = malloc(bytes.n ? bytes.n : 1);
	struct arena a = ARENA_INIT;
	struct apk apk;
	const char *why = NULL;
	int result;

	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	result = apk_read(&apk, &a, slice_bytes(copy, bytes.n), &why);
	free(copy); /* the manifest is not borrowed from it */
	assert_int_equal(why != NULL, result != 0);
	if (!result) {
		assert_string_equal(apk.manifest.package.p, "com.example.demo");
		assert_string_equal(apk.manifest.version_name.p, "5.0.0");
		assert_int_equal(apk.manifest.version_code, 7);
	}
	snprintf(text, sizeof(text), "%s", why ? why : "");
	arena_release(&a);
	return why ? text : NULL;
}

static void test_archives(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(archives); i++) {
		struct strbuf bytes = STRBUF_INIT;
		const char *why;

		print_message("%s\n", archives[i].name);
		make(&bytes, archives[i].entries);
		why = read_exact(strbuf_slice(&bytes));
		if (archives[i].why)
			assert_string_equal(why ? why : "good", archives[i].why);
		else
			assert_null(why);
		strbuf_release(&bytes);
	}
}

static void test_no_archive(void **state)
{
	static const struct slice cases[] = { { NULL, 0 },     { "", 0 },       { "P", 1 },
					      { "PK\3\4", 4 }, { "PK\5\6", 4 }, { "version https://git-lfs", 23 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = read_exact(cases[i]);

		print_message("%zu\n", i);
		assert_string_equal(why ? why : "good", UNKNOWN);
	}
}

/* --- an archive that lies about its manifest's size --------------------------------------------------------------- */
static const struct {
	const char *name;
	struct test_zip_entry entry;
	uint32_t says;
	const char *why;
} lies[] = {
	{ "8 MiB and a byte", { "AndroidManifest.xml", M, 0, false }, APK_MANIFEST_MAX + 1, IMPOSSIBLE },
	{ "4 GiB", { "AndroidManifest.xml", M, 0, false }, 0xfffffffe, IMPOSSIBLE },
	{ "1 byte", { "AndroidManifest.xml", M, 0, false }, 1, LENGTH },
	{ "1 byte for 16 MiB", { "AndroidManifest.xml", { NULL, 0 }, BOMB, false }, 1, LENGTH },
	{ "nothing for 16 MiB", { "AndroidManifest.xml", { NULL, 0 }, BOMB, false }, 0, LENGTH },
};

static void lie_in(struct strbuf *bytes, const char *signature, size_t at, uint32_t says)
{
	char *record = memmem(bytes->p, bytes->n, signature, 4);

	assert_non_null(record);
	xml_put32(bytes, (size_t)(record - bytes->p) + at, says);
}

/* Writes the uncompressed size into the local header, the descriptor behind the data, and the central directory. */
static void lie(struct strbuf *bytes, uint32_t says)
{
	lie_in(bytes, "PK\3\4", 22, says);
	lie_in(bytes, "PK\7\10", 12, says);
	lie_in(bytes, "PK\1\2", 24, says);
}

static void test_lies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		const struct test_zip_entry entries[ENTRIES] = { lies[i].entry };
		struct strbuf bytes = STRBUF_INIT;
		const char *why;

		print_message("%s\n", lies[i].name);
		make(&bytes, entries);
		lie(&bytes, lies[i].says);
		why = read_exact(strbuf_slice(&bytes));
		assert_non_null(strstr(why ? why : "good", lies[i].why));
		strbuf_release(&bytes);
	}
}

/* Local header and central directory say different things: who knows which of them a phone reads. */
static void test_contradiction(void **state)
{
	static const struct {
		const char *signature;
		size_t at;
		const char *why;
	} cases[] = {
		{ "PK\1\2", 24, "its two lengths differ" },
		{ "PK\3\4", 22, CONTRADICTION },
		{ "PK\1\2", 16, CONTRADICTION },
		{ "PK\3\4", 14, CONTRADICTION },
	};
	const struct test_zip_entry entries[ENTRIES] = { { "AndroidManifest.xml", M, 0, true } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		const char *why;

		print_message("%zu\n", i);
		make(&bytes, entries);
		lie_in(&bytes, "PK\3\4", 14, 99); /* libarchive leaves it to the descriptor */
		lie_in(&bytes, "PK\1\2", 16, 99);
		lie_in(&bytes, cases[i].signature, cases[i].at, 100);
		why = read_exact(strbuf_slice(&bytes));
		assert_non_null(why);
		assert_non_null(strstr(why, cases[i].why));
		strbuf_release(&bytes);
	}
}

/* A bomb costs no more memory than the largest manifest that is allowed, and one that shows its size costs nothing. */
static void test_memory(void **state)
{
	static const struct {
		bool liar;
		long kib;
	} cases[] = { { false, 1024 }, { true, 10 * 1024 } };

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* keeps what was freed */
#endif
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct test_zip_entry entries[ENTRIES] = { { "AndroidManifest.xml", { NULL, 0 }, BOMB, false } };
		struct strbuf bytes = STRBUF_INIT;
		struct rusage before, after;

		make(&bytes, entries);
		if (cases[i].liar)
			lie(&bytes, APK_MANIFEST_MAX);
		assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
		assert_string_equal(read_exact(strbuf_slice(&bytes)), cases[i].liar ? LENGTH : BOMBED);
		assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
		print_message("%ld KiB\n", after.ru_maxrss - before.ru_maxrss);
		assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, cases[i].kib);
		strbuf_release(&bytes);
	}
}

/* --- any damage --------------------------------------------------------------------------------------------------- */
static void test_damage(void **state)
{
	const struct test_zip_entry entries[ENTRIES] = { { "AndroidManifest.xml", M, 0, true },
							 { "a", { "b", 1 }, 0, true } };
	struct strbuf bytes = STRBUF_INIT, manifest = STRBUF_INIT;
	size_t from;

	(void)state;
	make(&bytes, entries);
	assert_null(read_exact(strbuf_slice(&bytes)));
	for (size_t n = 0; n < bytes.n; n++)
		assert_non_null(read_exact(slice_sub(strbuf_slice(&bytes), 0, n)));
	xml_usual(&manifest, "com.example.demo", "5.0.0");
	from = (size_t)((char *)memmem(bytes.p, bytes.n, manifest.p, manifest.n) - bytes.p);
	for (size_t at = 0; at < bytes.n; at++) {
		const char *why;

		bytes.p[at] = (char)(bytes.p[at] ^ 0x11);
		why = read_exact(strbuf_slice(&bytes)); /* what is accepted is the undamaged manifest */
		if (at >= from && at < from + manifest.n)
			assert_non_null(strstr(why ? why : "good", "is damaged: its CRC-32 is another one"));
		bytes.p[at] = (char)(bytes.p[at] ^ 0x11);
	}
	strbuf_release(&manifest);
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory), /* first: the peak only grows */
		cmocka_unit_test(test_archives),      cmocka_unit_test(test_no_archive), cmocka_unit_test(test_lies),
		cmocka_unit_test(test_contradiction), cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
