#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "inspect/axml.h"
#include "xml.h"

#define PACKAGE                                                                                                        \
	{                                                                                                              \
		"package", 0, XML_TEXT("com.example.demo")                                                             \
	}
#define VERSION                                                                                                        \
	{                                                                                                              \
		"versionName", XML_VERSION_NAME, XML_TEXT("5.0.0")                                                     \
	}
#define CODE                                                                                                           \
	{                                                                                                              \
		"versionCode", XML_VERSION_CODE, XML_INT(500)                                                          \
	}
#define NOTHING                                                                                                        \
	{                                                                                                              \
		0                                                                                                      \
	}
#define NO_TEXT  "versionName is no readable string"
#define NO_NAME  "package is no readable string"
#define OUTSIDE  "an element's attributes lie outside it"
#define NO_FIT   "the string pool's counts do not fit its size"
#define NO_FIRST "the first element is not <manifest>"
#define CUT      "a chunk is cut off"
#define MANY     10000
#define TEN      "0123456789"
#define HUNDRED  TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED

static const struct {
	const char *name;
	struct xml xml;
	const char *why;               /* or what was read: */
	const char *package, *version; /* version NULL: none */
	bool reference;
	uint32_t code; /* 0: none */
} files[] = {
	{ "usual", { .attrs = { CODE, VERSION, PACKAGE } }, NULL, "com.example.demo", "5.0.0", false, 500 },
	{ "package first", { .attrs = { PACKAGE, VERSION } }, NULL, "com.example.demo", "5.0.0", false, 0 },
	{ "package alone", { .attrs = { PACKAGE } }, NULL, "com.example.demo", NULL, false, 0 },
	{ "names hidden",
	  { .attrs = { { "", XML_VERSION_NAME, XML_TEXT("1") }, { "", XML_VERSION_CODE, XML_INT(3) }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "1",
	  false,
	  3 },
	{ "names lie",
	  { .attrs = { { "versionName", XML_VERSION_CODE, XML_INT(9) },
		       { "versionCode", XML_VERSION_NAME, XML_TEXT("2") },
		       PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "2",
	  false,
	  9 },
	{ "a versionName of no id is not Android's",
	  { .attrs = { { "versionName", 0, XML_TEXT("6") }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  NULL,
	  false,
	  0 },
	{ "reference",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_REFERENCE(0x7f0e0001) }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "",
	  true,
	  0 },
	{ "dynamic reference",
	  { .attrs = { { "versionName", XML_VERSION_NAME, 0x07, NULL, 0x0201 }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "",
	  true,
	  0 },
	{ "null",
	  { .attrs = { { "versionName", XML_VERSION_NAME, 0x00, NULL, 0 }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  NULL,
	  false,
	  0 },
	{ "hexadecimal code",
	  { .attrs = { { "versionCode", XML_VERSION_CODE, 0x11, NULL, 0xffffffff }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  NULL,
	  false,
	  0xffffffff },
	{ "code by reference",
	  { .attrs = { { "versionCode", XML_VERSION_CODE, XML_REFERENCE(1) }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  NULL,
	  false,
	  0 },
	{ "empty version",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_TEXT("") }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "",
	  false,
	  0 },
	{ "all of Unicode",
	  { .attrs = { { "versionName", XML_VERSION_NAME,
			 XML_TEXT("\x7f ¢ ߿ ࠀ € � 𐀀 😀 \xf4\x8f\xbf\xbf") },
		       PACKAGE } },
	  NULL,
	  "com.example.demo",
	  "\x7f ¢ ߿ ࠀ € � 𐀀 😀 \xf4\x8f\xbf\xbf",
	  false,
	  0 },
	{ "127 characters",
	  { .attrs = { { "", XML_VERSION_NAME, XML_TEXT(HUNDRED TEN TEN "0123456") }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  HUNDRED TEN TEN "0123456",
	  false,
	  0 },
	{ "128 characters",
	  { .attrs = { { "", XML_VERSION_NAME, XML_TEXT(HUNDRED TEN TEN "01234567") }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  HUNDRED TEN TEN "01234567",
	  false,
	  0 },
	{ "1024 characters",
	  { .attrs = { { "", XML_VERSION_NAME, XML_TEXT(THOUSAND TEN TEN "0123") }, PACKAGE } },
	  NULL,
	  "com.example.demo",
	  THOUSAND TEN TEN "0123",
	  false,
	  0 },
	{ "1025 characters",
	  { .attrs = { { "", XML_VERSION_NAME, XML_TEXT(THOUSAND TEN TEN "01234") }, PACKAGE } },
	  NO_TEXT,
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "a number as version",
	  { .attrs = { { "versionName", XML_VERSION_NAME, XML_INT(5) }, PACKAGE } },
	  NO_TEXT,
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "no package", { .attrs = { VERSION, CODE } }, "<manifest> has no package", NULL, NULL, false, 0 },
	{ "no attribute", { .attrs = { NOTHING } }, "<manifest> has no package", NULL, NULL, false, 0 },
	{ "empty package",
	  { .attrs = { { "package", 0, XML_TEXT("") } } },
	  "<manifest> has no package",
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "package by reference",
	  { .attrs = { { "package", 0, XML_REFERENCE(1) } } },
	  "<manifest> has no package",
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "android:package",
	  { .attrs = { PACKAGE }, .namespaced = true },
	  "<manifest> has no package",
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "package of an id",
	  { .attrs = { { "package", 0x01010001, XML_TEXT("a.b") } } },
	  "<manifest> has no package",
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "package of an id and no namespace",
	  { .attrs = { { "package", 0x01010001, XML_TEXT("a.b") } }, .bare = true },
	  "<manifest> has no package",
	  NULL,
	  NULL,
	  false,
	  0 },
	{ "a versionName without a namespace",
	  { .attrs = { VERSION, PACKAGE }, .bare = true },
	  NULL,
	  "com.example.demo",
	  "5.0.0",
	  false,
	  0 },
	{ "another element", { .element = "application", .attrs = { PACKAGE } }, NO_FIRST, NULL, NULL, false, 0 },
	{ "no name", { .element = "", .attrs = { PACKAGE } }, NO_FIRST, NULL, NULL, false, 0 },
};

static void check_file(size_t i, const struct xml *x)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct axml_manifest m;
	const char *why = NULL;
	int result;

	(void)xml_make(&bytes, x);
	result = axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why);
	assert_int_equal(result, files[i].why ? -1 : 0);
	if (files[i].why) {
		assert_string_equal(why, files[i].why);
	} else {
		assert_null(why);
		assert_string_equal(m.package.p, files[i].package);
		assert_int_equal(m.package.n, strlen(files[i].package));
		assert_int_equal(m.has_version_name, files[i].version != NULL);
		assert_true(slice_eqs(m.version_name, files[i].version));
		assert_int_equal(m.version_name_is_reference, files[i].reference);
		assert_int_equal(m.has_version_code, files[i].code != 0);
		assert_int_equal(m.version_code, files[i].code);
	}
	arena_release(&a);
	strbuf_release(&bytes);
}

/* Every file in both encodings, with strange chunks around, and with headers and attributes that are longer than known. */
static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		for (unsigned how = 0; how < 8; how++) {
			struct xml x = files[i].xml;

			x.utf16 = how & 1;
			x.extra = how & 2;
			x.wider = how & 4 ? 12 : 0;
			print_message("%s%s%s%s\n", files[i].name, x.utf16 ? ", utf-16" : "", x.extra ? ", extra" : "",
				      x.wider ? ", wide" : "");
			check_file(i, &x);
		}
	}
}

/* --- one number changed ------------------------------------------------------------------------------------------- */
enum place { FILE_AT, POOL_AT, MAP_AT, ELEMENT_AT, ATTRS_AT };

static const struct {
	const char *name;
	enum place place;
	size_t at, width;
	uint32_t value;
	const char *why; /* NULL: fine all the same */
} changes[] = {
	{ "another type", FILE_AT, 0, 2, 0x0002, "it is not compiled XML" },
	{ "file header of 7", FILE_AT, 2, 2, 7, "it is cut off" },
	{ "file header of 0", FILE_AT, 2, 2, 0, "it is cut off" },
	{ "file header beyond the file", FILE_AT, 2, 2, 0xffff, "it is cut off" },
	{ "file longer than it is", FILE_AT, 4, 4, 0x7fffffff, "it is cut off" },
	{ "file shorter than its header", FILE_AT, 4, 4, 7, "it is cut off" },
	{ "file ends behind its header", FILE_AT, 4, 4, 8, "it holds no element" },
	{ "file ends in the pool", FILE_AT, 4, 4, 20, CUT },
	{ "pool header too short for a chunk", POOL_AT, 2, 2, 4, CUT },
	{ "pool header too short for a pool", POOL_AT, 2, 2, 24, NO_FIT },
	{ "pool without a size", POOL_AT, 4, 4, 0, CUT },
	{ "pool longer than the file", POOL_AT, 4, 4, 0xffffffff, CUT },
	{ "pool with too many strings", POOL_AT, 8, 4, 0x40000000, NO_FIT },
	{ "pool with a few strings too many", POOL_AT, 8, 4, 100, NO_FIT },
	{ "pool with the most strings", POOL_AT, 8, 4, 0xffffffff, NO_FIT },
	{ "pool without strings", POOL_AT, 8, 4, 0, NO_FIRST },
	{ "strings outside the pool", POOL_AT, 20, 4, 0xfffffff0, NO_FIT },
	{ "version outside the pool", POOL_AT, 28 + 4 * 2, 4, 0xfffffff0, NO_TEXT },
	{ "package outside the pool", POOL_AT, 28 + 4 * 3, 4, 0x00010000, NO_NAME },
	{ "element's name outside the pool", POOL_AT, 28 + 4 * 4, 4, 0x7fffffff, NO_FIRST },
	{ "map without a header", MAP_AT, 2, 2, 0, CUT },
	{ "map of nothing", MAP_AT, 2, 2, 16, NULL },
	{ "map of another type", MAP_AT, 0, 2, 0x0181, NULL },
	{ "a second pool", MAP_AT, 0, 2, 0x0001, "it has two string pools" },
	{ "no element", ELEMENT_AT, 0, 2, 0x0103, "it holds no element" },
	{ "element's header too short", ELEMENT_AT, 2, 2, 12, OUTSIDE },
	{ "element's header as long as the element", ELEMENT_AT, 2, 2, 76, OUTSIDE },
	{ "element without a size", ELEMENT_AT, 4, 4, 0, CUT },
	{ "element too short", ELEMENT_AT, 4, 4, 32, OUTSIDE },
	{ "name of no number", ELEMENT_AT, 20, 4, XML_NONE, NO_FIRST },
	{ "name behind the last string", ELEMENT_AT, 20, 4, 6, NO_FIRST },
	{ "attributes begin outside", ELEMENT_AT, 24, 2, 0xffff, OUTSIDE },
	{ "attributes begin 4 bytes late", ELEMENT_AT, 24, 2, 24, OUTSIDE },
	{ "attributes too small", ELEMENT_AT, 26, 2, 19, OUTSIDE },
	{ "attributes too large", ELEMENT_AT, 26, 2, 21, OUTSIDE },
	{ "one attribute too many", ELEMENT_AT, 28, 2, 3, OUTSIDE },
	{ "the most attributes", ELEMENT_AT, 28, 2, 0xffff, OUTSIDE },
	{ "only the first attribute", ELEMENT_AT, 28, 2, 1, "<manifest> has no package" },
	{ "version of no number", ATTRS_AT, 16, 4, XML_NONE, NO_TEXT },
	{ "package of no number", ATTRS_AT, 20 + 16, 4, XML_NONE, NO_NAME },
	{ "an attribute of no name", ATTRS_AT, 4, 4, XML_NONE, NULL },
	{ "raw value of no number", ATTRS_AT, 8, 4, XML_NONE, NULL },
};

static void test_changes(void **state)
{
	const struct xml x = { .attrs = { VERSION, PACKAGE } };

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct xml_places places = xml_make(&bytes, &x);
		const size_t at[] = { 0, places.pool, places.map, places.element, places.attrs };
		struct axml_manifest m;
		const char *why = NULL;

		print_message("%s\n", changes[i].name);
		(changes[i].width == 2 ? xml_put16 : xml_put32)(&bytes, at[changes[i].place] + changes[i].at,
								changes[i].value);
		assert_int_equal(axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why), changes[i].why ? -1 : 0);
		if (changes[i].why)
			assert_string_equal(why, changes[i].why);
		arena_release(&a);
		strbuf_release(&bytes);
	}
}

/* An element whose header lacks the comment, but else fits. */
static void test_short_header(void **state)
{
	const struct xml x = { .attrs = { VERSION, PACKAGE } };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct xml_places places = xml_make(&bytes, &x);
	struct axml_manifest m;
	const char *why = NULL;

	(void)state;
	memmove(bytes.p + places.element + 12, bytes.p + places.element + 16, bytes.n - places.element - 16);
	strbuf_truncate(&bytes, bytes.n - 4);
	xml_put16(&bytes, places.element + 2, 12);
	xml_put32(&bytes, places.element + 4, (uint32_t)(bytes.n - places.element));
	xml_put32(&bytes, 4, (uint32_t)bytes.n);
	assert_int_equal(axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why), -1);
	assert_string_equal(why, OUTSIDE);
	arena_release(&a);
	strbuf_release(&bytes);
}

/* --- texts that are none ------------------------------------------------------------------------------------------ */
static const struct {
	const char *name;
	bool utf16;
	const char *from, *to; /* in the file's bytes */
	size_t n;
	bool good;
} texts[] = {
	{ "same", false, "5.0.0", "7.0.0", 5, true },
	{ "no UTF-8", false, "5.0.0", "5.\xff.0", 5, false },
	{ "overlong", false, "5.0.0", "5.\xc0\xaf.", 5, false },
	{ "a surrogate in UTF-8", false, "5.0.0", "\xed\xa0\x80-1", 5, false },
	{ "half a character", false, "5.0.0", "5.0.\xc3", 5, false },
	{ "longer than the pool", false, "\005\0055.0.0", "\005\1775.0.0", 7, false },
	{ "a pair", true, "5\0.\0", "\x3d\xd8\x00\xde", 4, true },
	{ "a pair the wrong way round", true, "5\0.\0", "\x00\xde\x3d\xd8", 4, false },
	{ "two low ones", true, "5\0.\0", "\x00\xde\x00\xde", 4, false },
	{ "a lone high one", true, "5\0.\0", "\x3d\xd8.\0", 4, false },
	{ "a lone low one", true, "5\0.\0", "5\0\x00\xde", 4, false },
	{ "a high one at the end", true, "\5\0005\0.\0000\0.\0000\0", "\5\0005\0.\0000\0.\0\x3d\xd8", 12, false },
	{ "longer than the pool", true, "\5\0005\0", "\377\0005\0", 4, false },
	{ "a long length", true, "\5\0005\0.\0000\0.\0000\0", "\0\200\3\0005\0.\0006\0x\0", 12, true },
	{ "the longest length", true, "\5\0005\0", "\377\377\377\377", 4, false },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct xml x = { .attrs = { VERSION, PACKAGE }, .utf16 = texts[i].utf16 };
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct axml_manifest m;
		const char *why = NULL;
		char *at;

		print_message("%s\n", texts[i].name);
		(void)xml_make(&bytes, &x);
		at = memmem(bytes.p, bytes.n, texts[i].from, texts[i].n);
		assert_non_null(at);
		memcpy(at, texts[i].to, texts[i].n);
		assert_int_equal(axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why), texts[i].good ? 0 : -1);
		if (!texts[i].good)
			assert_string_equal(why, NO_TEXT);
		arena_release(&a);
		strbuf_release(&bytes);
	}
}

/* --- any damage --------------------------------------------------------------------------------------------------- */

/* Reads a copy that ends where the memory ends, for the sanitizers. */
static int read_exact(struct slice bytes)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);
	struct arena a = ARENA_INIT;
	struct axml_manifest m;
	const char *why = NULL;
	int result;

	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	result = axml_manifest_read(&m, &a, slice_bytes(copy, bytes.n), &why);
	assert_int_equal(why != NULL, result != 0);
	if (!result) {
		assert_true(m.package.n > 0 && text_is_utf8(m.package) && text_is_utf8(m.version_name));
		assert_true(m.has_version_name || !m.version_name.n);
	}
	arena_release(&a);
	free(copy);
	return result;
}

static void test_damage(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x02, 0x10, 0x80, 0xff };

	(void)state;
	for (unsigned how = 0; how < 4; how++) {
		struct xml x = { .attrs = { CODE, VERSION, PACKAGE }, .utf16 = how & 1, .extra = how & 2 };
		struct strbuf bytes = STRBUF_INIT;

		(void)xml_make(&bytes, &x);
		assert_int_equal(read_exact(strbuf_slice(&bytes)), 0);
		for (size_t n = 0; n < bytes.n; n++)
			assert_int_equal(read_exact(slice_sub(strbuf_slice(&bytes), 0, n)), -1);
		for (size_t at = 0; at < bytes.n; at++) {
			for (size_t k = 0; k < COUNT(flips); k++) {
				bytes.p[at] = (char)(bytes.p[at] ^ flips[k]);
				(void)read_exact(strbuf_slice(&bytes));
				bytes.p[at] = (char)(bytes.p[at] ^ flips[k]);
			}
		}
		strbuf_addch(&bytes, 'x'); /* behind the file's chunk */
		assert_int_equal(read_exact(strbuf_slice(&bytes)), 0);
		strbuf_release(&bytes);
	}
}

/* Many attributes, each with the longest name that is read: nothing of them is kept. */
static void test_many(void **state)
{
	static const char name[] = THOUSAND TEN TEN "0123";
	struct xml x = { .attrs = { { name, 0, XML_TEXT("v") }, PACKAGE }, .utf16 = true };
	struct strbuf bytes = STRBUF_INIT, one = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct xml_places places = xml_make(&bytes, &x);
	struct axml_manifest m;
	const char *why = NULL;

	(void)state;
	strbuf_add(&one, bytes.p + places.attrs, 20);
	for (size_t i = 2; i < MANY; i++)
		strbuf_addslice(&bytes, strbuf_slice(&one));
	xml_put16(&bytes, places.element + 28, MANY);
	xml_put32(&bytes, places.element + 4, (uint32_t)(bytes.n - places.element));
	xml_put32(&bytes, 4, (uint32_t)bytes.n);
	assert_int_equal(axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why), 0);
	assert_string_equal(m.package.p, "com.example.demo");
	assert_in_range(a.used, 1, 4096);
	arena_release(&a);
	strbuf_release(&one);
	strbuf_release(&bytes);
}

/* --- what else is read, and what must not be there twice ------------------------------------------------------------------ */
static void test_more(void **state)
{
#define SDK                                                                                                            \
	{                                                                                                              \
		{ "minSdkVersion", XML_MIN_SDK, XML_INT(26) },                                                         \
		{                                                                                                      \
			"targetSdkVersion", XML_TARGET_SDK, XML_INT(35)                                                \
		}                                                                                                      \
	}
	static const struct {
		const char *name;
		struct xml xml;
		const char *why, *split;
		uint64_t code;
		uint32_t min, target;
	} cases[] = {
		{ "nothing more", { .attrs = { PACKAGE } }, NULL, "", 0, 0, 0 },
		{ "split",
		  { .attrs = { PACKAGE, { "split", 0, XML_TEXT("config.hdpi") } } },
		  NULL,
		  "config.hdpi",
		  0,
		  0,
		  0 },
		{ "a split of Android's", { .attrs = { PACKAGE, { "split", 7, XML_TEXT("x") } } }, NULL, "", 0, 0, 0 },
		{ "both halves",
		  { .attrs = { { "", XML_VERSION_HIGH, XML_INT(2) }, CODE, PACKAGE } },
		  NULL,
		  "",
		  0x2000001f4,
		  0,
		  0 },
		{ "upper half",
		  { .attrs = { { "", XML_VERSION_HIGH, XML_INT(2) }, PACKAGE } },
		  NULL,
		  "",
		  0x200000000,
		  0,
		  0 },
		{ "sdk", { .attrs = { PACKAGE }, .sdk = SDK }, NULL, "", 0, 26, 35 },
		{ "sdk, namespaces", { .attrs = { CODE, PACKAGE }, .sdk = SDK, .extra = true }, NULL, "", 500, 26, 35 },
		{ "target alone",
		  { .attrs = { PACKAGE }, .sdk = { { "", XML_TARGET_SDK, XML_INT(30) } } },
		  NULL,
		  "",
		  0,
		  0,
		  30 },
		{ "a code name",
		  { .attrs = { PACKAGE }, .sdk = { { "", XML_MIN_SDK, 0x03, NULL, 0 } } },
		  NULL,
		  "",
		  0,
		  0,
		  0 },
		{ "damage behind <manifest>",
		  { .attrs = { PACKAGE }, .sdk = SDK, .unclosed = true },
		  NULL,
		  "",
		  0,
		  0,
		  0 },
		{ "two packages", { .attrs = { PACKAGE, PACKAGE } }, "package is there twice", NULL, 0, 0, 0 },
		{ "two versions",
		  { .attrs = { PACKAGE, VERSION, VERSION } },
		  "versionName is there twice",
		  NULL,
		  0,
		  0,
		  0 },
		{ "two codes", { .attrs = { PACKAGE, CODE, CODE } }, "versionCode is there twice", NULL, 0, 0, 0 },
		{ "two upper halves",
		  { .attrs = { PACKAGE, { "", XML_VERSION_HIGH, XML_INT(0) }, { "", XML_VERSION_HIGH, XML_INT(0) } } },
		  "versionCodeMajor is there twice",
		  NULL,
		  0,
		  0,
		  0 },
		{ "two splits",
		  { .attrs = { PACKAGE, { "split", 0, XML_TEXT("a") }, { "split", 0, XML_TEXT("a") } } },
		  "split is there twice",
		  NULL,
		  0,
		  0,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct axml_manifest m;
		const char *why = NULL;

		print_message("%s\n", cases[i].name);
		(void)xml_make(&bytes, &cases[i].xml);
		if (axml_manifest_read(&m, &a, strbuf_slice(&bytes), &why)) {
			assert_string_equal(why, cases[i].why ? cases[i].why : "good");
		} else {
			assert_null(cases[i].why);
			assert_true(slice_eqs(m.split, cases[i].split));
			assert_int_equal(m.version_code, cases[i].code);
			assert_int_equal(m.min_sdk, cases[i].min);
			assert_int_equal(m.target_sdk, cases[i].target);
		}
		arena_release(&a);
		strbuf_release(&bytes);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),        cmocka_unit_test(test_changes), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_short_header), cmocka_unit_test(test_damage),  cmocka_unit_test(test_many),
		cmocka_unit_test(test_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
